import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { parsePacket, SUBPROTOCOL, type ReceivedPacket } from '../../../src/stream/protocol.js';
import { startServe, type ServeProcess } from '../../support/command.js';
import { hasFfmpeg, startFfmpeg } from '../../support/ffmpeg.js';

/** How often the sender is killed and restarted. */
const KILLS = 5;
/** The test fails when no frame arrives this long after the sender started, milliseconds; the log has the real times. */
const RECONNECT_TIMEOUT_MS = 60_000;

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

/** A viewer that records every packet and whether its connection closed. */
async function watch(serve: ServeProcess, name: string): Promise<{ packets: ReceivedPacket[]; closed: () => boolean }> {
  const socket = new WebSocket(
    `${serve.url.replace('http', 'ws')}ws/${name}`.replace(/([^:])\/\//g, '$1/'),
    SUBPROTOCOL,
  );
  socket.binaryType = 'arraybuffer';
  const packets: ReceivedPacket[] = [];
  let closed = false;
  socket.on('message', (data, isBinary) => {
    if (isBinary) packets.push(parsePacket(data as ArrayBuffer)); // binaryType is arraybuffer
  });
  socket.on('close', () => (closed = true));
  await once(socket, 'open');
  stops.push(async () => {
    socket.terminate();
    return Promise.resolve();
  });
  return { packets, closed: () => closed };
}

/** Sends until it is stopped; reconnects when it is refused, as a camera does. */
function sender(target: string, format: string): () => Promise<void> {
  const encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '15', '-pix_fmt', 'yuv420p'];
  const pattern = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25'];
  const stopping = new AbortController();
  const isStopped = (): boolean => stopping.signal.aborted;
  const sending = (async () => {
    while (!isStopped()) {
      const child = startFfmpeg(...pattern, ...encode, '-f', format, target);
      const kill = (): boolean => child.kill('SIGKILL');
      stopping.signal.addEventListener('abort', kill);
      await once(child, 'exit');
      stopping.signal.removeEventListener('abort', kill);
      await sleep(isStopped() ? 0 : 200);
    }
  })();
  return async () => {
    stopping.abort();
    await sending;
  };
}

async function reconnectTime(packets: ReceivedPacket[], before: number): Promise<number> {
  const startedMs = performance.now();
  while (packets.length < before + 5) {
    const waitedMs = performance.now() - startedMs;
    if (waitedMs > RECONNECT_TIMEOUT_MS)
      throw new Error(`no frame ${Math.round(waitedMs)} ms after the sender restarted`);
    await sleep(20);
  }
  return performance.now() - startedMs;
}

describe.skipIf(!hasFfmpeg)('a live sender that is killed and restarted', () => {
  it.each([
    [
      'udp',
      'mpegts',
      freeUdpPort,
      (port: number) => [`udp://127.0.0.1:${port}`, `udp://127.0.0.1:${port}?pkt_size=1316`],
    ],
    ['srt', 'mpegts', freeUdpPort, (port: number) => [`srt://127.0.0.1:${port}`, `srt://127.0.0.1:${port}`]],
    [
      'rtmp',
      'flv',
      freeTcpPort,
      (port: number) => [`rtmp://127.0.0.1:${port}/live/a`, `rtmp://127.0.0.1:${port}/live/a`],
    ],
  ])(
    '%s: viewers stay connected and video returns, five times',
    async (_name, format, freePort, addresses) => {
      const [input, output] = addresses(await freePort());
      const listen = format === 'flv' || input!.startsWith('srt') ? ['--listen'] : [];
      const serve = await startServe([`cam=${input}`, '--stall-timeout', '1.5', '--open-timeout', '30', ...listen]);
      stops.push(() => serve.stop());
      await sleep(1500); // the input listens before the first sender connects
      let stop = sender(output!, format);
      stops.push(() => stop());
      const viewer = await watch(serve, 'cam');
      const times = [await reconnectTime(viewer.packets, 0)];
      for (let kill = 0; kill < KILLS; kill++) {
        await stop();
        await sleep(2500);
        const before = viewer.packets.length;
        stop = sender(output!, format);
        times.push(await reconnectTime(viewer.packets, before));
        expect(viewer.closed()).toBe(false);
      }
      console.warn(
        `${format} ${input!.slice(0, 4)}: reconnected after ${times.map((ms) => `${Math.round(ms)} ms`).join(', ')}`,
      );
      const keyframesAfterGaps = viewer.packets.filter((packet) => packet.isKeyframe).length;
      expect(keyframesAfterGaps).toBeGreaterThan(KILLS);
    },
    480_000,
  );
});
