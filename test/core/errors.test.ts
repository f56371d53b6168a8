import { expect, it } from 'vitest';
import { checkControls } from '../../src/core/controls.js';
import { asNocturneError, deserializeError, ERROR_CODES, NocturneError } from '../../src/core/errors.js';

it('formats what happened, what to do and the code as one line', () => {
  const error = new NocturneError({ code: 'INPUT_NOT_FOUND', stage: 'ingest', message: 'no such file: a.mp4.' });
  expect(error.toLine()).toBe('no such file: a.mp4. Check the path or address. [INPUT_NOT_FOUND]');
  expect(error.toLine()).not.toContain('\n');
});

it('survives a structured clone between threads', () => {
  const error = new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message: 'NaN.', fatal: false });
  const copy = deserializeError(structuredClone(error.toJSON()));
  expect(copy).toBeInstanceOf(NocturneError);
  expect({ ...copy.toJSON(), stack: '' }).toEqual({ ...error.toJSON(), stack: '' });
});

it('converts a foreign error to INTERNAL with its cause', () => {
  const cause = new Error('boom');
  expect(asNocturneError(cause, 'render')).toMatchObject({ code: 'INTERNAL', stage: 'render', cause });
});

it('has a meaning and a remedy for every code', () => {
  for (const row of Object.values(ERROR_CODES)) {
    expect(row.meaning).toMatch(/\.$/);
    expect(row.remedy.length).toBeGreaterThan(10);
  }
});

it('checks controls by name, type and range', () => {
  expect(checkControls({ strength: 0.5, view: 'split', split: 1 })).toEqual({ strength: 0.5, view: 'split', split: 1 });
  expect(() => checkControls({ strength: 1.5 })).toThrow(/strength must be a number from 0 to 1, got 1.5/);
  expect(() => checkControls({ strength: '1' })).toThrow(/got "1"/);
  expect(() => checkControls({ strength: Number.NaN })).toThrow(/got null/);
  expect(() => checkControls({ toString: 1 })).toThrow(/unknown control "toString"/);
  expect(() => checkControls({ view: 'dusk' })).toThrow(/view must be one of night, day, split, lights/);
});
