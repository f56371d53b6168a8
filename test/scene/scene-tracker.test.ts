import { describe, expect, it } from 'vitest';
import type { FoundScene } from '../../src/scene/found-scene.js';
import { SURFACE_SIZE, type Scene } from '../../src/scene/scene.js';
import { SceneTracker, stillScene } from '../../src/scene/scene-tracker.js';
import { ahead, foundScene, foundVehicle, motionOf, STILL, streetAt, surfacesOf } from './found-scenes.js';

const FRAME = 1 / 30;
const panes = Array.from({ length: 60 }, (_, i) => ({
  box: { x: 0.1 + 0.05 * (i % 15), y: 0.18 + 0.06 * Math.floor(i / 15), width: 0.012, height: 0.03 },
  dayBelow: 0.4,
}));
const STREET = foundScene({
  panes,
  vehicles: [foundVehicle(), foundVehicle({ box: { x: 0.7, y: 0.6, width: 0.1, height: 0.1 }, facing: 'rear' })],
  signals: [{ place: { x: 0.6, y: 0.3 }, radius: 0.004, color: 'red' }],
  lampHeads: [{ place: { x: 0.2, y: 0.1 }, radius: 0.003, height: 0.35 }],
});

/** A copy of a scene without ids. */
function withoutIds(scene: Scene): unknown {
  const copy = structuredClone(scene);
  const things = [...copy.vehicles, ...copy.signals, ...copy.lampHeads, ...copy.panes];
  for (const thing of things) Object.assign(thing, { id: 0 });
  return copy;
}

/** Draws of all things of a scene. */
const drawsOf = ({ vehicles, signals, lampHeads, panes: own }: Scene): number[] =>
  [...vehicles, ...signals, ...lampHeads, ...own].map(({ draw }) => draw);

function play(tracker: SceneTracker, frames: number, found: FoundScene, motion = STILL): void {
  for (let frame = 0; frame < frames; frame++) {
    tracker.advance(motion, FRAME);
    if (frame % 3 === 0) tracker.update(found);
  }
}

describe('stillScene', () => {
  it('shows all things at once, with id 0', () => {
    const scene = stillScene(STREET, 5);
    const things = [...scene.vehicles, ...scene.signals, ...scene.lampHeads, ...scene.panes];
    expect(things).toHaveLength(64);
    expect(things.every(({ id, fade }) => id === 0 && fade === 1)).toBe(true);
    expect(scene.vehicles.map(({ isParked }) => isParked)).toEqual([false, true]);
    expect(scene.driving).toBe(0.65);
  });

  it('is what the first frame of a video shows, after a cut too', () => {
    const tracker = new SceneTracker(5);
    tracker.advance(undefined, 0);
    tracker.update(STREET);
    expect(withoutIds(tracker.scene)).toEqual(stillScene(STREET, 5));
    play(tracker, 30, foundScene());
    tracker.reset();
    tracker.advance(undefined, FRAME);
    tracker.update(STREET);
    expect(withoutIds(tracker.scene)).toEqual(stillScene(STREET, 5));
  });

  it('draws the same for the same still, whatever was read before, and other numbers for another seed', () => {
    const draws = drawsOf(stillScene(STREET, 5));
    stillScene(foundScene({ panes: panes.slice(7) }), 5);
    expect(drawsOf(stillScene(STREET, 5))).toEqual(draws);
    expect(drawsOf(stillScene(STREET, 6))).not.toEqual(draws);
    expect(new Set(draws).size).toBe(draws.length);
  });

  it('owns its surfaces', () => {
    const found = foundScene({ surfaces: STREET.surfaces.slice() });
    const scene = stillScene(found, 5);
    found.surfaces.fill(0);
    expect(scene.surfaces).toEqual(STREET.surfaces);
  });
});

