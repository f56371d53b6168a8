import { createReadStream, statSync } from 'node:fs';
import { mkdir, rename, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reducedRatio } from '../../src/ingest/av-stream.js';
import { openSource } from '../../src/ingest/open-source.js';
import { probeInput } from '../../src/ingest/probe.js';
import {
  ffmpeg,
  isIncreasing,
  hasFfmpeg,
  options,
  pattern,
  probedTimes,
  pull,
  recordFrame,
  type FrameRecord,
  temporaryFolder,
} from './media.js';
import { RtspServer } from './rtsp-server.js';
import { Sender } from './senders.js';

const folder = temporaryFolder();
const clip = join(folder, 'clip.mp4');
const x264 = ['-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10'];

const requested: string[] = [];
const server = createServer((request, response) => {
  const path = request.url ?? '/';
  requested.push(path);
  if (path.startsWith('/private/')) return void response.writeHead(401).end();
  const file = join(folder, path);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile()) return void response.writeHead(404).end();
  const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = range?.[2] ? Number(range[2]) : stats.size - 1;
  const type = path === '/camera' ? { 'Content-Type': 'multipart/x-mixed-replace; boundary=frame' } : {};
  const headers = { ...type, 'Accept-Ranges': 'bytes', 'Content-Length': end - start + 1 };
  const partial = { ...headers, 'Content-Range': `bytes ${start}-${end}/${stats.size}` };
  response.writeHead(range ? 206 : 200, range ? partial : headers);
  if (start > end) return void response.end();
  createReadStream(file, { start, end }).pipe(response);
});
let origin = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server has a port
  if (hasFfmpeg) await ffmpeg(...pattern('160x96', 25, 2), ...x264, clip);
});
afterAll(() => server.close());

describe.runIf(hasFfmpeg)('http', () => {
  it('reads a file without dropping frames, with its pts', async () => {
    await using source = await openSource(`${origin}/clip.mp4`, options());
    expect(source.info).toMatchObject({ isLive: false, duration: 2_000_000 });
    const seen = await pull(source);
    const expected = await probedTimes(clip);
    expect(seen.map(({ pts }) => pts)).toEqual(expected.map((seconds) => Math.round(seconds * 1e6)));
  });

  it('reads an HLS playlist that ends', async () => {
    await mkdir(join(folder, 'hls'));
    const playlist = ['-f', 'hls', '-hls_time', '0.4', '-hls_playlist_type', 'vod', join(folder, 'hls/list.m3u8')];
    await ffmpeg('-i', clip, '-c', 'copy', ...playlist);
    await using source = await openSource(`${origin}/hls/list.m3u8`, options());
    expect(source.info.isLive).toBe(false);
    expect(await pull(source)).toHaveLength(50);
  });

  it('paces the segments of a live HLS playlist', async () => {
    const live = join(folder, 'live');
    await mkdir(live);
    const segments = ['-hls_time', '0.4', '-hls_list_size', '6', '-hls_flags', 'delete_segments'];
    const sender = Sender.start(join(live, 'list.m3u8'), 'hls', ...segments);
    const hasSegments = async (): Promise<boolean> => {
      const list = await readFile(join(live, 'list.m3u8'), 'latin1').catch(() => '');
      return list.split('.ts').length > 4;
    };
    while (!(await hasSegments())) await new Promise((resolve) => setTimeout(resolve, 100));
    await using source = await openSource(`${origin}/live/list.m3u8`, options());
    expect(source.info.isLive).toBe(true);
    const seen = await pull(source, 50);
    sender.kill();
    expect(isIncreasing(seen.map(({ pts }) => pts))).toBe(true);
    // Without pacing most frames of a segment would be dropped in favour of its last.
    expect(source.stats.dropped).toBeLessThan(25);
  }, 20_000);

  it('reads a camera of JPEG images without a first boundary as mjpeg, which the error names', async () => {
    const still = join(folder, 'still.jpg');
    await ffmpeg(...pattern('64x48', 1, 1), '-frames:v', '1', '-pix_fmt', 'yuvj420p', still);
    const image = await readFile(still);
    const head = 'Content-Type: image/jpeg\r\n\r\n';
    const parts = Array.from({ length: 20 }, (_, n) => [`${n === 0 ? '' : '--frame\r\n'}${head}`, image, '\r\n']);
    await writeFile(join(folder, 'camera'), Buffer.concat(parts.flat().map((part) => Buffer.from(part))));
    await expect(openSource(`${origin}/camera`, options())).rejects.toMatchObject({
      code: 'INPUT_NOT_VIDEO',
      remedy: expect.stringContaining('--input-format mjpeg') as string,
    });
    await using source = await openSource(`${origin}/camera`, options({ inputFormat: 'mjpeg', live: false }));
    expect(await pull(source)).toHaveLength(20);

    const whole = Buffer.concat([Buffer.from('--frame\r\n'), await readFile(join(folder, 'camera'))]);
    await writeFile(join(folder, 'camera'), whole);
    await using camera = await openSource(`${origin}/camera`, options({ live: false }));
    const seen = await pull(camera);
    expect(seen).toHaveLength(20);
    expect(seen[0]!.pts).toBeGreaterThanOrEqual(0);
    expect(seen.at(-1)!.pts).toBeLessThan(60e6); // times of arrival count from the first frame, not from 1970
  });

  it('reports what the server refused', async () => {
    await expect(openSource(`${origin}/none.mp4`, options())).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
    await expect(openSource(`${origin}/private/x.mp4`, options())).rejects.toMatchObject({
      code: 'INPUT_REFUSED',
      message: expect.stringContaining('unauthorised') as string,
    });
  });
});

