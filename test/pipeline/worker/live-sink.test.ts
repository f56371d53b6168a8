import { expect, it } from 'vitest';
import type { Frame } from '../../../src/core/frame.js';
import type { Packet } from '../../../src/core/packet.js';
import { micros } from '../../../src/core/time.js';
import { LiveSink } from '../../../src/pipeline/worker/live-sink.js';
import { MAX_PENDING, PacketGate } from '../../../src/pipeline/worker/packet-gate.js';
import { openEncoder } from '../../../src/encode/av-encoder.js';
import type { Encoder } from '../../../src/encode/encoder.js';
import { paintedFrame } from '../../encode/painted-frame.js';

it('counts the bits of the packets that are handed on, not of those dropped', async () => {
  const packet: Packet = {
    ...{ data: new Uint8Array(1000), isKeyframe: true },
    ...{ pts: micros(0), duration: micros(0), capturedAt: micros(0) },
  };
  const encoder = {
    ...{ name: 'fake', format: undefined },
    encode: (frame: Frame) => {
      frame.close();
      return Promise.resolve([packet]);
    },
    flush: () => Promise.resolve([]),
    requestKeyframe: () => undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  } as unknown as Encoder; // the parts that a sink uses
  let pending = 0;
  const sink = new LiveSink(encoder, new PacketGate(() => pending), {
    onFormat: () => undefined,
    onPacket: () => undefined,
    frameRate: () => 25,
  });
  await sink.write(paintedFrame());
  pending = MAX_PENDING;
  await sink.write(paintedFrame());
  expect(sink.framesEncoded).toBe(2);
  expect(sink.bitrateBps).toBe(4000); // 8000 bits in two seconds
});

it('reports the frame rate of the source again when it has changed, before a keyframe', async () => {
  await using encoder = await openEncoder({
    ...{ frameRate: 25, encoder: 'libx264', crf: 23, keyframeIntervalS: 60, preset: 'ultrafast' },
  });
  let frameRate = 25;
  const passed: string[] = [];
  const sink = new LiveSink(encoder, new PacketGate(() => 0), {
    onFormat: (format) => passed.push(`${format.width}x${format.height} at ${format.frameRate}`),
    onPacket: ({ isKeyframe }) => passed.push(isKeyframe ? 'keyframe' : 'frame'),
    frameRate: () => frameRate,
  });
  await sink.write(paintedFrame({ pts: micros(0 * 40_000) }));
  frameRate = 50;
  await sink.write(paintedFrame({ pts: micros(1 * 40_000) }));
  encoder.requestKeyframe();
  await sink.write(paintedFrame({ pts: micros(2 * 40_000) }));
  expect(passed).toEqual(['320x240 at 25', 'keyframe', 'frame', '320x240 at 50', 'keyframe']);
});
