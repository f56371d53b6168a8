import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import type { FrameSource } from '../../src/ingest/frame-source.js';
import { openSource } from '../../src/ingest/open-source.js';
import { grows, hasFfmpeg, options, remember, type Seen } from './media.js';
import { freePort, freeUdpPort, Sender } from './senders.js';
import { describeSourceContract } from './source-contract.js';

/** One way for a live stream to reach us. */
interface Way {
  readonly listen: boolean;
  readonly port: () => Promise<number>;
  readonly input: (port: number) => string;
  readonly sender: (port: number) => Sender;
}

const WAYS: Record<string, Way> = {
  udp: {
    listen: false,
    port: freeUdpPort,
    input: (port) => `udp://127.0.0.1:${port}`,
    sender: (port) => Sender.start(`udp://127.0.0.1:${port}?pkt_size=1316`, 'mpegts'),
  },
  'srt, we listen': {
    listen: true,
    port: freeUdpPort,
    input: (port) => `srt://127.0.0.1:${port}`,
    sender: (port) => Sender.start(`srt://127.0.0.1:${port}`, 'mpegts'),
  },
  'srt, we call': {
    listen: false,
    port: freeUdpPort,
    input: (port) => `srt://127.0.0.1:${port}`,
    sender: (port) => Sender.start(`srt://127.0.0.1:${port}?mode=listener`, 'mpegts'),
  },
  'rtmp, we listen': {
    listen: true,
    port: freePort,
    input: (port) => `rtmp://127.0.0.1:${port}/live/street`,
    sender: (port) => Sender.start(`rtmp://127.0.0.1:${port}/live/street`, 'flv'),
  },
  'rtmp, we call': {
    listen: false,
    port: freePort,
    input: (port) => `rtmp://127.0.0.1:${port}/live/street`,
    sender: (port) => Sender.start(`rtmp://127.0.0.1:${port}/live/street`, 'flv', '-listen', '1'),
  },
  'http, endless': {
    listen: false,
    port: freePort,
    input: (port) => `http://127.0.0.1:${port}/street.ts`,
    sender: (port) => Sender.start(`http://127.0.0.1:${port}/street.ts`, 'mpegts', '-listen', '1'),
  },
  'http, motion JPEG': {
    listen: false,
    port: freePort,
    input: (port) => `http://127.0.0.1:${port}/camera`,
    sender: (port) => Sender.start(`http://127.0.0.1:${port}/camera`, 'mpjpeg', '-c:v', 'mjpeg', '-listen', '1'),
  },
};

