import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Packet } from '../../../src/core/packet.js';
import { startStream, type StreamOptions } from '../../../src/library.js';
import type { NightStream } from '../../../src/pipeline/main/night-stream.js';
import { WorkerStream } from '../../../src/pipeline/main/worker-stream.js';
import { writeTinyImageModel } from '../../infer/image-network/tiny-image-model.js';
import { hasFfmpeg } from '../../support/ffmpeg.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const open: NightStream[] = [];
const STREET = 'street:size=320x180,rate=30';

afterEach(async () => {
  await Promise.all(open.splice(0).map((stream) => stream.close()));
});

/** Starts a stream and collects its packets. */
async function watch(input: string, options: StreamOptions = {}): Promise<{ stream: WorkerStream; packets: Packet[] }> {
  const stream = startStream(input, options);
  if (!(stream instanceof WorkerStream)) throw new TypeError('startStream must return a WorkerStream');
  open.push(stream);
  const packets: Packet[] = [];
  const publish = stream.live.publish.bind(stream.live);
  stream.live.publish = (packet) => {
    packets.push(packet);
    publish(packet);
  };
  await stream.opened;
  return { stream, packets };
}

async function until(what: string, condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 1500) throw new Error(`waited 30 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a live stream', () => {
  it('gives packets in order of pts, a keyframe first', async () => {
    const { packets } = await watch(STREET);
    await until('30 packets', () => packets.length >= 30);
    expect(packets[0]?.isKeyframe).toBe(true);
    const times = packets.map((packet) => packet.pts);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('makes a keyframe soon after a request', async () => {
    const { stream, packets } = await watch(STREET, { keyframeInterval: 60 });
    await until('10 packets', () => packets.length >= 10);
    const before = packets.filter((packet) => packet.isKeyframe).length;
    expect(before).toBe(1);
    stream.live.requestKeyframe();
    await until('a second keyframe', () => packets.filter((packet) => packet.isKeyframe).length === 2);
  });

  it.skipIf(!hasFfmpeg)('applies changed controls while it runs', async () => {
    const { stream, packets } = await watch(STREET, { keyframeInterval: 0.1 });
    await until('night', () => packets.length >= 10);
    stream.setControls({ view: 'day', grain: 0 });
    const changedAt = packets.length;
    await until('day', () => packets.length >= changedAt + 20);
    const lumaOf = (part: readonly Packet[]): number => {
      const from = part.findIndex((packet) => packet.isKeyframe);
      const file = join(folder, 'part.h264');
      writeFileSync(file, Buffer.concat(part.slice(from).map((packet) => packet.data)));
      const args = ['-v', 'error', '-i', file, '-vf', 'format=gray', '-f', 'rawvideo', '-'];
      const raw = spawnSync('ffmpeg', args, { maxBuffer: 2 ** 28 }).stdout;
      return raw.reduce((sum, value) => sum + value, 0) / raw.length;
    };
    expect(lumaOf(packets.slice(0, changedAt))).toBeLessThan(0.6 * lumaOf(packets.slice(changedAt + 6)));
    expect(() => stream.setControls({ strength: 2 })).toThrow(/strength/);
  });

  it.skipIf(!hasFfmpeg)('sends the images of an image network as they are, at its own size', async () => {
    const generator = writeTinyImageModel(folder, 'live');
    const { stream, packets } = await watch(STREET, { generator, rawPixels: true, keyframeInterval: 0.1 });
    await until('12 packets', () => packets.length >= 12);
    await until('its statistics', () => stream.live.stats.width > 0);
    const file = join(folder, 'raw.h264');
    writeFileSync(file, Buffer.concat(packets.slice(0, 12).map((packet) => packet.data)));
    const probe = ['-v', 'error', '-count_frames', '-show_entries', 'stream=codec_name,width,height,nb_read_frames'];
    const { stdout, stderr } = spawnSync('ffprobe', [...probe, '-of', 'csv=p=0', file], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe('h264,64,64,12');
    expect(stream.live.stats).toMatchObject({ width: 64, height: 64 });
    expect(stream.live.stats.generator).toMatch(/^live 1\.0\.0 on /);
  });

  it('reports the steadiness of its night', async () => {
    const { stream } = await watch(STREET, { smoothing: 0 });
    await until('its statistics', () => stream.live.stats.flicker > 0);
    const { flicker, localFlicker } = stream.live.stats;
    expect(flicker).toBeLessThan(0.2);
    expect(localFlicker).toBeGreaterThan(0);
    expect(localFlicker).toBeLessThan(0.5);
  });

  it('restarts a worker that dies, on the same live stream', async () => {
    const { stream, packets } = await watch(STREET);
    await until('packets', () => packets.length >= 5);
    await stream.killWorker();
    const before = packets.length;
    await until('packets of the new worker', () => packets.length >= before + 10);
    expect(packets[before]?.isKeyframe).toBe(true);
  });

  it('ends with its file, without an error and without open frames', async () => {
    const { stream, packets } = await watch('street:size=320x180,rate=30,duration=1');
    expect((await stream.ended).error).toBeUndefined();
    const { framesEncoded, framesDropped } = stream.live.stats;
    expect(framesEncoded + framesDropped).toBe(30); // live: a slow machine may drop some, none uncounted
    expect(framesEncoded).toBe(packets.length);
  });

  it('reports why it cannot open', async () => {
    const stream = startStream(join(folder, 'nothing.mp4'));
    open.push(stream);
    await expect(stream.opened).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
    expect((await stream.ended).error?.code).toBe('INPUT_NOT_FOUND');
  });
});
