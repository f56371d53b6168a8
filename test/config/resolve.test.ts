import { expect, it } from 'vitest';
import { resolveSettings } from '../../src/config/resolve.js';
import { controlsOf, environmentName, flagName } from '../../src/config/settings.js';
import { DEFAULT_CONTROLS } from '../../src/core/controls.js';

const nothing = { flags: {}, environment: {} };

it('has defaults', () => {
  const settings = resolveSettings(nothing);
  expect(settings.host).toBe('127.0.0.1');
  expect(settings.token).toBeUndefined();
  expect(settings.reconnect).toBe(true);
  expect(controlsOf(settings)).toEqual(DEFAULT_CONTROLS);
});

it('resolves flags before environment before file before defaults', () => {
  const file = { path: 'nocturne.config.json', values: { port: 1, maxViewers: 2, strength: 0.3 } };
  const environment = { NOCTURNE_PORT: '11', NOCTURNE_MAX_VIEWERS: '12' };
  const settings = resolveSettings({ flags: { port: '21' }, environment, file });
  expect([settings.port, settings.maxViewers, settings.strength, settings.crf]).toEqual([21, 12, 0.3, undefined]);
});

it('sets the dials of a time of day where nothing else sets them', () => {
  const dialsOf = (flags: Record<string, string>): number[] => {
    const { sunElevation, windows } = resolveSettings({ ...nothing, flags });
    return [sunElevation, windows];
  };
  expect(dialsOf({})).toEqual([-18, 1]);
  expect(dialsOf({ time: 'dusk' })).toEqual([-3, 1]);
  expect(dialsOf({ time: 'dusk', sunElevation: '4' })).toEqual([4, 1]);
  expect(dialsOf({ time: 'deep-night' })).toEqual([-18, 0.3]);
  expect(dialsOf({ time: 'deep-night', windows: '2' })).toEqual([-18, 2]);
  expect(resolveSettings({ ...nothing, file: { path: 'n.json', values: { time: 'day' } } }).sunElevation).toBe(10);
});

it('derives flags and variables from the setting name', () => {
  expect(flagName('maxViewers')).toBe('--max-viewers');
  expect(environmentName('maxViewers')).toBe('NOCTURNE_MAX_VIEWERS');
});

it.each([
  [{ port: 'abc' }, '--port must be an integer from 0 to 65535, got "abc".'],
  [{ port: '65536' }, '--port must be an integer from 0 to 65535, got "65536".'],
  [{ port: '' }, '--port must be an integer from 0 to 65535, got "".'],
  [{ strength: '2' }, '--strength must be a number from 0 to 1, got "2".'],
  [{ view: 'dusk' }, '--view must be one of night, day, split, lights, got "dusk".'],
])('refuses a bad flag in one line: %j', (flags, message) => {
  expect(() => resolveSettings({ ...nothing, flags })).toThrow(message);
});

it('names the variable or the file of a bad value, and never prints a token', () => {
  expect(() => resolveSettings({ flags: {}, environment: { NOCTURNE_LOOP: 'maybe' } })).toThrow(
    'NOCTURNE_LOOP must be true or false, got "maybe".',
  );
  const file = (values: unknown) => ({ ...nothing, file: { path: 'n.json', values } });
  expect(() => resolveSettings(file({ crf: 'x' }))).toThrow('crf in n.json must be a number from 0 to 63, got "x".');
  expect(() => resolveSettings(file({ sped: 1 }))).toThrow('n.json contains an unknown setting "sped".');
  expect(() => resolveSettings(file([1]))).toThrow('n.json must contain one object');
  expect(() => resolveSettings(file({ token: 12345 }))).toThrow(
    /^token in n\.json must be .*, got an invalid value\.$/,
  );
});

it('refuses an unknown option and empty tokens', () => {
  expect(() => resolveSettings({ options: { exposre: 1 } })).toThrow('unknown option "exposre".');
  expect(resolveSettings({ options: { logger: 1 }, otherOptions: ['logger'] }).port).toBe(8090);
  for (const variable of ['NOCTURNE_TOKEN', 'NOCTURNE_CONTROL_TOKEN']) {
    expect(() => resolveSettings({ environment: { [variable]: '' } })).toThrow(`${variable} is set but empty`);
  }
});
