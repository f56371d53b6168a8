import { describe, expect, it } from 'vitest';
import { readStreet } from '../../src/scene/read-street.js';
import { SURFACES, SURFACE_SIZE } from '../../src/scene/scene.js';
import { streetAt, surfacesOf } from './found-scenes.js';

describe('readStreet', () => {
  it('is sure of a street', () => {
    expect(readStreet(surfacesOf(streetAt))).toBe(1);
  });

  it('is sure of a jam, whose vehicles hide most of the road', () => {
    const jam = surfacesOf((x, y) => (y > 0.5 && Math.abs(x - 0.4) > 0.03 ? 'vehicle' : streetAt(x, y)));
    expect(readStreet(jam)).toBe(1);
    expect(readStreet(surfacesOf(() => 'vehicle'))).toBe(0);
  });

  it('finds none where there is no ground below', () => {
    expect(readStreet(surfacesOf(() => 'facade'))).toBe(0);
    expect(readStreet(surfacesOf((_, y) => (y < 0.5 ? 'road' : 'vegetation')))).toBe(0); // turned upside down
  });

  it('finds none where the network knows nothing', () => {
    const surfaces = new Float32Array(SURFACES.length * SURFACE_SIZE).fill(1 / SURFACES.length);
    expect(readStreet(surfaces)).toBe(0);
  });
});
