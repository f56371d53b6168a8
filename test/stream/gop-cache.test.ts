import { expect, test } from 'vitest';
import { GopCache } from '../../src/stream/gop-cache.js';

const keyframe = (bytes = 10) => ({ bytes: new Uint8Array(bytes), isKeyframe: true });
const delta = (bytes = 10) => ({ bytes: new Uint8Array(bytes), isKeyframe: false });

test('keeps the packets since the last keyframe', () => {
  const cache = new GopCache({ maxPackets: 10, maxBytes: 1000 });
  const last = [keyframe(), delta()];
  for (const packet of [keyframe(), delta(), delta(), ...last]) cache.push(packet);
  expect(cache.packets).toEqual(last);
  expect(cache.bytes).toBe(20);
});

test('holds no packets without their keyframe', () => {
  const cache = new GopCache({ maxPackets: 10, maxBytes: 1000 });
  cache.push(delta());
  expect(cache.packets).toHaveLength(0);
});

test.each([
  ['packets', { maxPackets: 2, maxBytes: 1000 }],
  ['bytes', { maxPackets: 10, maxBytes: 25 }],
])('discards a GOP over its bound of %s until the next keyframe', (_, bounds) => {
  const cache = new GopCache(bounds);
  for (const packet of [keyframe(), delta(), delta(), delta()]) cache.push(packet);
  expect(cache.packets).toHaveLength(0);
  cache.push(keyframe());
  expect(cache.packets).toHaveLength(1);
});
