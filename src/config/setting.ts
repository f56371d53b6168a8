/** Commands that read settings. */
export type CommandName = 'serve' | 'render' | 'probe' | 'eval' | 'augment' | 'worker' | 'jobs';

/** The documentation of a setting. */
export interface SettingInfo {
  /** One line for `--help` and docs/settings.md, without range and default. */
  readonly help: string;
  /** Heading in `--help` and docs/settings.md. */
  readonly group: string;
  readonly commands: readonly CommandName[];
  /** Name of the value in `--help`: `seconds` for `--start <seconds>`. Default by kind. */
  readonly placeholder?: string;
}

/** A setting that is a number, `min` and `max` included. */
export interface NumberSetting<D extends number | undefined = number | undefined> extends SettingInfo {
  readonly kind: 'number' | 'integer';
  readonly min: number;
  /** Infinity: no maximum. */
  readonly max: number;
  readonly default: D;
}

/** A setting that is a non-empty string. */
export interface TextSetting<D extends string | undefined = string | undefined> extends SettingInfo {
  readonly kind: 'text';
  readonly default: D;
}

/** A setting that is a list of non-empty strings: a flag with several values, a comma-separated variable, a list in the file. Unset by default. */
export interface ListSetting extends SettingInfo {
  readonly kind: 'list';
  readonly default: undefined;
}

/** A setting that is one of several words. */
export interface ChoiceSetting<V extends string = string, D extends V | undefined = V | undefined> extends SettingInfo {
  readonly kind: 'choice';
  readonly values: readonly V[];
  readonly default: D;
}

/** A setting that is on or off. */
export interface SwitchSetting<D extends boolean | undefined = boolean | undefined> extends SettingInfo {
  readonly kind: 'switch';
  readonly default: D;
}

/**
 * One setting: a flag, an environment variable and a key of the config file. Plain data, so that `--help` loads fast;
 * resolve.ts checks values. A `default` of undefined leaves the setting unset.
 */
export type Setting = NumberSetting | TextSetting | ListSetting | ChoiceSetting | SwitchSetting;

type Checked<S> =
  S extends NumberSetting<infer D>
    ? { readonly value: number; readonly default: D }
    : S extends ChoiceSetting<infer V, infer D>
      ? { readonly value: V; readonly default: D }
      : S extends TextSetting<infer D>
        ? { readonly value: string; readonly default: D }
        : S extends ListSetting
          ? { readonly value: readonly string[]; readonly default: undefined }
          : S extends SwitchSetting<infer D>
            ? { readonly value: boolean; readonly default: D }
            : never;

/** Type of a setting's value; includes undefined where the setting has no default. */
export type SettingValue<S> = Checked<S>['value'] | Extract<Checked<S>['default'], undefined>;

type Range<D> = { readonly min: number; readonly max: number; readonly default: D };

/** Describes a setting that is a number. */
export function number<D extends number | undefined>(range: Range<D>, info: SettingInfo): NumberSetting<D> {
  return { kind: 'number', min: range.min, max: range.max, default: range.default, ...info };
}

/** Describes a setting that is an integer. */
export function integer<D extends number | undefined>(range: Range<D>, info: SettingInfo): NumberSetting<D> {
  return { ...number(range, info), kind: 'integer' };
}

/** Describes a setting that is a non-empty string. */
export function text<D extends string | undefined>(initial: D, info: SettingInfo): TextSetting<D> {
  return { kind: 'text', default: initial, ...info };
}

/** Describes a setting that is a list of non-empty strings. */
export function list(info: SettingInfo): ListSetting {
  return { kind: 'list', default: undefined, ...info };
}

/** Describes a setting that is one of several words. */
export function choice<const V extends string, D extends NoInfer<V> | undefined>(
  values: readonly V[],
  initial: D,
  info: SettingInfo,
): ChoiceSetting<V, D> {
  return { kind: 'choice', values, default: initial, ...info };
}

/** Describes a setting that is on or off. */
export function flag<D extends boolean | undefined>(initial: D, info: SettingInfo): SwitchSetting<D> {
  return { kind: 'switch', default: initial, ...info };
}

/** The valid values of a setting, as an error names them: `an integer from 0 to 65535`. */
export function ruleOf(setting: Setting): string {
  switch (setting.kind) {
    case 'number':
    case 'integer': {
      const noun = setting.kind === 'integer' ? 'an integer' : 'a number';
      return setting.max === Infinity
        ? `${noun} of at least ${setting.min}`
        : `${noun} from ${setting.min} to ${setting.max}`;
    }
    case 'text':
      return 'a non-empty string';
    case 'list':
      return 'a list of non-empty strings';
    case 'choice':
      return `one of ${setting.values.join(', ')}`;
    case 'switch':
      return 'true or false';
  }
}
