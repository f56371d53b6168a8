import { describe, expect, it } from 'vitest';
import { FacingVotes } from '../../src/scene/facing-votes.js';

const READ = 0.1;

describe('FacingVotes', () => {
  it('takes the first read as it is', () => {
    const votes = new FacingVotes();
    votes.add('rear', 0.7, undefined, 0);
    expect(votes.facing).toBe('rear');
    expect(votes.score).toBeCloseTo(0.7);
    expect(votes.shareOf('front')).toBeCloseTo(0.15);
  });

  it('is not changed by single reads that say otherwise', () => {
    const votes = new FacingVotes();
    for (let i = 0; i < 60; i++) {
      votes.add(i % 5 === 4 ? 'front' : 'rear', 0.9, undefined, READ);
      expect(votes.facing).toBe('rear');
    }
  });

  it('follows what is seen within a second or two', () => {
    const votes = new FacingVotes();
    for (let i = 0; i < 30; i++) votes.add('front', 0.9, undefined, READ);
    const facings = Array.from({ length: 20 }, () => {
      votes.add('rear', 0.9, undefined, READ);
      return votes.facing;
    });
    expect(facings[4]).toBe('front');
    expect(facings.at(-1)).toBe('rear');
    expect(facings.filter((facing, i) => facing !== facings[i - 1])).toHaveLength(2);
  });

  it('does not flip between facings that are nearly equal', () => {
    const votes = new FacingVotes();
    votes.add('rear', 0.6, undefined, 0);
    for (let i = 0; i < 60; i++) votes.add(i % 2 === 0 ? 'front' : 'rear', 0.6, undefined, READ);
    expect(votes.facing).toBe('rear');
    expect(votes.score).toBeLessThan(0.5);
  });

  it('trusts motion more than what the network says', () => {
    const votes = new FacingVotes();
    for (let i = 0; i < 20; i++) votes.add('front', 0.7, 'rear', READ);
    expect(votes.facing).toBe('rear');
    expect(votes.score).toBeGreaterThan(0.6);
  });
});
