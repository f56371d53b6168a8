import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { wallClock } from '../../src/core/time.js';
import type { StreamHubOptions } from '../../src/stream/stream-hub.js';
import { startServer } from '../../src/stream/stream-server.js';
import type { StreamServer, StreamServerOptions } from '../../src/stream/stream-server.js';
import { FORMAT, TestViewer, blankPacket, createTestStream } from './test-viewer.js';

const FRAME_MS = 33;
const DELAY_MS = 900;
const PACKET_BYTES = { keyframe: 40_000, delta: 10_000 }; // about 330 kB/s
/** Room for a busy machine, milliseconds. */
const SLACK_MS = 600;

let server: StreamServer | undefined;
let publishing: NodeJS.Timeout | undefined;

afterEach(async () => {
  clearInterval(publishing);
  await server?.close();
  server = undefined;
});

/** A stream of 30 packets a second with a keyframe every two seconds and at each request, and a server of it. */
async function serveLive(options: Partial<StreamServerOptions & StreamHubOptions> = {}) {
  let wantsKeyframe = true;
  let keyframes = 0;
  let published = 0;
  const { stream } = createTestStream({
    viewerDelayMs: DELAY_MS,
    maxViewers: 10,
    ...options,
    onKeyframeRequest: () => (wantsKeyframe = true),
  });
  stream.setFormat(FORMAT);
  stream.setState('live', '');
  publishing = setInterval(() => {
    const isKeyframe = wantsKeyframe || published % 60 === 0;
    wantsKeyframe = false;
    if (isKeyframe) keyframes++;
    const bytes = isKeyframe ? PACKET_BYTES.keyframe : PACKET_BYTES.delta;
    stream.publish({ ...blankPacket(published++, isKeyframe, bytes), capturedAt: wallClock() });
  }, FRAME_MS);
  server = await startServer({ port: 0, streams: new Map([[stream.name, stream]]), ...options });
  return { stream, running: server, keyframes: () => keyframes };
}

/** A viewer that notes how late each packet is when it has read it. */
class TimedViewer extends TestViewer {
  readonly latenessMs: number[] = [];

  constructor(running: StreamServer) {
    super(running);
    this.socket.on('message', (_, isBinary) => {
      const packet = this.packets.at(-1);
      if (isBinary && packet && !packet.backlog) this.latenessMs.push((wallClock() - packet.capturedAt) / 1000);
    });
  }

  /** Reads so many bytes a second from now on. */
  readSlowly(bytesPerSecond: number): void {
    const { _socket: socket } = this.socket as unknown as { _socket: Socket }; // ws offers no rate of reading
    socket.on('data', (chunk: Buffer) => {
      socket.pause();
      setTimeout(() => socket.resume(), (chunk.length / bytesPerSecond) * 1000);
    });
  }
}

test('keeps a viewer of 100 kB/s, no later than its delay and one keyframe, and no other viewer misses a packet', async () => {
  const { stream, running, keyframes } = await serveLive({ heartbeatMs: 250 });
  const fast = await new TimedViewer(running).joined();
  const slow = await new TimedViewer(running).joined();
  slow.readSlowly(100_000);
  await sleep(6000);
  expect(stream.viewerCount).toBe(2);
  expect(slow.latenessMs.length).toBeGreaterThan(10);
  expect(Math.max(...slow.latenessMs)).toBeLessThan(DELAY_MS + PACKET_BYTES.keyframe / 100 + SLACK_MS);
  const { viewerSkips, viewerDrops, slowViewers } = stream.stats;
  expect(viewerSkips).toBeGreaterThan(0);
  expect(viewerDrops).toBeGreaterThan(viewerSkips);
  expect(slowViewers).toBe(1);
  const sequences = fast.packets.map(({ sequence }) => sequence);
  expect(sequences).toEqual(sequences.map((_, n) => n + (sequences[0] ?? 0)));
  expect(keyframes()).toBeLessThan(10); // one a second at most
}, 20_000);

test('sends a viewer that stops little more, and brings it back to live within about a second', async () => {
  const { stream, running } = await serveLive();
  const viewer = await new TimedViewer(running).joined();
  await viewer.until(({ packets }) => packets.length > 60);
  viewer.socket.pause();
  await sleep(3000);
  const before = viewer.packets.length;
  const resumedMs = performance.now();
  viewer.socket.resume();
  const isLive = (packet: { discontinuity: boolean } | undefined): boolean => packet?.discontinuity === true;
  await viewer.until(({ packets }) => isLive(packets.at(-1)));
  expect(performance.now() - resumedMs).toBeLessThan(1100 + SLACK_MS);
  expect(viewer.latenessMs.at(-1)).toBeLessThan(SLACK_MS);
  expect(viewer.packets.length - before).toBeLessThan(45); // of 90: the rest was dropped, not delayed
  expect(stream.stats.viewerSkips).toBeGreaterThan(0);
  expect(stream.stats.slowViewers).toBe(1);
}, 20_000);

test('keeps a viewer that stops for several heartbeats while there is room, and gives its place to another when there is none', async () => {
  const { stream, running } = await serveLive({ maxViewers: 2, heartbeatMs: 400 });
  const stopped = await new TestViewer(running).joined();
  const other = await new TestViewer(running).joined();
  expect((await new TestViewer(running).closed).code).toBe(4503);
  stopped.socket.pause();
  await sleep(1700); // four heartbeats of eight
  expect(stream.viewerCount).toBe(2);
  const third = await new TestViewer(running).joined();
  await vi.waitFor(() => expect(stream.viewerCount).toBe(2));
  expect([other, third].map(({ socket }) => socket.readyState)).toEqual([1, 1]);
  stopped.socket.terminate();
}, 20_000);
