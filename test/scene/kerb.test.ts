import { describe, expect, it } from 'vitest';
import { kerbBeside, placeBeside } from '../../src/scene/kerb.js';
import { streetAt, surfacesOf } from './found-scenes.js';

describe('kerbBeside', () => {
  const surfaces = surfacesOf(streetAt);

  it.each([
    ['at the right kerb', { x: 0.7, y: 0.6, width: 0.1, height: 0.1 }, 1],
    ['at the left kerb', { x: 0.2, y: 0.6, width: 0.1, height: 0.1 }, 1],
    ['in the middle of the road', { x: 0.45, y: 0.6, width: 0.1, height: 0.1 }, 0],
  ])('looks outside the outer side: %s', (_, box, kerb) => {
    expect(kerbBeside(surfaces, box)).toBeCloseTo(kerb, 1);
  });

  it('says nothing of what is small, at the edge of the image, or beside neither', () => {
    expect(kerbBeside(surfaces, { x: 0.78, y: 0.6, width: 0.02, height: 0.02 })).toBeUndefined();
    expect(kerbBeside(surfaces, { x: 0.9, y: 0.6, width: 0.12, height: 0.1 })).toBeUndefined();
    expect(kerbBeside(surfaces, { x: 0.7, y: 0.2, width: 0.1, height: 0.1 })).toBeUndefined();
  });
});

describe('placeBeside', () => {
  it('lies outside the side away from the middle, at the foot', () => {
    const right = placeBeside({ x: 0.7, y: 0.6, width: 0.1, height: 0.1 });
    expect(right.x).toBeGreaterThan(0.8);
    expect(right.y).toBeCloseTo(0.69);
    expect(placeBeside({ x: 0.2, y: 0.6, width: 0.1, height: 0.1 }).x).toBeLessThan(0.2);
  });
});