describe('SceneTracker', () => {
  it('has no scene before the first update and after a cut', () => {
    const tracker = new SceneTracker(1);
    expect(() => tracker.scene).toThrow(TypeError);
    tracker.advance(STILL, FRAME);
    expect(() => tracker.scene).toThrow(TypeError);
    tracker.update(STREET);
    expect(tracker.scene.panes).toHaveLength(60);
    tracker.reset();
    expect(() => tracker.scene).toThrow(TypeError);
  });

  it('gives all things different ids and keeps ids and draws while they are seen', () => {
    const tracker = new SceneTracker(1);
    tracker.update(STREET);
    const before = structuredClone(tracker.scene);
    const ids = [...before.vehicles, ...before.signals, ...before.lampHeads, ...before.panes].map(({ id }) => id);
    expect(new Set(ids).size).toBe(64);
    const moved = (frames: number): FoundScene => ({
      ...STREET,
      panes: panes.map((pane) => ({ ...pane, box: { ...pane.box, x: pane.box.x + 0.003 * frames } })),
    });
    for (let frame = 1; frame <= 30; frame++) {
      tracker.advance(
        motionOf((_, y) => [y < 0.44 ? 0.003 : 0, 0]),
        FRAME,
      );
      if (frame % 3 === 0) tracker.update(moved(frame));
    }
    expect(tracker.scene.panes.map(({ id, draw }) => [id, draw])).toEqual(
      before.panes.map(({ id, draw }) => [id, draw]),
    );
    expect(tracker.scene.panes[0]!.box.x).toBeCloseTo(panes[0]!.box.x + 0.09);
  });

  it('fades out panes and lamp heads that something covers, and keeps what is only missed', () => {
    const tracker = new SceneTracker(1);
    play(tracker, 9, STREET);
    const isCovered = (x: number): boolean => x > 0.1 && x < 0.4;
    const bus = surfacesOf((x, y) => (isCovered(x) && y > 0.05 && y < 0.6 ? 'vehicle' : streetAt(x, y)));
    const seen = panes.filter(({ box }) => !isCovered(box.x + 0.006) && box.x < 0.6);
    play(tracker, 12, { ...STREET, surfaces: bus, panes: seen, lampHeads: [] });
    expect(tracker.scene.lampHeads).toEqual([]);
    expect(tracker.scene.panes.some(({ box }) => isCovered(box.x + 0.006))).toBe(false);
    expect(tracker.scene.panes.filter(({ box }) => box.x > 0.6 && box.x < 0.9).length).toBeGreaterThan(0);
    const draw = stillScene(STREET, 1).lampHeads[0]!.draw;
    play(tracker, 12, STREET);
    expect(tracker.scene.lampHeads.map((head) => [head.draw, head.fade])).toEqual([[draw, 1]]);
  });

  it('averages the horizon', () => {
    const tracker = new SceneTracker(1);
    tracker.update(STREET);
    tracker.advance(STILL, FRAME);
    tracker.update({ ...STREET, horizon: 0.2 });
    expect(tracker.scene.horizon).toBeCloseTo(0.435, 1);
    play(tracker, 150, { ...STREET, horizon: 0.2 });
    expect(tracker.scene.horizon).toBeCloseTo(0.2, 1);
  });

  it('shows a bonnet that is seen persistently by a camera that drives', () => {
    const bonnet = new Float32Array(SURFACE_SIZE).fill(1, SURFACE_SIZE - 900);
    const withBonnet = { ...STREET, bonnet, hasBonnet: true };
    expect(stillScene(withBonnet, 1).bonnet).toEqual(bonnet);
    const tracker = new SceneTracker(1);
    play(tracker, 60, STREET, ahead(0.005));
    play(tracker, 3, withBonnet, ahead(0.005));
    expect(Math.max(...tracker.scene.bonnet)).toBe(0);
    play(tracker, 120, withBonnet, ahead(0.005));
    expect(tracker.scene.bonnet.at(-1)).toBeGreaterThan(0.9);
    const fixed = new SceneTracker(1);
    play(fixed, 1200, withBonnet);
    expect(fixed.scene.driving).toBeLessThan(0.5);
    expect(Math.max(...fixed.scene.bonnet)).toBe(0);
  });

  it('shows the scene of each frame, read or not', () => {
    const tracker = new SceneTracker(1);
    tracker.update(STREET);
    const { scene } = tracker;
    expect(tracker.scene).toBe(scene);
    tracker.advance(
      motionOf(() => [0.01, 0]),
      FRAME,
    );
    expect(tracker.scene.signals[0]!.place.x).toBeCloseTo(0.61);
  });
});
