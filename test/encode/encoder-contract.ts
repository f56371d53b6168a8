import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Frame } from '../../src/core/frame.js';
import type { Packet } from '../../src/core/packet.js';
import { micros } from '../../src/core/time.js';
import { codecString } from '../../src/encode/access-unit.js';
import type { Encoder, EncoderOptions } from '../../src/encode/encoder.js';
import { ffmpegOutput, ffprobe } from '../support/ffprobe.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { nativeFrame } from './native-frame.js';
import { paintedFrame } from './painted-frame.js';

/** Options of the encoder that a contract tests. */
export const LIVE: EncoderOptions = {
  frameRate: 30,
  encoder: 'libx264',
  crf: 23,
  keyframeIntervalS: 2,
  preset: 'ultrafast',
};

function join264(packets: readonly Packet[], path: string): string {
  writeFileSync(path, Buffer.concat(packets.map(({ data }) => data)));
  return path;
}

function framesOf(path: string): number {
  return ffmpegOutput('-i', path, '-f', 'framecrc', '-')
    .split('\n')
    .filter((line) => /^0,/.test(line)).length;
}

/** Tests the contract of every live {@link Encoder}: libx264, whoever runs it. */
export function describeEncoderContract(
  name: string,
  openEncoder: (options: EncoderOptions) => Promise<Encoder>,
): void {
  describe(`${name} as an encoder`, () => {
    const folder = temporaryFolder();

    test.each([
      ['plain', (frame: Frame) => frame],
      ['native', nativeFrame],
    ])('encodes each %s frame to one packet without delay, with its exact times', async (_, make) => {
      await using encoder = await openEncoder(LIVE);
      const packets: Packet[] = [];
      const times = Array.from({ length: 70 }, (__, n) => micros(n * 33_367 + (n % 3))); // a variable frame rate
      for (const pts of times) {
        const made = await encoder.encode(make(paintedFrame({ pts, duration: micros(33_367) })));
        expect(made).toHaveLength(1);
        packets.push(...made);
      }
      expect(await encoder.flush()).toEqual([]);
      expect(packets.map(({ pts }) => pts)).toEqual(times);
      expect(packets.every(({ pts, capturedAt }) => capturedAt === 1_700_000_000_000_000 + pts)).toBe(true);
      expect(packets.every(({ duration }) => duration === 33_367)).toBe(true);
      expect(packets.flatMap(({ isKeyframe, pts }) => (isKeyframe ? [pts] : []))).toHaveLength(2); // one every two seconds
      const path = join264(packets, join(folder, 'stream.h264'));
      expect(framesOf(path)).toBe(70);
      expect(packets[0]!.data.byteLength).toBe(packets[0]!.data.buffer.byteLength); // its own buffer, so that it can be transferred
    });

    test.each([
      [
        'bt601',
        'limited',
        { color_space: 'smpte170m', color_range: 'tv', color_primaries: 'smpte170m', color_transfer: 'smpte170m' },
      ],
      [
        'bt709',
        'limited',
        { color_space: 'bt709', color_range: 'tv', color_primaries: 'bt709', color_transfer: 'bt709' },
      ],
      ['bt709', 'full', { color_space: 'bt709', color_range: 'pc' }],
      ['bt2020', 'limited', { color_space: 'bt2020nc', color_primaries: 'bt2020' }],
    ] as const)(
      'writes the colour %s, %s range, size and sample aspect into the stream',
      async (matrix, range, tags) => {
        await using encoder = await openEncoder(LIVE);
        const color = { matrix, range };
        const packets = await encoder.encode(paintedFrame({ width: 322, height: 182, color, sampleAspect: [4, 3] }));
        const path = join264(packets, join(folder, 'tags.h264'));
        const { streams } = ffprobe(path, '-show_streams') as { streams: unknown[] };
        expect(streams[0]).toMatchObject({ width: 322, height: 182, sample_aspect_ratio: '4:3', ...tags });
        expect(encoder.format).toEqual({
          codec: codecString(packets[0]!.data),
          width: 322,
          height: 182,
          sampleAspect: [4, 3],
          frameRate: 30,
        });
        expect(encoder.format?.codec).toMatch(/^avc1\.42C0[0-9A-F]{2}$/); // constrained baseline, the profile of ultrafast
      },
    );

    test('encodes the next frame as a keyframe on request, and every keyframe with parameter sets', async () => {
      await using encoder = await openEncoder({ ...LIVE, keyframeIntervalS: 60 });
      const keyframes: number[] = [];
      for (let n = 0; n < 12; n++) {
        if (n === 5) encoder.requestKeyframe();
        const [packet] = await encoder.encode(paintedFrame({ pts: micros(n * 33_333) }));
        if (packet?.isKeyframe) keyframes.push(n);
        expect(codecString(packet!.data) !== undefined).toBe(packet!.isKeyframe);
      }
      expect(keyframes).toEqual([0, 5]);
    });

    test('spaces keyframes by time at a low frame rate', async () => {
      await using encoder = await openEncoder({ ...LIVE, keyframeIntervalS: 2 });
      const keyframes: number[] = [];
      for (let second = 0; second < 6; second++) {
        const [packet] = await encoder.encode(paintedFrame({ pts: micros(second * 1e6) }));
        if (packet?.isKeyframe) keyframes.push(second);
      }
      expect(keyframes).toEqual([0, 2, 4]);
    });

    test('continues at another frame size with a keyframe and a new format', async () => {
      await using encoder = await openEncoder(LIVE);
      const formats: string[] = [];
      for (let n = 0; n < 9; n++) {
        const size =
          n < 3 ? { width: 320, height: 240 } : n < 6 ? { width: 640, height: 360 } : { width: 160, height: 120 };
        const [packet] = await encoder.encode(paintedFrame({ ...size, pts: micros(n * 33_333) }));
        expect(packet!.isKeyframe).toBe(n % 3 === 0);
        formats.push(`${encoder.format?.width}x${encoder.format?.height}`);
      }
      expect([...new Set(formats)]).toEqual(['320x240', '640x360', '160x120']);
    });

    test('encodes again after a flush, and closes the frame when it rejects one after close', async () => {
      const encoder = await openEncoder(LIVE);
      expect(encoder.format).toBeUndefined();
      expect(await encoder.flush()).toEqual([]);
      await encoder.encode(paintedFrame());
      await encoder.flush();
      const [packet] = await encoder.encode(paintedFrame({ pts: micros(40_000) }));
      expect(packet?.isKeyframe).toBe(true);
      const last = encoder.encode(paintedFrame({ pts: micros(80_000) }));
      await encoder.close();
      await encoder.close();
      expect(await last).toHaveLength(1);
      await expect(encoder.encode(paintedFrame())).rejects.toThrow('cannot encode after close');
    });

    test('keeps to its bit rate', async () => {
      await using encoder = await openEncoder({ ...LIVE, bitrateBps: 200_000 });
      let bytes = 0;
      for (let n = 0; n < 90; n++) {
        for (const { data } of await encoder.encode(paintedFrame({ pts: micros(n * 33_333) })))
          bytes += data.byteLength;
      }
      expect((bytes * 8) / 3).toBeLessThan(300_000);
    });
  });
}
