import { expect, test } from 'vitest';
import { NocturneError } from '../../src/core/errors.js';
import type { Frame } from '../../src/core/frame.js';
import type { Packet } from '../../src/core/packet.js';
import { micros } from '../../src/core/time.js';
import { listEncoders } from '../../src/encode/av-encoder-probe.js';
import { openEncoder } from '../../src/encode/av-encoder.js';
import { describeEncoderContract, LIVE } from './encoder-contract.js';
import { nativeFrame } from './native-frame.js';
import { paintedFrame } from './painted-frame.js';

describeEncoderContract('libav', openEncoder);

test('encodes native and plain frames with the same pixels to the same bytes', async () => {
  const encodeTen = async (make: (frame: Frame) => Frame): Promise<Packet[]> => {
    await using encoder = await openEncoder(LIVE);
    const packets: Packet[] = [];
    for (let n = 0; n < 10; n++)
      packets.push(...(await encoder.encode(make(paintedFrame({ pts: micros(n * 33_333) })))));
    return packets;
  };
  expect(Buffer.concat((await encodeTen(nativeFrame)).map(({ data }) => data))).toEqual(
    Buffer.concat((await encodeTen((frame) => frame)).map(({ data }) => data)),
  );
});

test('rejects with NocturneError for a bad setting, and closes the frame', async () => {
  await using encoder = await openEncoder({ ...LIVE, preset: 'warp' });
  const error: unknown = await encoder.encode(paintedFrame()).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(NocturneError);
  expect(error).toMatchObject({ code: 'ENCODER_FAILED', stage: 'encode' });
});

test('probes every encoder with a reason; auto selects one that works', async () => {
  const reports = await listEncoders();
  expect(reports.find(({ name }) => name === 'libx264')).toMatchObject({ available: true });
  expect(reports.every(({ reason }) => reason.length > 0)).toBe(true);
  await using encoder = await openEncoder({ ...LIVE, encoder: 'auto' });
  expect(reports.find(({ available }) => available)?.name).toBe(encoder.name);
  expect(await encoder.encode(paintedFrame())).toHaveLength(1);
  await expect(openEncoder({ ...LIVE, encoder: 'h264_abacus' })).rejects.toMatchObject({ code: 'ENCODER_UNAVAILABLE' });
});
