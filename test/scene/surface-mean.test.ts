import { describe, expect, it } from 'vitest';
import { SURFACE_SIZE, SURFACES } from '../../src/scene/scene.js';
import { surfacePlane } from '../../src/scene/scene-maps.js';
import { SurfaceMean } from '../../src/scene/surface-mean.js';
import { motionOf, STILL, surfacesOf } from './found-scenes.js';

const road = surfacesOf(() => 'road');
const wall = surfacesOf(() => 'wall');

describe('SurfaceMean', () => {
  it('copies the first frame', () => {
    const mean = new SurfaceMean();
    const found = road.slice();
    mean.update(found);
    found.fill(0);
    expect(mean.surfaces).toEqual(road);
  });

  it('averages where nothing moves; the probabilities still add up to 1', () => {
    const mean = new SurfaceMean();
    mean.update(road);
    mean.advance(STILL);
    mean.update(wall);
    expect(surfacePlane(mean.surfaces, 'road')[700]).toBeCloseTo(0.45);
    let sum = 0;
    for (let plane = 0; plane < SURFACES.length; plane++) sum += mean.surfaces[plane * SURFACE_SIZE + 700]!;
    expect(sum).toBeCloseTo(1);
  });

  it.each([
    ['moves', motionOf(() => [0.02, 0])],
    ['is not matched', motionOf(() => [0, 0], 0)],
    ['is not known', undefined],
  ])('takes the new frame where the motion %s', (_, motion) => {
    const mean = new SurfaceMean();
    mean.update(road);
    mean.advance(STILL);
    mean.advance(motion);
    mean.update(wall);
    expect(mean.surfaces).toEqual(wall);
  });

  it('starts again after a cut', () => {
    const mean = new SurfaceMean();
    mean.update(road);
    mean.advance(STILL);
    mean.reset();
    mean.update(wall);
    expect(mean.surfaces).toEqual(wall);
  });
});