describe.runIf(hasFfmpeg)('playlists', () => {
  it('cannot read local files when they come from the network', async () => {
    const secret = join(folder, 'secret.ts');
    await ffmpeg('-i', clip, '-c', 'copy', secret);
    const list = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://${secret}\n#EXT-X-ENDLIST\n`;
    await writeFile(join(folder, 'evil.m3u8'), list);
    await expect(openSource(`${origin}/evil.m3u8`, options({ openTimeoutMs: 5000 }))).rejects.toMatchObject({
      name: 'NocturneError',
    });
    // The same list is readable where it may read local files: on this machine.
    await writeFile(join(folder, 'good.m3u8'), list.replace(`file://${secret}`, 'secret.ts'));
    await using source = await openSource(join(folder, 'good.m3u8'), options());
    expect(await pull(source)).toHaveLength(50);
  });

  it('play segments without an extension or with any other one, local and over http', async () => {
    await mkdir(join(folder, 'bare'));
    const muxing = ['-f', 'segment', '-segment_format', 'mpegts', '-segment_time', '0.4'];
    await ffmpeg('-i', clip, '-map', '0', '-c', 'copy', ...muxing, join(folder, 'bare', '%d'));
    await rename(join(folder, 'bare/1'), join(folder, 'bare/1.php'));
    const entries = [0, '1.php', 2, 3, 4].map((name) => `#EXTINF:0.4,\n${name}`);
    const list = ['#EXTM3U', '#EXT-X-TARGETDURATION:1', ...entries, '#EXT-X-ENDLIST', ''].join('\n');
    await writeFile(join(folder, 'bare/list.m3u8'), list);
    for (const input of [join(folder, 'bare/list.m3u8'), `${origin}/bare/list.m3u8`]) {
      await using source = await openSource(input, options());
      expect(await pull(source), input).toHaveLength(50);
    }
  });

  it('cannot show a text file', async () => {
    await writeFile(join(folder, 'secret.txt'), 'a secret\n'.repeat(100));
    for (const name of ['secret.txt', 'secret']) {
      await writeFile(join(folder, 'secret'), 'a secret\n'.repeat(100));
      const list = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${name}\n#EXT-X-ENDLIST\n`;
      await writeFile(join(folder, 'text.m3u8'), list);
      await expect(openSource(join(folder, 'text.m3u8'), options())).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
    }
  });

  it('cannot connect to the network when they are local', async () => {
    const list = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${origin}/canary.ts\n#EXT-X-ENDLIST\n`;
    await writeFile(join(folder, 'network.m3u8'), list);
    await expect(openSource(join(folder, 'network.m3u8'), options())).rejects.toMatchObject({ name: 'NocturneError' });
    expect(requested).not.toContain('/canary.ts');
  });
});

