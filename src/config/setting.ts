import { z } from 'zod';

/** Commands that take settings. */
export type CommandName = 'serve' | 'render' | 'probe' | 'eval';

/** One setting: a flag, an environment variable and a key of the config file at once. */
export interface Setting<T = unknown> {
  readonly schema: z.ZodType<T>;
  /** What a valid value is, as an error says it: `a whole number from 0 to 65535`. */
  readonly rule: string;
  /** Used when nobody sets it; undefined: stays unset. */
  readonly default: T | undefined;
  readonly help: string;
  readonly group: string;
  readonly commands: readonly CommandName[];
  /** Placeholder of the value in `--help`; undefined for switches. */
  readonly placeholder: string | undefined;
}

type Place = Pick<Setting, 'help' | 'group' | 'commands'> & { readonly placeholder?: string };

const fromText = (value: unknown): unknown =>
  typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
const TRUE = ['1', 'true', 'yes', 'on'];
const FALSE = ['0', 'false', 'no', 'off'];
const fromSwitch = (value: unknown): unknown =>
  typeof value === 'string' ? TRUE.includes(value) || (FALSE.includes(value) ? false : value) : value;

type Range<D> = { readonly min: number; readonly max: number; readonly default: D };

/** A setting that is a number. */
export function number<D extends number | undefined>(range: Range<D>, place: Place): Setting<number> & { default: D } {
  const { min, max } = range;
  const rule = max === Infinity ? `a number of ${min} or more` : `a number from ${min} to ${max}`;
  const schema = z.preprocess(fromText, z.number().min(min).max(max));
  return { schema, rule, placeholder: 'number', ...place, default: range.default };
}

/** A setting that is a whole number. */
export function integer<D extends number | undefined>(range: Range<D>, place: Place): Setting<number> & { default: D } {
  const { min, max } = range;
  const schema = z.preprocess(fromText, z.int().min(min).max(max));
  return {
    schema,
    rule: `a whole number from ${min} to ${max}`,
    placeholder: 'number',
    ...place,
    default: range.default,
  };
}

/** A setting that is a text. */
export function text<D extends string | undefined>(initial: D, place: Place): Setting<string> & { default: D } {
  return {
    schema: z.string().min(1),
    rule: 'a text that is not empty',
    placeholder: 'text',
    ...place,
    default: initial,
  };
}

/** A setting that is one of some words. */
export function choice<const V extends readonly [string, ...string[]], D extends V[number] | undefined>(
  values: V,
  initial: D,
  place: Place,
): Setting<V[number]> & { default: D } {
  return {
    schema: z.enum(values),
    rule: `one of ${values.join(', ')}`,
    placeholder: values.join('|'),
    ...place,
    default: initial,
  };
}

/** A setting that is on or off. */
export function flag<D extends boolean | undefined>(initial: D, place: Place): Setting<boolean> & { default: D } {
  return {
    schema: z.preprocess(fromSwitch, z.boolean()),
    rule: 'true or false',
    ...place,
    placeholder: undefined,
    default: initial,
  };
}
