import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../store/s3-server.js';

const START_TIMEOUT_MS = 20_000;

/** Whether this machine has Redis; warns where it has not, so that what needs it is skipped out loud. */
export function hasRedis(): boolean {
  if (spawnSync('redis-server', ['--version']).status === 0) return true;
  console.warn('SKIPPED: no redis-server; install Debian’s redis-server');
  return false;
}

/** A real Redis on a free port of 127.0.0.1. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly #args: readonly string[];
  #child: ChildProcess;

  private constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.#args = args;
    this.#child = this.#spawn();
  }

  /** @param folder holds its data; it is made. @param options.persists writes every change to disk. */
  static async start(folder: string, options: { persists?: boolean; password?: string } = {}): Promise<RedisServer> {
    const { persists = true, password } = options;
    mkdirSync(folder, { recursive: true });
    const port = await freePort();
    const server = new RedisServer(port, [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
      ...['--appendonly', persists ? 'yes' : 'no'],
      ...(password === undefined ? [] : ['--requirepass', password]),
    ]);
    await server.#answers();
    return server;
  }

  get address(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Kills it at once, as a power failure would. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** Starts it again on the same port, with what it had written. */
  async restart(): Promise<void> {
    this.#child = this.#spawn();
    await this.#answers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #spawn(): ChildProcess {
    return spawn('redis-server', [...this.#args], { stdio: 'ignore' });
  }

  async #answers(): Promise<void> {
    for (const deadline = performance.now() + START_TIMEOUT_MS; performance.now() < deadline;) {
      if (this.#child.exitCode !== null) throw new Error(`redis-server ended with ${this.#child.exitCode}`);
      const socket = connect(this.port, '127.0.0.1');
      const isOpen = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      socket.destroy();
      if (isOpen) return;
      await pause(50);
    }
    throw new Error(`redis-server did not answer within ${START_TIMEOUT_MS} ms`);
  }
}
