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

describe('the size of crops', () => {
  it('loads images an eighth larger, as published, unless they are given', () => {
    const sizeOf = (given: Readonly<Record<string, unknown>>): readonly number[] => {
      const { width, height, loadWidth, loadHeight } = trainOptions(given);
      return [width, height, loadWidth, loadHeight];
    };
    expect(sizeOf({})).toEqual([256, 144, 286, 161]);
    expect(sizeOf({ generator: 'resnet9', width: 256, height: 256 })).toEqual([256, 256, 286, 286]);
    expect(sizeOf({ generator: 'resnet6', width: '128', height: 72, loadHeight: 90 })).toEqual([128, 72, 143, 90]);
  });

  it.each([
    [{ width: 128 }, 'with generator=nightgrid, crops must be 256x144, got 128x144.'],
    [{ generator: 'resnet6', height: 90 }, 'width and height must be multiples of 4, got 256x90.'],
    [{ generator: 'unet', height: 72 }, 'with downs=7, crops must be at least 128 on a side, got 256x72.'],
    [{ generator: 'unet', downs: 4, loadWidth: 200 }, 'must be at least 256x144, the crop, got 200x161.'],
  ])('rejects %j', (given, message) => {
    expect(() => trainOptions(given)).toThrow(message);
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
