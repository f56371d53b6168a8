import fc from 'fast-check';
import { expect, test } from 'vitest';
import { micros } from '../../src/core/time.js';
import { HEADER_BYTES, parsePacket, serializePacket, withPacketFlags } from '../../src/stream/protocol.js';

const packet = {
  data: new Uint8Array([0, 0, 0, 1, 0x67]),
  pts: micros(33_366),
  duration: micros(33_333),
  capturedAt: micros(1_700_000_000_123_456),
  isKeyframe: true,
};

test('encodes the golden bytes of version 1', () => {
  expect(Buffer.from(serializePacket(packet, 7, true)).toString('hex')).toBe(
    ['01', '01', '03', '00', '00000007', '0000000000008256', '00060a2418202240', '00008235', '0000000167'].join(''),
  );
});

test('sets flags on a copy and leaves the shared bytes unchanged', () => {
  const bytes = serializePacket(packet, 7);
  expect(
    Buffer.from(withPacketFlags(bytes, { backlog: true }))
      .subarray(0, 4)
      .toString('hex'),
  ).toBe('01010500');
  expect(bytes[2]).toBe(1);
});

test('decodes what it encodes', () => {
  const wire = fc.record({
    data: fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
    pts: fc.maxSafeInteger().map(micros),
    duration: fc.integer({ min: 0, max: 0xffffffff }).map(micros),
    capturedAt: fc.maxSafeInteger().map(micros),
    isKeyframe: fc.boolean(),
  });
  fc.assert(
    fc.property(wire, fc.nat(), fc.boolean(), fc.boolean(), (original, sequence, discontinuity, backlog) => {
      const bytes = withPacketFlags(serializePacket(original, sequence, discontinuity), { backlog });
      expect(parsePacket(bytes.buffer)).toEqual({ ...original, sequence, discontinuity, backlog });
    }),
  );
});

test('wraps the sequence number at 2^32', () => {
  expect(parsePacket(serializePacket(packet, 2 ** 32 + 5).buffer).sequence).toBe(5);
});

test('decodes any bytes or rejects them with a RangeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const { buffer } = new Uint8Array(bytes);
      const isPacket = bytes.length >= HEADER_BYTES && bytes[0] === 1 && bytes[1] === 1;
      if (isPacket) expect(parsePacket(buffer).data.length).toBe(bytes.length - HEADER_BYTES);
      else expect(() => parsePacket(buffer)).toThrow(RangeError);
    }),
  );
});

test('names an unsupported version', () => {
  const bytes = serializePacket(packet, 0);
  bytes[0] = 2;
  expect(() => parsePacket(bytes.buffer)).toThrow('protocol version must be 1, got 2');
});