/** Opens an input whose sender may need a moment to be there. */
async function openPatiently(input: string, listen: boolean): Promise<FrameSource> {
  for (let tries = 0; ; tries++) {
    try {
      return await openSource(input, options({ listen, stallTimeoutMs: STALL_MS, openTimeoutMs: 5000 }));
    } catch (error) {
      if (tries === 30) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** Silence that is a loss, milliseconds: a sender on a busy machine falls silent for a second or two by itself. */
const STALL_MS = 5000;

describe.runIf(hasFfmpeg)('live inputs over loopback', () => {
  it.each(Object.entries(WAYS))(
    'comes back when the sender of %s is killed and started again',
    { timeout: 120_000, retry: 1 }, // a machine that stands still for a moment breaks the sender's count a second time
    async (_name, way) => {
      const port = await way.port();
      const sender = way.sender(port);
      const source = await openPatiently(way.input(port), way.listen);
      try {
        expect(source.info).toMatchObject({ isLive: true, width: 160, height: 96, duration: undefined });
        const seen: Seen[] = [];
        let killedAt = Infinity;
        for await (const frame of source.frames()) {
          seen.push(remember(frame));
          frame.close();
          if (seen.length === 20) {
            sender.kill();
            killedAt = seen.length;
            setTimeout(() => sender.restart(), 300);
          }
          const isBack = seen.slice(killedAt).some(({ discontinuity }) => discontinuity);
          if (isBack && seen.length > killedAt + 30) break;
        }
        expect(grows(seen.map(({ pts }) => pts))).toBe(true);
        // Once; on a machine so busy that its sender falls silent more often, once for each time.
        const marks = seen.filter(({ discontinuity }) => discontinuity).length;
        expect(marks).toBeGreaterThanOrEqual(1);
        expect(marks).toBeLessThanOrEqual(Math.max(1, source.stats.reconnects));
      } finally {
        sender.kill();
        await source.close();
      }
    },
  );

  it('drops decoded frames for a slow consumer, newest wins, and counts them', async () => {
    const port = await freeUdpPort();
    const sender = Sender.start(`udp://127.0.0.1:${port}?pkt_size=1316`, 'mpegts');
    await using source = await openSource(`udp://127.0.0.1:${port}`, options({ awaitsSender: true }));
    const seen: { pts: number; at: number }[] = [];
    /** The pictures keep up with the clock; one after the other they would fall behind by three quarters of it. */
    const keepsUp = (): boolean => {
      const [first, last] = [seen.at(-13), seen.at(-1)];
      return !!first && !!last && (last.pts - first.pts) / 1000 > (last.at - first.at) / 2;
    };
    for await (const frame of source.frames()) {
      seen.push({ pts: frame.pts, at: performance.now() });
      frame.close();
      // Keeps this thread busy, as a network does: four frames pass by meanwhile.
      for (const until = performance.now() + 160; performance.now() < until;);
      // A sender that starves makes it longer; who does not drop comes never there and is stopped.
      if ((source.stats.dropped > 20 && keepsUp()) || seen.length === 150) break;
    }
    sender.kill();
    expect(source.stats.dropped).toBeGreaterThan(20);
    expect(keepsUp()).toBe(true);
  });

  it('ends with an error when it may not reconnect', async () => {
    const port = await freePort();
    const sender = Sender.start(`rtmp://127.0.0.1:${port}/live/street`, 'flv');
    const input = `rtmp://127.0.0.1:${port}/live/street`;
    await using source = await openSource(
      input,
      options({ listen: true, awaitsSender: true, reconnect: false, stallTimeoutMs: STALL_MS }),
    );
    let count = 0;
    const reading = (async () => {
      for await (const frame of source.frames()) {
        frame.close();
        if (++count === 5) sender.kill();
      }
    })();
    await reading.catch((error: unknown) => expect(error).toMatchObject({ code: 'INPUT_LOST' }));
    expect(count).toBeGreaterThanOrEqual(5);
  }, 20_000);

  describeSourceContract('a live input', {
    ends: false,
    open: async () => {
      const port = await freeUdpPort();
      const sender = Sender.start(`udp://127.0.0.1:${port}?pkt_size=1316`, 'mpegts');
      const source = await openSource(`udp://127.0.0.1:${port}`, options({ awaitsSender: true }));
      const close = source.close.bind(source);
      source.close = () => {
        sender.kill();
        return close();
      };
      return source;
    },
  });
});

describe('waiting for a live input', () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close()));

  /** A server that takes connections and never says anything. */
  async function silentServer(): Promise<number> {
    const server = createServer((socket) => socket.on('error', () => undefined).unref()).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port; // a TCP server has a port
  }

  it.each<[string, boolean, () => Promise<string>]>([
    ['udp', false, async () => `udp://127.0.0.1:${await freeUdpPort()}`],
    ['an srt listener', true, async () => `srt://:${await freeUdpPort()}`],
    ['an srt caller', false, async () => `srt://127.0.0.1:${await freeUdpPort()}`],
    ['an rtmp listener', true, async () => `rtmp://127.0.0.1:${await freePort()}/live/x`],
    ['a silent rtmp server', false, async () => `rtmp://127.0.0.1:${await silentServer()}/live/x`],
    ['a silent rtsp server', false, async () => `rtsp://127.0.0.1:${await silentServer()}/x`],
    ['a silent http server', false, async () => `http://127.0.0.1:${await silentServer()}/x.mp4`],
  ])('%s is left at once when the signal aborts', async (_name, listen, address) => {
    const stop = new AbortController();
    // Without a limit these would wait for ever, so the test ends by the signal or not at all.
    const opening = openSource(await address(), options({ listen, openTimeoutMs: 0 }), stop.signal);
    setTimeout(() => stop.abort(new Error('stopped by the test')), 300);
    await expect(opening).rejects.toThrow('stopped by the test');
  });

  it.each<[string, boolean, () => Promise<string>]>([
    ['udp', false, async () => `udp://127.0.0.1:${await freeUdpPort()}`],
    ['srt', true, async () => `srt://:${await freeUdpPort()}`],
    ['srt, told by the address', false, async () => `srt://:${await freeUdpPort()}?mode=listener`],
    ['rtmp', true, async () => `rtmp://:${await freePort()}/live/x`],
  ])('gives up when nobody sends by %s, unless told to wait on', async (_name, listen, address) => {
    const input = await address();
    await expect(openSource(input, options({ listen, openTimeoutMs: 300 }))).rejects.toMatchObject({
      code: 'INPUT_REFUSED',
      message: expect.stringMatching(/^nobody sent video to .* within 0\.3 s\.$/) as string,
    });
    const stop = new AbortController();
    const waiting = openSource(input, options({ listen, openTimeoutMs: 300, awaitsSender: true }), stop.signal);
    setTimeout(() => stop.abort(new Error('stopped by the test')), 700);
    await expect(waiting).rejects.toThrow('stopped by the test');
  });

  const isLinux = process.platform === 'linux';
  if (!isLinux) console.warn('skipped: the address that listeners bind to, which is read from /proc');
  it.runIf(isLinux).each([
    ['udp', false, (port: number) => `udp://127.0.0.1:${port}`],
    ['srt', true, (port: number) => `srt://:${port}`],
  ])('%s binds to the loopback alone', async (_name, listen, input) => {
    const port = await freeUdpPort();
    const stop = new AbortController();
    const opening = openSource(input(port), options({ listen }), stop.signal).catch(() => undefined);
    const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
    let address: string | undefined;
    while (address === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const lines = (await readFile('/proc/net/udp', 'latin1')).split('\n');
      address = lines.map((line) => line.trim().split(/\s+/)[1] ?? '').find((local) => `${local} `.endsWith(suffix));
    }
    stop.abort();
    await opening;
    expect(address.split(':')[0]).toBe('0100007F');
  });

  it('says when a server does not answer in time', async () => {
    const opening = openSource(`http://127.0.0.1:${await silentServer()}/x.mp4`, options({ openTimeoutMs: 300 }));
    await expect(opening).rejects.toMatchObject({ code: 'INPUT_REFUSED' });
  });

  it('says when nobody listens there, without the password', async () => {
    const opening = openSource(`rtsp://guard:hunter2@127.0.0.1:${await freePort()}/x`, options());
    await expect(opening).rejects.toMatchObject({
      code: 'INPUT_REFUSED',
      message: expect.stringMatching(/guard:\*\*\*@.*refused/) as string,
    });
    await expect(opening).rejects.not.toThrow('hunter2');
  });
});
