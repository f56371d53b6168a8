import { describe, expect, it } from 'vitest';
import { describeOptions, formatOptionsFile, parseOptionsFile, trainOptions } from '../../src/train/options.js';

describe('trainOptions', () => {
  it('parses numbers given as text, and rejects values out of range', () => {
    expect(trainOptions({ steps: '12' }).steps).toBe(12);
    expect(() => trainOptions({ steps: 0 })).toThrow('steps must be an integer from 1 to 10000000, got 0.');
    expect(() => trainOptions({ dataset: 'single' })).toThrow(
      'dataset must be one of unaligned, aligned, got "single".',
    );
  });

  it('marks options that differ from the defaults of their generator', () => {
    const lines = describeOptions(trainOptions({ generator: 'unet', seed: 7 }));
    expect(lines.filter((line) => line.startsWith('*'))).toEqual([
      expect.stringMatching(/^\* seed +7 +number +random seed/),
    ]);
  });
});

describe('an options file', () => {
  it('names the backend, which is ignored when it is read again', () => {
    const options = trainOptions({ steps: 12, gan: 'hinge' });
    const text = formatOptionsFile(options, { name: 'wasm', device: 'one CPU core' });
    expect(JSON.parse(text)).toMatchObject({ backend: { name: 'wasm', device: 'one CPU core' }, steps: 12 });
    expect(trainOptions(parseOptionsFile(text))).toEqual(options);
  });

  it('must be one JSON object', () => {
    expect(() => parseOptionsFile('[1]')).toThrow('it must hold one JSON object of training options');
    expect(() => parseOptionsFile('{')).toThrow(SyntaxError);
  });
});
