import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readConfigFile, substituteValues } from '../../src/config/config-file.js';
import { readStreamEntries } from '../../src/config/stream-entries.js';
import { substitute } from '../../src/config/substitute.js';
import { redact } from '../../src/core/secrets.js';

const folder = mkdtempSync(join(tmpdir(), 'nocturne-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const environment = { CAMERA_PASSWORD: 'p@ss/w:rd#1', TOKEN: 'a-long-token', STRENGTH: '0.25', EMPTY: '' };
const context = { sources: { flags: { warmth: '0.5' } }, environment, place: 'n.yaml' };

it('reads streams from YAML, with settings of their own before those of all', () => {
  const path = written(
    'n.yaml',
    [
      'token: ${TOKEN}',
      'strength: 0.9',
      'streams:',
      '  gate:',
      '    input: rtsp://me:${CAMERA_PASSWORD}@camera/1',
      '    strength: ${STRENGTH}',
      '    onDemand: true',
      '  yard: drive.mp4',
    ].join('\n'),
  );
  const file = readConfigFile(path, environment);
  if (!file) throw new Error('there is a file');
  expect(file.values).toEqual({ token: 'a-long-token', strength: 0.9 });
  const [gate, yard] = readStreamEntries(file.streams, { ...context, sources: { ...context.sources, file } });
  expect(gate?.input).toBe('rtsp://me:p%40ss%2Fw%3Ard%231@camera/1');
  expect([gate?.settings.strength, gate?.settings.onDemand, gate?.settings.warmth]).toEqual([0.25, true, 0.5]);
  expect([yard?.input, yard?.settings.strength, yard?.settings.onDemand]).toEqual(['drive.mp4', 0.9, false]);
  expect(redact('a p@ss/w:rd#1 p%40ss%2Fw%3Ard%231 a-long-token 0.25')).toBe('a *** *** *** 0.25');
});

it('replaces variables', () => {
  const of = (text: string): string => substitute(text, environment, 'x', false);
  expect(of('${NONE:-camera}/${EMPTY:-1}/$${TOKEN}')).toBe('camera/1/${TOKEN}');
  expect(of('srt://host?passphrase=${TOKEN}')).toBe('srt://host?passphrase=a-long-token');
  expect(of('http://me:${CAMERA_PASSWORD}@host/${TOKEN}@x')).toBe('http://me:p%40ss%2Fw%3Ard%231@host/a-long-token@x');
});

it.each([
  [
    { gate: 'rtsp://me:${NONE}@camera' },
    'input of stream gate in n.yaml needs the environment variable NONE, which is not set.',
  ],
  [
    { gate: { input: 'street', token: '${EMPTY}' } },
    'token of stream gate in n.yaml needs the environment variable EMPTY, which is empty.',
  ],
  [
    { gate: '${not a name}' },
    'input of stream gate in n.yaml must name a variable as ${NAME}, and write $${ for a plain ${.',
  ],
  [
    { gate: { input: 'street', crf: '${CAMERA_PASSWORD}' } },
    'crf of stream gate in n.yaml must be a number from 0 to 63, got an invalid value.',
  ],
  [
    { gate: { input: 'street', port: 1 } },
    'stream gate in n.yaml contains an unknown setting "port", which stands for all streams.',
  ],
  [{ gate: { input: 'street', sped: 1 } }, 'stream gate in n.yaml contains an unknown setting "sped".'],
  [{ gate: { strength: 1 } }, 'input of stream gate in n.yaml must be a non-empty string.'],
  [{ 'a b': 'street' }, 'the first a letter or digit, got "a b".'],
  [
    { gate: { input: 'street', token: 'same', controlToken: 'same' } },
    'token and controlToken of stream gate in n.yaml are equal',
  ],
  [['street'], 'streams in n.yaml must be an object from name to stream.'],
])('refuses %j in one line', (streams, message) => {
  expect(() => readStreamEntries(streams, context)).toThrow(message);
});

it.each([
  [
    { controlToken: 'a-long-token' },
    { token: 'a-long-token' },
    "controlToken of stream gate in n.yaml equals the server's token",
  ],
  [
    { token: 'a-long-token' },
    { controlToken: 'a-long-token' },
    "token of stream gate in n.yaml equals the server's controlToken",
  ],
])('refuses %j in a server with %j', (tokens, flags, message) => {
  const streams = { gate: { input: 'street', ...tokens } };
  expect(() => readStreamEntries(streams, { ...context, sources: { flags } })).toThrow(message);
});

it('replaces variables in lists, and masks only what is long enough to be no part of a word', () => {
  const { values, masked } = substituteValues(
    { queue: ['a', '${SHORT}', ['${LONG}', 1]], port: [2] },
    { SHORT: 'frame', LONG: 'six-ch' },
    'n.yaml',
  );
  expect(values).toEqual({ queue: ['a', 'frame', ['six-ch', 1]], port: [2] });
  expect([...masked]).toEqual(['queue']);
  expect(redact('a frame of six-ch')).toBe('a frame of ***');
});

it('says where a file is malformed, and nothing of what it holds', () => {
  const failure = (name: string, text: string): string => {
    try {
      readConfigFile(written(name, text), environment);
    } catch (error) {
      return String(error);
    }
    return '';
  };
  expect(failure('a.json', '{"port": 1,\n "token": hush-hush}')).toMatch(/a\.json: it is not JSON/);
  expect(failure('b.json', '{"token": "hush-hush"')).toMatch(/it is not JSON, see line 1, column \d+/);
  expect(failure('c.yaml', 'port: 1\ntoken: "hush-hush')).toMatch(/it is not YAML, see line 2, column \d+/);
  expect(failure('d.yaml', '- hush-hush')).toMatch(/must contain one object of settings/);
  for (const [name, text] of [
    ['a.json', '{"token": hush-hush}'],
    ['c.yaml', 'token: "hush-hush'],
  ] as const) {
    expect(failure(name, text)).not.toContain('hush');
  }
});
