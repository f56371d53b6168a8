import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/** Forked before any stream is open, for the reason stated there. Ends with this process. */
const senders = fork(fileURLToPath(new URL('./sender-process.mjs', import.meta.url)));
senders.unref();
senders.channel?.unref();
let count = 0;

/** A TCP port of the loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server has a port
  server.close();
  await once(server, 'close');
  return port;
}

/** A UDP port of the loopback that was free a moment ago. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** A real ffmpeg process that sends a test pattern in real time. Killed at the end of the test file at the latest. */
export class Sender {
  readonly #args: readonly string[];
  readonly #id = count++;

  private constructor(args: readonly string[]) {
    this.#args = args;
    afterAll(() => this.kill());
  }

  /** Starts a sender. It restarts by itself when it is refused, as a camera does, until it is killed. */
  static start(url: string, format: string, ...extra: string[]): Sender {
    const video = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=160x96:rate=25'];
    const codec = [
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      '-g',
      '10',
    ];
    const sender = new Sender(['-nostdin', '-v', 'error', ...video, ...codec, ...extra, '-f', format, url]);
    sender.restart();
    return sender;
  }

  restart(): void {
    senders.send({ id: this.#id, args: this.#args });
  }

  /** Like a power cut: the connection is not closed. */
  kill(): void {
    senders.send({ id: this.#id });
  }
}
