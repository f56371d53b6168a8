import { expect, test } from 'vitest';
import { Random } from '../../src/core/random.js';
import { readNightStyle, STYLE_NAMES } from '../../src/lighting/night-style.js';
import { townColor } from '../../src/lighting/street-lamps.js';
import { colorOf, STYLE_TRAITS, styleOfTraits, traitsOf } from '../../src/lighting/style-traits.js';
import { randomStyle } from '../../src/train/night-style/random-style.js';

test('a style has the traits of another once it is written with them', () => {
  const random = new Random(7);
  for (let i = 0; i < 50; i++) {
    const traits = traitsOf(randomStyle(random));
    const base = readNightStyle(random.pick(STYLE_NAMES));
    const read = traitsOf(styleOfTraits(traits, base));
    STYLE_TRAITS.forEach(({ name }, k) => expect(read[k], name).toBeCloseTo(traits[k] ?? NaN, 3));
  }
});

test('what is not known stays as it is in the base, lamps still differ', () => {
  const base = readNightStyle('village');
  const unknown = STYLE_TRAITS.map(() => undefined);
  expect(styleOfTraits(unknown, base)).toEqual(base);
  const warm = styleOfTraits([2, 0.3, ...unknown.slice(2)], base);
  expect({ ...warm, lampColors: base.lampColors }).toEqual(base);
  const [red, green, blue] = townColor(warm);
  const [wantedRed, wantedGreen, wantedBlue] = colorOf(2, 0.3);
  expect([green / red, blue / red]).toEqual([
    expect.closeTo(wantedGreen / wantedRed, 3),
    expect.closeTo(wantedBlue / wantedRed, 3),
  ]);
  expect(warm.lampColors.sodium[2]).toBeLessThan(warm.lampColors.led[2]);
});
