import { expect, it } from 'vitest';
import type { Packet } from '../../src/core/packet.js';
import { micros } from '../../src/core/time.js';
import { MAX_PACKETS_IN_FLIGHT, PacketGate } from '../../src/pipeline/packet-gate.js';

const packet = (isKeyframe: boolean): Packet => ({
  data: new Uint8Array(1),
  pts: micros(0),
  duration: micros(0),
  capturedAt: micros(0),
  isKeyframe,
});

it('drops to the next keyframe when the other side does not take packets', () => {
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const gate = new PacketGate(taken);
  for (let i = 0; i < MAX_PACKETS_IN_FLIGHT; i++) expect(gate.admit(packet(i === 0))).toBe(true);
  expect(gate.admit(packet(false))).toBe(false);
  expect(gate.waitingForKeyframe).toBe(true);
  for (let i = 0; i < 10; i++) PacketGate.take(taken);
  expect(gate.admit(packet(false))).toBe(false);
  expect(gate.admit(packet(true))).toBe(true);
  expect(gate.admit(packet(false))).toBe(true);
  expect(gate.dropped).toBe(2);
});