describe.runIf(hasFfmpeg)('rtsp', () => {
  it('requests TCP first, and reconnects when the camera disconnects', async () => {
    const camera = await RtspServer.start('guard:hunter2');
    const input = `rtsp://guard:hunter2@127.0.0.1:${camera.port}/street`;
    await using source = await openSource(input, options({ stallTimeoutMs: 2000 }));
    expect(camera.transports[0]).toContain('TCP');
    expect(source.info).toMatchObject({ isLive: true, width: 160, height: 96 });
    expect(source.info.description).not.toContain('hunter2');
    const seen: FrameRecord[] = [];
    for await (const frame of source.frames()) {
      seen.push(recordFrame(frame));
      frame.close();
      if (seen.length === 15) camera.disconnect();
      if (seen.length === 40) break;
    }
    expect(isIncreasing(seen.map(({ pts }) => pts))).toBe(true);
    expect(source.stats.reconnects).toBe(1);
    camera.close();
  }, 20_000);

  it('reports a wrong password without showing it', async () => {
    const camera = await RtspServer.start('guard:hunter2');
    const opening = openSource(`rtsp://guard:letmein@127.0.0.1:${camera.port}/street`, options());
    await expect(opening).rejects.toMatchObject({
      code: 'INPUT_REFUSED',
      message: expect.stringMatching(/guard:\*\*\*@.*unauthorised/) as string,
    });
    camera.close();
  });
});

describe.runIf(hasFfmpeg)('probe', () => {
  it('reports what a file is and how it is processed', async () => {
    const file = join(folder, 'probe.mp4');
    const rotated = join(folder, 'probe-rotated.mp4');
    await ffmpeg(...pattern('160x96', 25, 1), '-f', 'lavfi', '-i', 'sine=duration=1', ...x264, '-c:a', 'aac', file);
    await ffmpeg('-i', file, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', rotated);
    const report = await probeInput(rotated, options());
    expect(report).toMatchObject({ handledAs: 'file', durationS: expect.closeTo(1, 1) as number });
    expect(report.output).toMatchObject({ width: 96, height: 160, frameRate: 25 });
    expect(report.streams.map(({ type, codec, isUsed, handling }) => [type, codec, isUsed, handling])).toEqual([
      ['video', 'h264', true, 'night'],
      ['audio', 'aac', false, 'copied'],
    ]);
    expect(report.streams[0]).toMatchObject({
      width: 160,
      height: 96,
      pixelFormat: 'yuv420p',
      upright: ['transpose=cclock'],
    });
    expect(report.steps.join()).toContain('rotated upright');
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it.each([
    ['yuv420p10le', ['converted from 10 bit (yuv420p10le) to 8 bit']],
    ['yuv444p', ['converted from 4:4:4 (yuv444p) to 4:2:0']],
    ['bgr0', ['converted from RGB (bgr0) to YUV 4:2:0, BT.709']],
    ['yuv420p', []],
  ])('reports the conversion of %s', async (format, steps) => {
    const file = join(folder, `${format}.mkv`);
    await ffmpeg(...pattern('64x48', 25, 0.2), '-pix_fmt', format, '-c:v', 'ffv1', file);
    expect((await probeInput(file, options())).steps).toEqual(steps);
  });

  it('reports a sample aspect in lowest terms', async () => {
    expect([reducedRatio(64, 64), reducedRatio(64, 48), reducedRatio(1, 1)]).toEqual([
      [1, 1],
      [4, 3],
      [1, 1],
    ]);
    const file = join(folder, 'wide.h264');
    await ffmpeg(...pattern('64x48', 25, 0.2), ...x264, '-bsf:v', 'h264_metadata=sample_aspect_ratio=64/48', file);
    expect((await probeInput(file, options())).output.sampleAspect).toEqual([4, 3]);
  });

  it('reports what an image is, and that only a video output crops it', async () => {
    const file = join(folder, 'odd.png');
    await ffmpeg(...pattern('64x48', 25, 0.04), '-vf', 'scale=65:49', '-frames:v', '1', file);
    const { streams, steps, output } = await probeInput(file, options());
    expect(streams).toMatchObject([{ type: 'video', codec: 'png', width: 65, height: 49, handling: 'night' }]);
    expect(output).toMatchObject({ width: 64, height: 48 });
    expect(steps.join()).toMatch(/odd size: the last column or row is left out.*to images.* keeps its own size/);
  });

  it('masks the password of an address', async () => {
    const camera = await RtspServer.start('guard:hunter2');
    const report = await probeInput(`rtsp://guard:hunter2@127.0.0.1:${camera.port}/street`, options());
    expect(report.handledAs).toBe('live');
    expect(JSON.stringify(report)).not.toContain('hunter2');
    camera.close();
  });
});
