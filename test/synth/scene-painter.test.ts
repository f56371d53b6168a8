import { describe, expect, it } from 'vitest';
import { SURFACES } from '../../src/scene/scene.js';
import type { SceneVehicle } from '../../src/synth/scene-labels.js';
import { NO_SURFACE, ScenePainter, type PaintedScene } from '../../src/synth/scene-painter.js';
import { SURFACE_NAMES, surfaceIndex } from '../../src/synth/surface-names.js';

const WIDTH = 256;
const HEIGHT = 144;
const SEEDS = Array.from({ length: 48 }, (_, i) => i);

const painter = new ScenePainter({ width: WIDTH, height: HEIGHT });
const scenes = SEEDS.map((seed) => painter.paint(seed));
const vehicles = scenes.flatMap((scene) => scene.objects.vehicles.map((vehicle) => ({ scene, vehicle })));

/** Mean R'G'B' of the pixels around a place. */
function colorAt({ rgb, width, height }: PaintedScene, x: number, y: number): readonly [number, number, number] {
  const i = 3 * (Math.floor(y * height) * width + Math.floor(x * width));
  return [rgb[i]!, rgb[i + 1]!, rgb[i + 2]!];
}

/** Mean luma, 0 to 255, of the pixels that show a surface. */
function meanOf({ rgb, surface }: PaintedScene, index: number): { readonly count: number; readonly luma: number } {
  let count = 0;
  let sum = 0;
  for (let i = 0; i < surface.length; i++) {
    if (surface[i] !== index) continue;
    sum += 0.2126 * rgb[3 * i]! + 0.7152 * rgb[3 * i + 1]! + 0.0722 * rgb[3 * i + 2]!;
    count++;
  }
  return { count, luma: sum / Math.max(1, count) };
}

function isInside(
  { x, y, width, height }: SceneVehicle['box'],
  place: { x: number; y: number },
  margin: number,
): boolean {
  return (
    place.x >= x - margin && place.x <= x + width + margin && place.y >= y - margin && place.y <= y + height + margin
  );
}

