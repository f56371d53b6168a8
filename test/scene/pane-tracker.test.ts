import { describe, expect, it } from 'vitest';
import { PaneTracker } from '../../src/scene/pane-tracker.js';
import type { FoundPane } from '../../src/scene/find-panes.js';
import type { Box, Pane } from '../../src/scene/scene.js';
import { streetAt, surfacesOf } from './found-scenes.js';

const FRAME = 1 / 30;
const WALL = surfacesOf(streetAt);
const NO_WALL = surfacesOf((x, y) => (y < 0.45 ? 'sky' : streetAt(x, y)));
const PANE: FoundPane = { box: { x: 0.3, y: 0.3, width: 0.012, height: 0.03 }, dayBelow: 0.4 };
const nothing = (): boolean => false;

/** How bright the first pane is in each frame, 0 to 1; every third frame is read. */
function play(
  seconds: number,
  read: (seconds: number) => { found: readonly FoundPane[]; surfaces?: Float32Array; isHidden?: (box: Box) => boolean },
): number[] {
  let id = 1;
  const tracker = new PaneTracker(1, () => id++);
  const shown: number[] = [];
  const brightness = (pane: Pane | undefined): number => (pane ? pane.fade * pane.facade : 0);
  for (let frame = 0; frame < seconds / FRAME; frame++) {
    tracker.advance(frame === 0 ? 0 : FRAME, undefined);
    if (frame % 3 === 0) {
      const { found, surfaces = WALL, isHidden = nothing } = read(frame * FRAME);
      tracker.update(found, surfaces, frame === 0 ? 0 : 3 * FRAME, isHidden);
    }
    shown.push(brightness(tracker.panes.find((pane) => pane.id === 1)));
  }
  return shown;
}

describe('PaneTracker', () => {
  it('keeps a pane lit on its wall that many reads miss', () => {
    const shown = play(5, (seconds) => ({ found: Math.round(10 * seconds) % 12 === 0 ? [PANE] : [] }));
    expect(Math.min(...shown)).toBe(1);
  });

  it('lights a later pane only after it was found in several reads', () => {
    expect(Math.max(...play(2, (seconds) => ({ found: seconds > 0.5 && seconds < 0.75 ? [PANE] : [] })))).toBe(0);
    expect(play(2, (seconds) => ({ found: seconds > 0.5 ? [PANE] : [] })).at(-1)).toBe(1);
  });

  it('does not let a pane flicker whose wall is unsure in single reads, and fades it out where there is none', () => {
    const unsure = play(3, (seconds) => ({
      found: [PANE],
      surfaces: Math.round(10 * seconds) % 4 === 3 ? NO_WALL : WALL,
    }));
    expect(Math.min(...unsure)).toBe(1);
    const gone = play(3, (seconds) => ({ found: [PANE], surfaces: seconds > 1 ? NO_WALL : WALL }));
    expect(gone.at(-1)).toBe(0);
    for (let i = 1; i < gone.length; i++) expect(gone[i - 1]! - gone[i]!).toBeLessThan(FRAME / 0.2 + 1e-6);
  });

  it('passes on where glass ends, as it was found last', () => {
    const tracker = new PaneTracker(1, () => 1);
    tracker.update([PANE], WALL, 0, nothing);
    expect(tracker.panes[0]).toMatchObject({ dayBelow: 0.4 });
    tracker.advance(FRAME, undefined);
    tracker.update([{ ...PANE, dayBelow: 0.3 }], WALL, FRAME, nothing);
    expect(tracker.panes[0]).toMatchObject({ dayBelow: 0.3 });
  });

  it('is dark from the first frame where there is no facade', () => {
    expect(Math.max(...play(1, () => ({ found: [PANE], surfaces: NO_WALL })))).toBe(0);
  });

  it('goes out with what hides it, until it is found again', () => {
    const isPassing = (seconds: number): boolean => seconds > 1 && seconds < 2;
    const shown = play(3, (seconds) => ({
      found: isPassing(seconds) ? [] : [PANE],
      isHidden: () => isPassing(seconds),
    }));
    expect(shown[Math.round(1.5 / FRAME)]).toBe(0);
    expect(shown.at(-1)).toBe(1);
  });

  it('gives way to another pane that is found in its place', () => {
    const larger: FoundPane = { box: { x: 0.24, y: 0.28, width: 0.08, height: 0.06 }, dayBelow: 0.4 };
    const shown = play(3, (seconds) => ({ found: seconds > 1 ? [larger] : [PANE] }));
    expect(shown[Math.round(1.3 / FRAME)]).toBe(1);
    expect(shown[Math.round(1.9 / FRAME)]).toBe(0);
  });
});
