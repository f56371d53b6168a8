import { NocturneError } from '../core/errors.js';

/** A parsed street address. */
export interface StreetInput {
  readonly width: number;
  readonly height: number;
  /** Frames per second. */
  readonly frameRate: number;
  readonly seed: number;
  /** Paints the wall clock into the frame's bottom left corner; see `drawTimeCode`. */
  readonly hasTimeCode: boolean;
  /** Seconds; undefined: endless. */
  readonly durationS: number | undefined;
}

/** The street without settings: 1280x720 at 30 frames per second, seed 1, endless. */
const DEFAULT_STREET: StreetInput = {
  width: 1280,
  height: 720,
  frameRate: 30,
  seed: 1,
  hasTimeCode: false,
  durationS: undefined,
};

const SETTINGS: Readonly<Record<string, { rule: string; read: (text: string) => Partial<StreetInput> | undefined }>> = {
  size: { rule: 'WIDTHxHEIGHT, even, from 64x36 to 3840x2160', read: readSize },
  rate: {
    rule: 'frames per second from 1 to 240',
    read: (text) => inRange(text, 1, 240, (frameRate) => ({ frameRate })),
  },
  seed: {
    rule: 'an integer from 0 to 4294967295',
    read: (text) => (/^\d+$/.test(text) ? inRange(text, 0, 0xffffffff, (seed) => ({ seed })) : undefined),
  },
  timecode: {
    rule: '0 or 1',
    read: (text) => (text === '0' || text === '1' ? { hasTimeCode: text === '1' } : undefined),
  },
  duration: {
    rule: 'seconds above 0, at most 86400',
    read: (text) => inRange(text, 0.001, 86400, (durationS) => ({ durationS })),
  },
};

/** True for the address of the built-in street: `street`, or `street:` with settings. */
export function isStreetUrl(input: string): boolean {
  return input === 'street' || input.startsWith('street:');
}

/**
 * Parses `street`, `street:`, or `street:` with comma-separated settings in any order:
 * `street:size=1280x720,rate=30,seed=1,timecode=1,duration=10`. Missing settings have their default
 * ({@link DEFAULT_STREET}). Throws NocturneError CONFIG_INVALID with the setting, its rule and the value.
 */
export function parseStreetUrl(url: string): StreetInput {
  if (!isStreetUrl(url)) throw invalid(`a street address must start with street:, got ${JSON.stringify(url)}.`);
  let input = DEFAULT_STREET;
  const seen = new Set<string>();
  const settings = url.slice('street:'.length);
  for (const setting of settings === '' ? [] : settings.split(',')) {
    const at = setting.indexOf('=');
    const key = at < 0 ? setting : setting.slice(0, at);
    const definition = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
    if (!definition)
      throw invalid(`street settings are ${Object.keys(SETTINGS).join(', ')}, got ${JSON.stringify(setting)}.`);
    if (seen.has(key)) throw invalid(`street setting ${key} must be given once, got ${JSON.stringify(url)}.`);
    seen.add(key);
    const text = at < 0 ? '' : setting.slice(at + 1);
    const value = definition.read(text);
    if (!value) throw invalid(`street setting ${key} must be ${definition.rule}, got ${JSON.stringify(text)}.`);
    input = { ...input, ...value };
  }
  return input;
}

function readSize(text: string): Partial<StreetInput> | undefined {
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(text);
  const width = Number(match?.[1]);
  const height = Number(match?.[2]);
  const isEven = width % 2 === 0 && height % 2 === 0;
  return isEven && width >= 64 && width <= 3840 && height >= 36 && height <= 2160 ? { width, height } : undefined;
}

function inRange(
  text: string,
  min: number,
  max: number,
  make: (value: number) => Partial<StreetInput>,
): Partial<StreetInput> | undefined {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? make(value) : undefined;
}

function invalid(message: string): NocturneError {
  return new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'ingest',
    message,
    remedy: 'For example: street:size=1280x720,rate=30,seed=1.',
  });
}