describe('the painter of scenes', () => {
  it('names the surfaces of a scene in its order', () => {
    expect(SURFACE_NAMES).toEqual(SURFACES);
  });

  it('labels every pixel, the bonnet apart', () => {
    for (const { rgb, surface, bonnet, seed } of scenes) {
      expect(rgb.length).toBe(3 * WIDTH * HEIGHT);
      expect(surface.length).toBe(WIDTH * HEIGHT);
      const wrong = surface.findIndex((value, i) =>
        bonnet[i] === 1 ? value !== NO_SURFACE : value >= SURFACE_NAMES.length,
      );
      expect(wrong, `seed ${seed}`).toBe(-1);
    }
  });

  it('shows all surfaces, both kinds of camera, bonnets and signals of all colours', () => {
    const seen = new Set(scenes.flatMap(({ surface }) => [...new Set(surface)]));
    for (let index = 0; index < SURFACE_NAMES.length; index++) expect(seen, SURFACE_NAMES[index]).toContain(index);
    expect(new Set(scenes.map(({ isDriving }) => isDriving)).size).toBe(2);
    expect(scenes.some(({ bonnet }) => bonnet.includes(1))).toBe(true);
    expect(scenes.some(({ bonnet }) => !bonnet.includes(1))).toBe(true);
    const colors = new Set(scenes.flatMap(({ objects }) => objects.signals.map(({ color }) => color)));
    expect([...colors].sort()).toEqual(['amber', 'green', 'red']);
    expect(scenes.some(({ objects }) => objects.lampHeads.length > 0)).toBe(true);
  });

  it('has sky only above the horizon, and it is brighter than the road', () => {
    const sky = surfaceIndex('sky');
    let sum = 0;
    let compared = 0;
    for (const scene of scenes) {
      const below = scene.surface.subarray(Math.max(0, Math.ceil(scene.horizon * HEIGHT) + 2) * WIDTH);
      expect(below.includes(sky), `seed ${scene.seed}`).toBe(false);
      const [above, road] = [meanOf(scene, sky), meanOf(scene, surfaceIndex('road'))];
      if (above.count < 100 || road.count < 100) continue;
      sum += above.luma - road.luma;
      compared++;
    }
    expect(compared).toBeGreaterThan(20);
    expect(sum / compared).toBeGreaterThan(40);
  });

  it('has boxes of vehicles inside the frame, tight around pixels that show one', () => {
    const index = surfaceIndex('vehicle');
    expect(vehicles.length).toBeGreaterThan(200);
    for (const { scene, vehicle } of vehicles) {
      const { x, y, width, height } = vehicle.box;
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(Math.max(x + width, y + height)).toBeLessThanOrEqual(1 + 1e-9);
      expect(vehicle.visibleShare).toBeGreaterThan(0);
      expect(vehicle.visibleShare).toBeLessThanOrEqual(1);
      if (vehicle.visibleShare < 0.9) continue;
      let shown = 0;
      const [x0, x1] = [Math.round(x * WIDTH), Math.round((x + width) * WIDTH)];
      const [y0, y1] = [Math.round(y * HEIGHT), Math.round((y + height) * HEIGHT)];
      for (let row = y0; row < y1; row++) {
        for (let column = x0; column < x1; column++) {
          const value = scene.surface[row * WIDTH + column];
          if (value === index || value === NO_SURFACE) shown++;
        }
      }
      expect(shown / ((x1 - x0) * (y1 - y0)), `seed ${scene.seed}`).toBeGreaterThan(0.4);
    }
  });

  it('has the lamps of fronts and rears inside their boxes, left then right, the rear ones red', () => {
    let red = 0;
    let pale = 0;
    let rears = 0;
    let fronts = 0;
    for (const { scene, vehicle } of vehicles) {
      const { lamps, facing, box, visibleShare } = vehicle;
      expect(lamps === undefined).toBe(facing === 'side');
      if (!lamps) continue;
      expect(lamps[0].x).toBeLessThanOrEqual(lamps[1].x);
      // Small, cut or covered vehicles: their boxes hold less than they are.
      if (visibleShare < 0.98 || box.width * WIDTH < 14 || box.x <= 0 || box.x + box.width > 0.99) continue;
      if (box.y + box.height > 0.99) continue;
      for (const lamp of lamps) {
        expect(isInside(box, lamp, 2 / WIDTH), `seed ${scene.seed}`).toBe(true);
        const [r, g, b] = colorAt(scene, lamp.x, lamp.y);
        if (scene.bonnet[Math.floor(lamp.y * HEIGHT) * WIDTH + Math.floor(lamp.x * WIDTH)] === 1) continue;
        if (facing === 'rear') {
          rears++;
          if (r > 1.5 * Math.max(g, b)) red++;
        } else {
          fronts++;
          if (Math.min(r, g, b) > 110) pale++;
        }
      }
    }
    expect(Math.min(rears, fronts)).toBeGreaterThan(30);
    expect(red / rears).toBeGreaterThan(0.85);
    expect(pale / fronts).toBeGreaterThan(0.85);
  });

  it('shows both ends on both sides of the street, and vehicles from the side', () => {
    const seen = new Set(
      vehicles.map(({ scene, vehicle }) => {
        const isLeft = vehicle.box.x + vehicle.box.width / 2 < 0.5;
        return `${scene.isDriving ? 'driving' : 'fixed'} ${vehicle.facing} ${isLeft ? 'left' : 'right'}`;
      }),
    );
    for (const camera of ['driving', 'fixed'])
      for (const facing of ['front', 'rear'])
        for (const side of ['left', 'right']) expect(seen).toContain(`${camera} ${facing} ${side}`);
    expect([...seen].some((key) => key.includes('side'))).toBe(true);
    expect(new Set(vehicles.map(({ vehicle }) => vehicle.kind)).size).toBe(3);
    expect(new Set(vehicles.map(({ vehicle }) => vehicle.isParked)).size).toBe(2);
  });

  it('has signals whose lens has their colour, and lamp heads on lamp heads', () => {
    const hue = { red: 0, amber: 0, green: 1 };
    for (const scene of scenes) {
      for (const { place, radius, color } of scene.objects.signals) {
        if (radius * WIDTH < 1.5) continue;
        const [r, g] = colorAt(scene, place.x, place.y);
        expect(r > g ? 0 : 1, `seed ${scene.seed}, ${color}`).toBe(hue[color]);
      }
      for (const { place, height } of scene.objects.lampHeads) {
        const i = Math.floor(place.y * HEIGHT) * WIDTH + Math.floor(place.x * WIDTH);
        expect([surfaceIndex('lampHead'), NO_SURFACE]).toContain(scene.surface[i]);
        expect(height).toBeGreaterThan(0);
      }
    }
  });

  it('gives the same bytes for a seed in any order, and others for another seed', () => {
    const other = new ScenePainter({ width: WIDTH, height: HEIGHT });
    for (const seed of [11, 3]) expect(other.paint(seed)).toEqual(scenes[seed]);
    const distinct = new Set(scenes.map(({ rgb }) => Buffer.from(rgb).toString('base64')));
    expect(distinct.size).toBe(SEEDS.length);
    expect(new Set(scenes.map(({ horizon }) => horizon)).size).toBe(SEEDS.length);
  });

  it('paints any even size and any integer', () => {
    const scene = new ScenePainter({ width: 98, height: 130 }).paint(-7);
    expect(scene.surface.length).toBe(98 * 130);
    expect(() => new ScenePainter({ width: 97, height: 130 })).toThrow(/width .* got 97/);
    expect(() => painter.paint(0.5)).toThrow(/seed .* got 0.5/);
  });
});
