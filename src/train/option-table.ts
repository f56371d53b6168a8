import { NocturneError } from '../core/errors.js';

/** A number. */
export interface NumberOption {
  readonly kind: 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly isInteger: boolean;
  readonly unit: string;
  readonly help: string;
}

/** One of some names. */
export interface ChoiceOption<V extends string> {
  readonly kind: 'choice';
  readonly default: V;
  readonly values: readonly V[];
  readonly unit: string;
  readonly help: string;
}

/** Unit and one line of help. */
type OptionHelp = readonly [unit: string, help: string];

/** An option that is a number in a range. */
export const number = (
  initial: number,
  [min, max]: readonly [number, number],
  [unit, help]: OptionHelp,
): NumberOption => ({
  kind: 'number',
  default: initial,
  min,
  max,
  isInteger: false,
  unit,
  help,
});
/** An option that is an integer in a range. */
export const integer = (initial: number, range: readonly [number, number], help: OptionHelp): NumberOption => ({
  ...number(initial, range, help),
  isInteger: true,
});
/** An option from 0 to 1. */
export const share = (initial: number, help: OptionHelp): NumberOption => number(initial, [0, 1], help);
/** The weight of a loss. */
export const weight = (initial: number, help: string): NumberOption => number(initial, [0, 1000], ['weight', help]);
/** An option that is one of some names. */
export const choice = <const V extends string>(
  values: readonly V[],
  initial: NoInfer<V>,
  help: string,
): ChoiceOption<V> => ({
  kind: 'choice',
  default: initial,
  values,
  unit: 'name',
  help,
});

/** Training options by name. */
export type OptionTable = Readonly<Record<string, NumberOption | ChoiceOption<string>>>;

type Value<O> = O extends ChoiceOption<infer V> ? V : number;

/** The values of a table's options. */
export type OptionValues<T extends OptionTable> = { readonly [K in keyof T]: Value<T[K]> };

/** The given values, checked, without defaults. Throws NocturneError CONFIG_INVALID for an unknown key or a wrong value. */
export function parseGiven(table: OptionTable, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, parseOption(table, key, value)]));
}

/** The given values, and the table's defaults for the rest. Throws as {@link parseGiven} does. */
export function parseTable<T extends OptionTable>(table: T, given: Readonly<Record<string, unknown>>): OptionValues<T> {
  return { ...tableDefaults(table), ...parseGiven(table, given) } as OptionValues<T>; // each key has its default, each given one was checked
}

/** Throws NocturneError CONFIG_INVALID for one of some sides that no network of this step can take. */
export function checkMultiples<N extends string>(
  options: Readonly<Record<N, number>>,
  names: readonly N[],
  step: number,
): void {
  const name = names.find((each) => options[each] % step !== 0);
  if (name !== undefined) throw invalidOption(`${name} must be a multiple of ${step}, got ${options[name]}.`);
}

/** The defaults of a table. */
export function tableDefaults(table: OptionTable): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).map(([key, option]) => [key, option.default]));
}

/** Options as lines: name, value, unit, help; those that differ from `defaults` are marked with `*`. */
export function describeTable<T extends OptionTable>(
  table: T,
  options: OptionValues<T>,
  defaults: OptionValues<T>,
): readonly string[] {
  return Object.entries(table).map(([key, { unit, help }]) => {
    const name = key as keyof T; // a key of the table
    const mark = options[name] === defaults[name] ? ' ' : '*';
    return `${mark} ${key.padEnd(20)} ${String(options[name]).padEnd(10)} ${unit.padEnd(12)} ${help}`;
  });
}

function parseOption(table: OptionTable, key: string, value: unknown): unknown {
  const option = Object.hasOwn(table, key) ? table[key] : undefined;
  if (!option) throw invalidOption(`unknown training option ${key}.`);
  if (option.kind === 'choice') {
    if (option.values.some((known) => known === value)) return value;
    throw invalidOption(`${key} must be one of ${option.values.join(', ')}, got ${JSON.stringify(value)}.`);
  }
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  const isInRange = typeof parsed === 'number' && parsed >= option.min && parsed <= option.max;
  if (isInRange && (!option.isInteger || Number.isInteger(parsed))) return parsed;
  const what = option.isInteger ? 'an integer' : 'a number';
  throw invalidOption(`${key} must be ${what} from ${option.min} to ${option.max}, got ${JSON.stringify(value)}.`);
}

/** A training option that is wrong. @param message a sentence. */
export function invalidOption(message: string): NocturneError {
  return new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message,
    remedy: 'See `nocturne train --help`.',
  });
}
