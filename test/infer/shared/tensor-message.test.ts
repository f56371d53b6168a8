import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMessage, MAX_MESSAGE_BYTES, MessageReader } from '../../../src/infer/shared/tensor-message.js';

interface Head {
  readonly type: string;
  readonly id: number;
}

const messages = fc.array(
  fc.record({
    head: fc.record({ type: fc.string(), id: fc.integer() }),
    tensors: fc.dictionary(
      fc.string({ minLength: 1, maxLength: 5 }).filter((name) => name !== '__proto__'),
      fc.array(fc.float({ noNaN: true }), { maxLength: 9 }).map((values) => ({
        data: Float32Array.from(values),
        shape: [1, values.length],
      })),
      { maxKeys: 3 },
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

describe('tensor messages', () => {
  it('arrive as they were sent, however the stream is cut into chunks', () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 40 }), (sent, size) => {
        const bytes = Buffer.concat(sent.flatMap((message) => encodeMessage(message)));
        const reader = new MessageReader<Head>();
        const received: unknown[] = [];
        for (let at = 0; at < bytes.length; at += size) received.push(...reader.read(bytes.subarray(at, at + size)));
        expect(received).toEqual(sent.map(({ head, tensors }) => ({ head, tensors: { ...tensors } })));
      }),
      { numRuns: 60 },
    );
  });

  it('reserves memory for no message over a limit, which may rise', () => {
    const prefix = new Uint8Array(Uint32Array.of(8, 2 << 20).buffer);
    const reader = new MessageReader<Head>(1 << 20);
    expect(() => [...reader.read(prefix)]).toThrow(RangeError);
    const trusted = new MessageReader<Head>(1 << 20);
    trusted.maxBytes = MAX_MESSAGE_BYTES;
    expect([...trusted.read(prefix)]).toEqual([]);
  });

  it('refuses lengths that are out of bounds before it reserves memory for them', () => {
    for (const lengths of [
      [4, MAX_MESSAGE_BYTES],
      [0xfffffffc, 0],
      [0, 4],
      [5, 4],
    ]) {
      const prefix = new Uint8Array(Uint32Array.from(lengths).buffer);
      expect(() => [...new MessageReader<Head>().read(prefix)]).toThrow(RangeError);
    }
  });

  it('refuses shapes that do not fit the bytes that came', () => {
    const [, , data = new Uint8Array()] = encodeMessage({
      head: {},
      tensors: { x: { data: new Float32Array(4), shape: [4] } },
    });
    for (const shape of [[5], [3], [-4], [1e300, 1e300]]) {
      const head = Buffer.from(JSON.stringify({ head: {}, tensors: [{ name: 'x', shape }] }));
      const padded = Buffer.concat([head, Buffer.alloc(-head.length & 3, ' ')]);
      const prefix = new Uint8Array(Uint32Array.of(padded.length, data.length).buffer);
      expect(() => [...new MessageReader<Head>().read(Buffer.concat([prefix, padded, data]))]).toThrow(RangeError);
    }
  });
});
