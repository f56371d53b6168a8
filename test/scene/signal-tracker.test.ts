import { describe, expect, it } from 'vitest';
import type { FoundSignal } from '../../src/scene/find-signals.js';
import type { Signal, SignalColor } from '../../src/scene/scene.js';
import { SignalTracker } from '../../src/scene/signal-tracker.js';

const READ = 0.1;
const uncovered = (): boolean => false;
const lens = (color: SignalColor, y = 0.3, x = 0.5): FoundSignal => ({ place: { x, y }, radius: 0.004, color });

function tracker(): SignalTracker {
  let id = 1;
  return new SignalTracker(1, () => id++);
}

/** The signals after each read. */
function play(signals: SignalTracker, reads: readonly (readonly FoundSignal[])[]): Signal[][] {
  return reads.map((found) => {
    signals.advance(READ, undefined);
    signals.update(found, uncovered);
    return signals.signals;
  });
}

describe('SignalTracker', () => {
  it('changes colour and place at once when two reads in a row show it', () => {
    const shown = play(tracker(), [[lens('red')], [lens('red')], [lens('green', 0.33)], [lens('green', 0.33)]]);
    expect(shown.map(([signal]) => signal!.color)).toEqual(['red', 'red', 'red', 'green']);
    expect(shown[2]![0]!.place.y).toBeCloseTo(0.3);
    expect(shown[3]![0]!.place.y).toBeCloseTo(0.33);
    expect(new Set(shown.map(([signal]) => signal!.id)).size).toBe(1);
    expect(shown.every(([signal]) => signal!.fade === 1)).toBe(true);
  });

  it('ignores a colour that one read alone shows', () => {
    const reads = Array.from({ length: 12 }, (_, i) => [i % 3 === 2 ? lens('amber', 0.315) : lens('red')]);
    expect(play(tracker(), reads).every(([signal]) => signal!.color === 'red')).toBe(true);
  });

  it('takes the latest colour after two that differ', () => {
    const shown = play(tracker(), [[lens('green', 0.33)], [lens('amber', 0.315)], [lens('red')]]);
    expect(shown.at(-1)![0]!.color).toBe('red');
  });

  it('keeps neighbouring signals apart', () => {
    const pair = (left: SignalColor): FoundSignal[] => [lens(left, 0.3, 0.5), lens('green', 0.3, 0.53)];
    const shown = play(tracker(), [pair('red'), pair('red'), pair('amber'), pair('amber')]);
    expect(shown.at(-1)!.map(({ color, place }) => [color, place.x])).toEqual([
      ['amber', 0.5],
      ['green', 0.53],
    ]);
  });

  it('goes dark with the signal', () => {
    const signals = tracker();
    play(signals, [[lens('red')], ...Array.from({ length: 8 }, () => [])]);
    expect(signals.signals).toEqual([]);
  });
});
