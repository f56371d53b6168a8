import { describe, expect, it } from 'vitest';
import type { Box } from '../../src/scene/scene.js';
import { ThingTracker } from '../../src/scene/thing-tracker.js';

const FRAME = 1 / 30;
const at = (x: number, y = 0.5, width = 0.02): { readonly box: Box } => ({ box: { x, y, width, height: 0.03 } });

function tracker(): ThingTracker<{ readonly box: Box }> {
  let id = 1;
  return new ThingTracker({ reach: 0.8, minReach: 0.01, rememberSeconds: 2, nextId: () => id++, draw: () => 0.5 });
}

/** Advances by frames, each of which shows what `found` says; undefined: it is not read. */
function play(
  things: ReturnType<typeof tracker>,
  frames: number,
  found: ((frame: number) => readonly { readonly box: Box }[] | undefined) | undefined,
  shift?: (x: number, y: number) => readonly [number, number],
): number[] {
  const fades: number[] = [];
  for (let frame = 0; frame < frames; frame++) {
    things.advance(FRAME, shift);
    const seen = found?.(frame);
    if (seen) things.update(seen);
    fades.push(things.things[0]?.fade ?? 0);
  }
  return fades;
}

describe('ThingTracker', () => {
  it('shows what the first frame shows at once', () => {
    const things = tracker();
    things.update([at(0.3), at(0.6)]);
    expect(things.things.map(({ id, fade }) => [id, fade])).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it('fades a later thing in over 0.2 s, from its second sighting on', () => {
    const things = tracker();
    things.update([]);
    things.advance(FRAME, undefined);
    things.update([at(0.3)]);
    expect(things.things[0]!.fade).toBe(0);
    const fades = play(things, 8, () => [at(0.3)]);
    expect(fades[0]).toBe(0);
    for (const [i, fade] of fades.entries()) expect(fade).toBeCloseTo(Math.min(1, (i * FRAME) / 0.2));
  });

  it('fades a lost thing out over 0.2 s, without steps', () => {
    const things = tracker();
    things.update([at(0.3)]);
    const fades = play(things, 30, () => []);
    expect(fades.at(-1)).toBe(0);
    for (let i = 1; i < fades.length; i++) expect(fades[i - 1]! - fades[i]!).toBeLessThan(FRAME / 0.2 + 1e-6);
  });

  it('does not blink when reads miss a thing now and then', () => {
    const things = tracker();
    things.update([at(0.3)]);
    const fades = play(things, 60, (frame) => (frame % 4 === 0 ? [at(0.3)] : []));
    expect(Math.min(...fades)).toBe(1);
    expect(things.things).toHaveLength(1);
  });

  it('does not blink when a slow network misses one read', () => {
    const things = tracker();
    things.update([at(0.3)]);
    const fades = play(things, 90, (frame) => (frame % 15 === 14 ? (frame === 44 ? [] : [at(0.3)]) : undefined));
    expect(Math.min(...fades)).toBe(1);
  });

  it('ignores what one frame alone shows', () => {
    const things = tracker();
    things.update([]);
    const fades = play(things, 30, (frame) => (frame === 3 ? [at(0.3)] : []));
    expect(Math.max(...fades)).toBe(0);
    expect(things.things).toHaveLength(0);
  });

  it('keeps identity along the motion, also past another thing of the same size', () => {
    const things = tracker();
    things.update([at(0.3, 0.5), at(0.5, 0.55)]);
    const shift = (_: number, y: number): readonly [number, number] => [y < 0.54 ? 0.01 : 0, 0];
    play(things, 40, (frame) => (frame % 3 === 0 ? [at(0.5, 0.55), at(0.31 + 0.01 * frame, 0.5)] : undefined), shift);
    expect(things.things.map(({ id }) => id)).toEqual([1, 2]);
    expect(things.things[0]!.box.x).toBeCloseTo(0.7, 1);
    expect(things.things[1]!.box.x).toBeCloseTo(0.5, 3);
  });

  it('moves on by itself where the motion of the image misses that it moves', () => {
    const options = { reach: 0.8, minReach: 0.01, rememberSeconds: 2, nextId: () => 1, draw: () => 0.5 };
    const errorOf = (isMoving: boolean): number => {
      const things = new ThingTracker({ ...options, isMoving });
      things.update([at(0.3)]);
      play(things, 60, (frame) => (frame % 3 === 2 ? [at(0.3 + 0.001 * (frame + 1))] : undefined));
      play(things, 9, undefined);
      return Math.abs(things.things[0]!.box.x - 0.369);
    };
    expect(errorOf(true)).toBeLessThan(0.002);
    expect(errorOf(false)).toBeGreaterThan(0.009);
  });

  it('gives each of a dense row its own match', () => {
    const things = tracker();
    const row = Array.from({ length: 12 }, (_, i) => at(0.1 + 0.03 * i));
    things.update(row);
    play(things, 10, () => row.map(({ box }, i) => at(box.x + (i % 2 === 0 ? 0.004 : -0.004))).reverse());
    expect(things.things.map(({ id }) => id)).toEqual(row.map((_, i) => i + 1));
  });

  it('remembers a lost thing for a while: it keeps its id and draw, and stays out for a second', () => {
    const things = tracker();
    things.update([at(0.3)]);
    play(things, 40, () => []);
    expect(things.things[0]!.fade).toBe(0);
    const fades = play(things, 24, () => [at(0.3)]);
    expect(things.things.map(({ id }) => id)).toEqual([1]);
    expect(fades[14]).toBe(0); // it went out 0.57 s after its last sighting: 0.8 s before these frames
    expect(fades.at(-1)).toBe(1);
    play(things, 80, () => []);
    expect(things.things).toEqual([]);
  });

  it('fades out what is covered in two reads, and back in when it is found again', () => {
    const things = tracker();
    things.update([at(0.3)]);
    for (let i = 0; i < 8; i++) {
      things.advance(FRAME, undefined);
      things.update([], () => true);
    }
    expect(things.things[0]!.fade).toBeCloseTo(0, 1);
    expect(play(things, 8, () => [at(0.3)]).at(-1)).toBeCloseTo(1);
    expect(things.things[0]!.id).toBe(1);
  });

  it('removes what leaves the image', () => {
    const things = tracker();
    things.update([at(0.9, 0.5, 0.08)]);
    play(things, 12, undefined, () => [0.01, 0]);
    expect(things.things).toEqual([]);
  });

  it('keeps what is partly inside the image', () => {
    const things = tracker();
    things.update([at(0.7, 0.5, 0.4)]);
    play(things, 9, undefined, () => [0.02, 0]);
    expect(things.things).toHaveLength(1);
  });

  it('starts again after a cut', () => {
    const things = tracker();
    things.update([at(0.3)]);
    things.reset();
    expect(things.things).toEqual([]);
    things.update([at(0.3)]);
    expect(things.things.map(({ id, fade }) => [id, fade])).toEqual([[2, 1]]);
  });

  it('has a bound, however many things are found', () => {
    const things = tracker();
    for (let frame = 0; frame < 20; frame++) {
      things.advance(FRAME, () => [0.2, 0]);
      things.update(
        Array.from({ length: 160 }, (_, i) => at(0.05 * (i % 20), 0.1 * Math.floor(i / 20) + 0.005 * frame)),
      );
    }
    expect(things.things.length).toBeLessThanOrEqual(320);
  });
});
