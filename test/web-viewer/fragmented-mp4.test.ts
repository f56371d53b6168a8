import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { micros } from '../../src/core/time.js';
import { FIRST_TARGET_S, LiveEdge, MAX_SLACK_S, MAX_TARGET_S, MIN_TARGET_S } from '../../web-viewer/live-edge.js';
import { MediaTimeline } from '../../web-viewer/media-timeline.js';
import { fragment, initSegment } from '../../web-viewer/mp4-boxes.js';
import { MultipartReader } from '../../web-viewer/multipart-reader.js';
import { splitAccessUnit } from '../../web-viewer/nal-units.js';
import { hasFfmpeg } from '../support/ffmpeg.js';
import { ffprobe, ptsOf } from '../support/ffprobe.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { encodeClip } from './h264-clip.js';

const folder = temporaryFolder();

describe('splitAccessUnit', () => {
  it('takes parameter sets out, drops delimiters, and keeps every other unit without its start code', () => {
    const bytes = [
      0, 0, 0, 1, 9, 16, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x68, 3, 0, 0, 1, 6, 5, 0, 0, 1, 0x65, 0, 0, 3, 0, 0, 0,
    ];
    const { sps, pps, units } = splitAccessUnit(Uint8Array.from(bytes));
    expect([sps, pps].map((set) => [...(set ?? [])])).toEqual([
      [0x67, 1, 2],
      [0x68, 3],
    ]);
    expect(units.map((unit) => [...unit])).toEqual([
      [6, 5],
      [0x65, 0, 0, 3],
    ]);
  });
});

describe.skipIf(!hasFfmpeg)('fragmented MP4', () => {
  it('is what FFmpeg reads: size, aspect, keyframes, times and every frame', async () => {
    const clip = await encodeClip(320, 180, 3);
    const { sps, pps } = splitAccessUnit(clip.accessUnits[0]!.data);
    const track = { width: 320, height: 180, sampleAspect: [4, 3] as const, sps: sps!, pps: pps! };
    const parts: Uint8Array[] = [initSegment(track)];
    for (const [i, { data, isKeyframe }] of clip.accessUnits.entries()) {
      const { units } = splitAccessUnit(data);
      parts.push(fragment(i + 1, { units, isKeyframe, decodeTime: i * 40_000, duration: 40_000 }));
    }
    const file = join(folder, 'clip.mp4');
    writeFileSync(file, Buffer.concat(parts));
    const { streams } = ffprobe(file, '-show_streams', '-count_frames');
    const video = { codec_name: 'h264', width: 320, height: 180, sample_aspect_ratio: '4:3', nb_read_frames: '90' };
    expect(streams).toMatchObject([video]);
    expect(ptsOf(file, 'v').map(Number)).toEqual(clip.accessUnits.map((_, i) => Number((i * 0.04).toFixed(6))));
    const { packets } = ffprobe(file, '-show_entries', 'packet=flags');
    const keyframes = (packets as { flags: string }[]).map(({ flags }) => flags.startsWith('K')); // ffprobe's JSON
    expect(keyframes).toEqual(clip.accessUnits.map(({ isKeyframe }) => isKeyframe));
  });
});

describe('MediaTimeline', () => {
  it('has neither gaps nor overlaps, and follows the pts', () => {
    const timeline = new MediaTimeline();
    timeline.frameRate = 25;
    const pts = [0, 40_000, 81_000, 119_000, 160_000];
    const steps = pts.map((at) => timeline.add(micros(at)));
    let end = 0;
    for (const [i, { decodeTime, duration }] of steps.entries()) {
      expect(decodeTime).toBe(end);
      expect(Math.abs(decodeTime - pts[i]!), 'error of one interval at most').toBeLessThanOrEqual(2000);
      end = decodeTime + duration;
    }
  });

  it('does not drift at a rate that differs from the nominal one', () => {
    const timeline = new MediaTimeline();
    timeline.frameRate = 30;
    let last = 0;
    for (let i = 0; i < 1000; i++) last = timeline.add(micros(i * 40_000)).decodeTime;
    expect(Math.abs(last - 999 * 40_000)).toBeLessThan(10_000);
  });

  it('goes on by one frame where the pts jump: a loop, a gap, a repeated pts', () => {
    const timeline = new MediaTimeline();
    timeline.frameRate = 25;
    const times = [0, 40_000, 0, 40_000, 9_000_000, 9_000_000].map((at) => timeline.add(micros(at)).decodeTime);
    expect(times).toEqual([0, 40_000, 80_000, 120_000, 160_000, 200_000]);
  });
});

describe('LiveEdge', () => {
  it('plays faster when late, slower when starved, and jumps beyond its budget', () => {
    const edge = new LiveEdge();
    expect(edge.action(10, 10 + FIRST_TARGET_S, 0)).toEqual({ rate: 1, seekTo: undefined });
    expect(edge.action(10, 10.3, 0).rate).toBeGreaterThan(1);
    expect(edge.action(10, 10.02, 0).rate).toBeLessThan(1);
    expect(edge.action(10, 10 + FIRST_TARGET_S + MAX_SLACK_S + 0.01, 0).seekTo).toBeCloseTo(10.71);
  });

  it('keeps more after stalls, up to its budget, and less after calm', () => {
    const edge = new LiveEdge();
    for (let i = 0; i < 100; i++) edge.onStall(1000);
    expect(edge.target).toBe(MAX_TARGET_S);
    for (let second = 0; second < 1000; second++) edge.action(0, 0.1, second * 1000);
    expect(edge.target).toBe(MIN_TARGET_S);
  });
});

describe('MultipartReader', () => {
  const part = '\r\n--b\r\nContent-Type: image/jpeg\r\nContent-Length: 6\r\nX-Pts: 40\r\n\r\nab\r\n\r\n';

  it('reads parts however the bytes come, also bodies that look like headers', () => {
    const bytes = new TextEncoder().encode(part + part);
    for (const size of [1, 7, bytes.length]) {
      const reader = new MultipartReader();
      const parts = [];
      for (let at = 0; at < bytes.length; at += size) parts.push(...reader.push(bytes.subarray(at, at + size)));
      expect(parts.map(({ headers, body }) => [headers.get('x-pts'), new TextDecoder().decode(body)])).toEqual([
        ['40', 'ab\r\n\r\n'],
        ['40', 'ab\r\n\r\n'],
      ]);
    }
  });

  it('rejects a part without a length', () => {
    expect(() => new MultipartReader().push(new TextEncoder().encode('\r\n--b\r\nA: b\r\n\r\n'))).toThrow(
      '0 to 67108864',
    );
  });
});
