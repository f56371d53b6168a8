import { describe, expect, it } from 'vitest';
import { parseTwoPathwayCard } from '../../../src/infer/two-pathway/two-pathway-card.js';

const CARD = {
  kind: 'two-pathway',
  ...{ name: 'two', version: '1.0.0', description: 'a night', licence: 'MIT', sha256: 'a'.repeat(64) },
  input: { name: 'street', shape: [1, 7, 72, 128], layout: 'NCHW', matrix: 'bt709', range: 'full' },
  regions: ['vehicle', 'signal', 'lampHead', 'facade'],
  output: { name: 'night', shape: [1, 3, 72, 128] },
};

describe('parseTwoPathwayCard', () => {
  it('takes a card as the export writes it', () => {
    expect(parseTwoPathwayCard(JSON.stringify(CARD))).toEqual(CARD);
  });

  it.each([
    [{ kind: 'image' }, /kind must be two-pathway/],
    [{ regions: ['vehicle', 'facade', 'signal', 'lampHead'] }, /regions must be vehicle, signal, lampHead, facade/],
    [{ input: { ...CARD.input, shape: [1, 7, 70, 128] } }, /input.shape must be \[1, 7, H, W\]/],
    [{ input: { ...CARD.input, shape: [1, 3, 72, 128] } }, /input.shape must be \[1,7,72,128\]/],
    [{ output: { name: 'night', shape: [1, 3, 36, 64] } }, /output.shape must be \[1,3,72,128\]/],
  ])('refuses %j', (change, message) => {
    expect(() => parseTwoPathwayCard(JSON.stringify({ ...CARD, ...change }))).toThrow(message);
  });
});
