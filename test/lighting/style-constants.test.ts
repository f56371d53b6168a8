import { describe, expect, it } from 'vitest';
import { constantsAtLimit, STYLE_CONSTANTS, styleOf, styleVector } from '../../src/lighting/style-constants.js';
import { readNightStyle, STYLE_NAMES, styleBounds } from '../../src/lighting/night-style.js';

describe('the constants of a style', () => {
  it.each(STYLE_NAMES)('give %s again from its vector', (name) => {
    const style = readNightStyle(name);
    expect(styleOf(styleVector(style), style)).toEqual(style);
  });

  it('change the style one by one, and no more than that', () => {
    const style = readNightStyle('city-led');
    for (const [i, { name, read, step, max }] of STYLE_CONSTANTS.entries()) {
      const vector = styleVector(style);
      const before = read(style);
      vector[i] = before + (before + step < max ? step : -step);
      const changed = styleOf(vector, style);
      expect(changed, name).not.toEqual(style);
      const others = styleVector(changed).map((value, k) =>
        k === i ? 0 : Math.abs(value - (styleVector(style)[k] ?? 0)),
      );
      expect(Math.max(...others), name).toBeLessThan(name.includes(',') ? 0.03 : 1e-9);
      expect(styleVector(changed)[i], name).toBeCloseTo(vector[i], 6);
    }
  });

  it('are named where a fit took them to the end of their range', () => {
    const style = readNightStyle('city-led');
    expect(constantsAtLimit(style, style)).toEqual([]);
    const fitted = { ...style, exposure: { ...style.exposure, black: 0.06 }, lens: { ...style.lens, vignette: 0 } };
    expect(constantsAtLimit(fitted, style)).toEqual(['exposure.black', 'lens.vignette']);
    expect(constantsAtLimit(fitted, fitted)).toEqual([]);
  });

  it.each(['min', 'max'] as const)('make a valid style of all at their %s, and beyond', (end) => {
    const style = readNightStyle('village');
    for (const beyond of [0, 9]) {
      const vector = STYLE_CONSTANTS.map((constant) => constant[end] + (end === 'min' ? -beyond : beyond));
      expect(() => styleOf(vector, style)).not.toThrow();
    }
  });
});

it('knows the bounds of each number of a style', () => {
  expect(styleBounds(['exposure', 'meanLuma'])).toEqual([0.02, 0.5]);
  expect(styleBounds(['sky', 'zenith', 2])).toEqual([0, 2]);
  expect(styleBounds(['lampMix', 'led'])).toEqual([0, 1]);
  for (const path of [['sky'], ['sky', 'moon'], ['name'], ['sky', 'zenith', 3]]) {
    expect(() => styleBounds(path), path.join('.')).toThrow(RangeError);
  }
});
