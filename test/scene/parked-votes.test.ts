import { describe, expect, it } from 'vitest';
import { ParkedVotes, type ParkedSigns } from '../../src/scene/parked-votes.js';

const READ = 0.1;
const NOTHING: ParkedSigns = {
  kerb: undefined,
  isMoving: undefined,
  isSide: false,
  isFixed: false,
  isSettled: false,
  isShown: false,
};

/** Whether it is parked after each of many reads. */
function play(votes: ParkedVotes, seconds: number, signs: (read: number) => Partial<ParkedSigns>): boolean[] {
  return Array.from({ length: Math.round(seconds / READ) }, (_, read) => {
    votes.add({ ...NOTHING, ...signs(read) }, READ);
    return votes.isParked;
  });
}

describe('ParkedVotes', () => {
  it('is parked at a kerb at once, and on the road never', () => {
    expect(play(new ParkedVotes(), 0.1, () => ({ kerb: 0.9 }))).toEqual([true]);
    expect(play(new ParkedVotes(), 2, () => ({ kerb: 0.2 })).some(Boolean)).toBe(false);
  });

  it('is not changed by single reads that say otherwise', () => {
    const shown = play(new ParkedVotes(), 5, (read) => ({ kerb: read % 5 === 4 ? 0.1 : 0.9 }));
    expect(shown.every(Boolean)).toBe(true);
  });

  it('drives off when it moves, and is not parked beside the next kerb', () => {
    const votes = new ParkedVotes();
    play(votes, 2, () => ({ kerb: 0.9 }));
    expect(play(votes, 0.5, () => ({ isMoving: true })).at(-1)).toBe(false);
    expect(play(votes, 1, () => ({ kerb: 0.9, isMoving: false })).some(Boolean)).toBe(false);
  });

  it('keeps parked what appears before a settled camera, until it moves and its side is known, or the camera drives off', () => {
    const settled = { isFixed: true, isSettled: true, isShown: false };
    const votes = new ParkedVotes();
    expect(play(votes, 1, () => ({ ...settled, isMoving: true })).every(Boolean)).toBe(true);
    expect(play(votes, 1, () => ({ ...settled, isMoving: true, isShown: true })).at(-1)).toBe(false);
    const left = new ParkedVotes();
    play(left, 1, () => ({ ...settled, isMoving: false }));
    expect(play(left, 0.2, () => ({ isFixed: false, isSettled: false })).at(-1)).toBe(false);
  });

  it('parks what stands for seconds before a fixed camera, but lets a waiting vehicle wait', () => {
    const standing = { isMoving: false, isFixed: true, isSettled: false, isShown: false };
    const shown = play(new ParkedVotes(), 5, () => standing);
    expect(shown[20]).toBe(false);
    expect(shown.at(-1)).toBe(true);
    const waiting = new ParkedVotes();
    play(waiting, 1, () => ({ isMoving: true, isFixed: true, isSettled: false, isShown: false }));
    expect(play(waiting, 10, () => standing).some(Boolean)).toBe(false);
    expect(play(waiting, 10, () => standing).at(-1)).toBe(true);
  });

  it('parks what stands though single reads take its jitter for motion', () => {
    const shown = play(new ParkedVotes(), 6, (read) => ({ isFixed: true, isMoving: read % 4 === 1 }));
    expect(shown.at(-1)).toBe(true);
  });

  it('does not park what stands before a camera that drives', () => {
    expect(play(new ParkedVotes(), 20, () => ({ isMoving: false })).some(Boolean)).toBe(false);
  });

  it('parks at a kerb what seemed to move but stands while the camera drives past', () => {
    const votes = new ParkedVotes();
    play(votes, 0.5, () => ({ kerb: 0.9, isMoving: true }));
    expect(play(votes, 2.5, () => ({ kerb: 0.9, isMoving: false })).at(-1)).toBe(true);
  });

  it('parks what stands across, until it moves', () => {
    const votes = new ParkedVotes();
    expect(play(votes, 0.5, () => ({ isSide: true, isMoving: false })).at(-1)).toBe(true);
    expect(play(votes, 0.5, () => ({ isSide: true, isMoving: true })).at(-1)).toBe(false);
  });
});
