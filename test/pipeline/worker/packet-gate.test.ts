import { expect, it } from 'vitest';
import type { Packet } from '../../../src/core/packet.js';
import { micros } from '../../../src/core/time.js';
import { MAX_PENDING, PacketGate } from '../../../src/pipeline/worker/packet-gate.js';

const packet = (isKeyframe: boolean): Packet => ({
  data: new Uint8Array(1),
  pts: micros(0),
  duration: micros(0),
  capturedAt: micros(0),
  isKeyframe,
});

it('drops to the next keyframe when the other side does not take packets', () => {
  let pending = 0;
  const gate = new PacketGate(() => pending);
  expect(gate.admit(packet(true))).toBe(true);
  pending = MAX_PENDING - 1;
  expect(gate.admit(packet(false))).toBe(true);
  pending = MAX_PENDING;
  expect(gate.admit(packet(false))).toBe(false);
  expect(gate.admit(packet(true))).toBe(false);
  expect(gate.isWaitingForKeyframe).toBe(true);
  pending = 0;
  expect(gate.admit(packet(false))).toBe(false);
  expect(gate.admit(packet(true))).toBe(true);
  expect(gate.admit(packet(false))).toBe(true);
  expect(gate.dropped).toBe(3);
});
