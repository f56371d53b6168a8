import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import type { FrameSource } from '../../src/ingest/frame-source.js';
import { openSource } from '../../src/ingest/open-source.js';
import { isIncreasing, hasFfmpeg, options, recordFrame, type FrameRecord } from './media.js';
import { freePort, freeUdpPort, Sender } from './senders.js';
import { describeSourceContract } from './source-contract.js';

/** One transport of a live stream. */
interface Transport {
  readonly listen: boolean;
  readonly port: () => Promise<number>;
  readonly input: (port: number) => string;
  readonly sender: (port: number) => Sender;
}

const TRANSPORTS: Record<string, Transport> = {
  udp: {
    listen: false,
    port: freeUdpPort,
    input: (port) => `udp://127.0.0.1:${port}`,
    sender: (port) => Sender.start(`udp://127.0.0.1:${port}?pkt_size=1316`, 'mpegts'),
  },
  'srt listener': {
    listen: true,
    port: freeUdpPort,
    input: (port) => `srt://127.0.0.1:${port}`,
    sender: (port) => Sender.start(`srt://127.0.0.1:${port}`, 'mpegts'),
  },
  'srt caller': {
    listen: false,
    port: freeUdpPort,
    input: (port) => `srt://127.0.0.1:${port}`,
    sender: (port) => Sender.start(`srt://127.0.0.1:${port}?mode=listener`, 'mpegts'),
  },
  'rtmp listener': {
    listen: true,
    port: freePort,
    input: (port) => `rtmp://127.0.0.1:${port}/live/street`,
    sender: (port) => Sender.start(`rtmp://127.0.0.1:${port}/live/street`, 'flv'),
  },
  'rtmp client': {
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

/** Opens an input whose sender may not be ready yet. */
async function openWithRetries(input: string, listen: boolean): Promise<FrameSource> {
  for (let tries = 0; ; tries++) {
    try {
      return await openSource(input, options({ listen, stallTimeoutMs: STALL_MS, openTimeoutMs: 5000 }));
    } catch (error) {
      if (tries === 30) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** Stall timeout, milliseconds: on a busy machine a sender pauses for a second or two by itself. */
const STALL_MS = 5000;

describe.runIf(hasFfmpeg)('live inputs over loopback', () => {
  it.each(Object.entries(TRANSPORTS))(
    'reconnects when the sender of %s is killed and restarted',
    { timeout: 120_000, retry: 1 }, // a machine that freezes for a moment causes a second discontinuity
    async (_name, transport) => {
      const port = await transport.port();
      const sender = transport.sender(port);
      const source = await openWithRetries(transport.input(port), transport.listen);
      try {
        expect(source.info).toMatchObject({ isLive: true, width: 160, height: 96, duration: undefined });
        const seen: FrameRecord[] = [];
        let killedAt = Infinity;
        for await (const frame of source.frames()) {
          seen.push(recordFrame(frame));
          frame.close();
          if (seen.length === 20) {
            sender.kill();
            killedAt = seen.length;
            setTimeout(() => sender.restart(), 300);
          }
          const hasReconnected = seen.slice(killedAt).some(({ discontinuity }) => discontinuity);
          if (hasReconnected && seen.length > killedAt + 30) break;
        }
        expect(isIncreasing(seen.map(({ pts }) => pts))).toBe(true);
        // One; more if the machine is so busy that the sender stalls more often, one for each time.
        const discontinuities = seen.filter(({ discontinuity }) => discontinuity).length;
        expect(discontinuities).toBeGreaterThanOrEqual(1);
        expect(discontinuities).toBeLessThanOrEqual(Math.max(1, source.stats.reconnects));
      } finally {
        sender.kill();
        await source.close();
      }
    },
  );

  it('drops frames that a slow consumer missed in favour of the newest, and counts them', async () => {
    const port = await freeUdpPort();
    const sender = Sender.start(`udp://127.0.0.1:${port}?pkt_size=1316`, 'mpegts');
    await using source = await openSource(`udp://127.0.0.1:${port}`, options({ awaitsSender: true }));
    const seen: { pts: number; at: number }[] = [];
    /** True when pts keep up with the clock; without drops they would fall behind by three quarters of it. */
    const keepsUp = (): boolean => {
      const [first, last] = [seen.at(-13), seen.at(-1)];
      return !!first && !!last && (last.pts - first.pts) / 1000 > (last.at - first.at) / 2;
    };
    for await (const frame of source.frames()) {
      seen.push({ pts: frame.pts, at: performance.now() });
      frame.close();
      // Blocks this thread, as a neural network does, while four frames arrive.
      for (const until = performance.now() + 160; performance.now() < until;);
      // A starved sender takes longer; a source that does not drop stops at 150 frames.
      if ((source.stats.dropped > 20 && keepsUp()) || seen.length === 150) break;
    }
    sender.kill();
    expect(source.stats.dropped).toBeGreaterThan(20);
    expect(keepsUp()).toBe(true);
  });

  it('ends with an error when reconnecting is off', async () => {
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

  /** A server that accepts connections and never sends anything. */
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
  ])('stops opening %s at once when the signal aborts', async (_name, listen, address) => {
    const stop = new AbortController();
    // Without a timeout these wait for ever: only the signal can end the test.
    const opening = openSource(await address(), options({ listen, openTimeoutMs: 0 }), stop.signal);
    setTimeout(() => stop.abort(new Error('stopped by the test')), 300);
    await expect(opening).rejects.toThrow('stopped by the test');
  });

  it.each<[string, boolean, () => Promise<string>]>([
    ['udp', false, async () => `udp://127.0.0.1:${await freeUdpPort()}`],
    ['srt', true, async () => `srt://:${await freeUdpPort()}`],
    ['srt, by the mode in the address', false, async () => `srt://:${await freeUdpPort()}?mode=listener`],
    ['rtmp', true, async () => `rtmp://:${await freePort()}/live/x`],
  ])('times out without a sender by %s, unless it awaits the sender', async (_name, listen, address) => {
    const input = await address();
    await expect(openSource(input, options({ listen, openTimeoutMs: 300 }))).rejects.toMatchObject({
      code: 'INPUT_REFUSED',
      message: expect.stringMatching(/^no video received on .* within 0\.3 s\.$/) as string,
    });
    const stop = new AbortController();
    const waiting = openSource(input, options({ listen, openTimeoutMs: 300, awaitsSender: true }), stop.signal);
    setTimeout(() => stop.abort(new Error('stopped by the test')), 700);
    await expect(waiting).rejects.toThrow('stopped by the test');
  });

  const isLinux = process.platform === 'linux';
  if (!isLinux) console.warn('skipped: the address that listeners bind to, which needs /proc');
  it.runIf(isLinux).each([
    ['udp', false, (port: number) => `udp://127.0.0.1:${port}`],
    ['srt', true, (port: number) => `srt://:${port}`],
  ])('%s binds to the loopback only', async (_name, listen, input) => {
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

  it('reports a server that does not answer in time', async () => {
    const opening = openSource(`http://127.0.0.1:${await silentServer()}/x.mp4`, options({ openTimeoutMs: 300 }));
    await expect(opening).rejects.toMatchObject({ code: 'INPUT_REFUSED' });
  });

  it('reports a refused connection without the password', async () => {
    const opening = openSource(`rtsp://guard:hunter2@127.0.0.1:${await freePort()}/x`, options());
    await expect(opening).rejects.toMatchObject({
      code: 'INPUT_REFUSED',
      message: expect.stringMatching(/guard:\*\*\*@.*refused/) as string,
    });
    await expect(opening).rejects.not.toThrow('hunter2');
  });
});
