import { describe, expect, it } from 'vitest';
import { KEY_REGIONS, keyRegions } from '../../src/scene/key-regions.js';
import { SURFACES, SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH, type Surface } from '../../src/scene/scene.js';

/** Surfaces that are road but for some samples. */
function surfacesWith(...spots: readonly (readonly [Surface, number, number, number])[]): Float32Array {
  const surfaces = new Float32Array(SURFACES.length * SURFACE_SIZE);
  for (const [surface, x, y, share] of spots) {
    surfaces[SURFACES.indexOf(surface) * SURFACE_SIZE + y * SURFACE_WIDTH + x] = share;
  }
  return surfaces;
}

function region(planes: Float32Array, kind: (typeof KEY_REGIONS)[number], x: number, y: number): number {
  return planes[KEY_REGIONS.indexOf(kind) * SURFACE_SIZE + y * SURFACE_WIDTH + x]!;
}

describe('keyRegions', () => {
  it('widens vehicles by a sample, signals and lamps by two, facades not', () => {
    const surfaces = surfacesWith(
      ['vehicle', 40, 30, 0.5],
      ['signal', 60, 20, 1],
      ['lampHead', 80, 10, 1],
      ['facade', 100, 30, 1],
    );
    const planes = keyRegions({ surfaces, signals: [], lampHeads: [] });
    const reach = { vehicle: [40, 30, 1], signal: [60, 20, 2], lampHead: [80, 10, 2], facade: [100, 30, 0] } as const;
    for (const kind of KEY_REGIONS) {
      const [x, y, margin] = reach[kind];
      expect(region(planes, kind, x, y), kind).toBe(kind === 'vehicle' ? 0.5 : 1);
      expect(region(planes, kind, x + margin, y + margin), kind).toBeGreaterThan(0);
      expect(region(planes, kind, x + margin + 1, y), kind).toBe(0);
      expect(region(planes, kind, x, y - margin - 1), kind).toBe(0);
    }
  });

  it('does not reach around the edge of the frame', () => {
    const planes = keyRegions({
      surfaces: surfacesWith(['vehicle', SURFACE_WIDTH - 1, 30, 1]),
      signals: [],
      lampHeads: [],
    });
    expect(region(planes, 'vehicle', SURFACE_WIDTH - 2, 31)).toBe(1);
    expect(region(planes, 'vehicle', 0, 30)).toBe(0);
    expect(region(planes, 'vehicle', 0, 31)).toBe(0);
  });

  it('counts windows as facade, and marks lamps that the scene names', () => {
    const surfaces = surfacesWith(['window', 5, 5, 0.7], ['facade', 5, 5, 0.2]);
    const place = { x: 0.5, y: 0.5 };
    const planes = keyRegions({ surfaces, signals: [], lampHeads: [{ place, radius: 0 }] });
    expect(region(planes, 'facade', 5, 5)).toBeCloseTo(0.9, 6);
    expect(region(planes, 'lampHead', SURFACE_WIDTH / 2, SURFACE_HEIGHT / 2)).toBe(1);
    expect(region(planes, 'lampHead', SURFACE_WIDTH / 2 + 3, SURFACE_HEIGHT / 2)).toBe(0);
    expect(region(planes, 'signal', SURFACE_WIDTH / 2, SURFACE_HEIGHT / 2)).toBe(0);
  });
});
