import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

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

/** A real ffmpeg process that plays a test picture in real time to an address; it goes with the test file at the latest. */
export class Sender {
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;
  #wanted = false;

  private constructor(args: readonly string[]) {
    this.#args = args;
    afterAll(() => this.kill());
  }

  /** Starts sending. It calls again by itself when it is refused, as a camera does, until it is killed. */
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
    this.kill();
    this.#wanted = true;
    this.#spawn();
  }

  /** As a power cut: without a good-bye. */
  kill(): void {
    this.#wanted = false;
    this.#process?.kill('SIGKILL');
    this.#process = undefined;
  }

  #spawn(): void {
    const child = spawn('ffmpeg', this.#args, { stdio: 'ignore' });
    this.#process = child;
    child.once('exit', () => {
      if (this.#wanted && this.#process === child) setTimeout(() => this.#wanted && this.#spawn(), 100).unref();
    });
  }
}
