import { describe, expect, it } from 'vitest';
import { openCamera } from '../../../src/augment/camera/camera.js';
import { drawVariant, itemSeed } from '../../../src/augment/recipe/draw-variant.js';
import { readRecipe } from '../../../src/augment/recipe/recipe.js';
import { Random } from '../../../src/core/random.js';
import { randomFrame } from '../../render/frames.js';
import { colorOf, lampLook, paddingBytes } from './measures.js';

const look = lampLook({ x: 0.3, y: 0.4, luma: 6 });
const nothing = { style: 'city-led', dials: {}, darkKinds: [] };

describe('a camera', () => {
  it('leaves a frame as it is for a draw without effects', async () => {
    const camera = await openCamera();
    using frame = randomFrame({ width: 64, height: 36 }, new Random(1));
    using before = frame.clone();
    camera.apply(frame, nothing, { seed: 1, look });
    expect([frame.y, frame.u, frame.v]).toEqual([before.y, before.u, before.v]);
  });

  it('gives the same bytes for the same arguments, whatever it did before, and others for another seed', async () => {
    const { recipe } = readRecipe('adverse');
    const draw = drawVariant(recipe, { seed: 3, scene: 'a', variant: 0 });
    const [one, other] = [await openCamera(), await openCamera()];
    const take = (camera: typeof one, seed: number): Uint8Array[] => {
      using frame = randomFrame({ width: 640, height: 360, padding: [4, 0, 2] }, new Random(4));
      camera.apply(frame, draw, { seed, look, vanishing: { x: 0.5, y: 0.5 } });
      return [frame.y.slice(), frame.u.slice(), frame.v.slice()];
    };
    const first = take(one, itemSeed(3, 'a', 0));
    using small = randomFrame({ width: 32, height: 48, color: colorOf('full', 'bt601') }, new Random(2));
    other.apply(small, { ...draw, glare: 1 }, { seed: 8, look });
    expect(take(other, itemSeed(3, 'a', 0))).toEqual(first);
    expect(take(other, itemSeed(3, 'b', 0))).not.toEqual(first);
  });

  it.each([
    [2, 2],
    [16, 4],
    [6, 200],
  ])('takes frames of %d x %d with every effect', async (width, height) => {
    const camera = await openCamera();
    using frame = randomFrame({ width, height, padding: [2, 1, 1] }, new Random(5));
    const effects = { noise: { iso: 3200 }, glare: 0.6, whiteBalance: { mireds: 30, tint: 0.1 } };
    const motionBlur = { exposureS: 0.3, speed: 1 };
    camera.apply(frame, { ...nothing, ...effects, motionBlur }, { seed: 1, look, vanishing: { x: 2, y: -1 } });
    expect(paddingBytes(frame).length).toBeGreaterThan(0);
  });

  it('refuses a closed frame', async () => {
    const camera = await openCamera();
    const frame = randomFrame({ width: 16, height: 16 }, new Random(6));
    frame.close();
    expect(() => camera.apply(frame, { ...nothing, noise: { iso: 400 } }, { seed: 1, look })).toThrow(TypeError);
  });
});
