import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const S3RVER = fileURLToPath(new URL('../../../node_modules/s3rver/bin/s3rver.js', import.meta.url));
const START_TIMEOUT_MS = 30_000;

/** A real server that speaks S3, of this machine. */
export interface S3Server extends AsyncDisposable {
  /** `versitygw` checks every signature, `s3rver` and `moto` only some. */
  readonly kind: 'versitygw' | 's3rver' | 'moto';
  readonly endpoint: string;
  /** Variables with its endpoint and a key that may do everything. */
  readonly environment: Readonly<Record<string, string>>;
  /** Kills the server at once. */
  kill(): Promise<void>;
}

interface Kind {
  readonly kind: S3Server['kind'];
  readonly command: (folder: string, port: number) => readonly string[];
  readonly key: string;
  readonly secret: string;
}

/** Starts the first S3 server that this machine has, on a free port, with its data in a folder; undefined, with a warning, where there is none. */
export async function startS3Server(folder: string): Promise<S3Server | undefined> {
  const found = findKind();
  if (!found) {
    console.warn(
      'SKIPPED: no S3 server: neither versitygw (NOCTURNE_S3_SERVER or PATH) nor s3rver (npm) nor moto (python3)',
    );
    return undefined;
  }
  const { kind, key, secret, command } = found;
  const port = await freePort();
  const data = join(folder, 's3-data');
  mkdirSync(join(folder, 's3-users'), { recursive: true });
  mkdirSync(data, { recursive: true });
  const [program = '', ...args] = command(data, port);
  const child = spawn(program, args, {
    stdio: 'ignore',
    env: { ...process.env, ROOT_ACCESS_KEY: key, ROOT_SECRET_KEY: secret, VGW_IAM_DIR: join(folder, 's3-users') },
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await untilItAnswers(endpoint, child);
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  const environment = { AWS_ENDPOINT_URL_S3: endpoint, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret };
  return { kind, endpoint, environment, kill, [Symbol.asyncDispose]: kill };
}

function findKind(): Kind | undefined {
  const named = process.env['NOCTURNE_S3_SERVER'];
  const isThere = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;
  const gateway = named ?? (isThere('versitygw', '--version') ? 'versitygw' : undefined);
  const node = process.execPath;
  if (gateway !== undefined) {
    return {
      kind: 'versitygw',
      command: (folder, port) => [gateway, '--port', `127.0.0.1:${port}`, '--quiet', 'posix', folder],
      ...{ key: 'nocturne', secret: 'nocturne-secret' },
    };
  }
  if (existsSync(S3RVER)) {
    return {
      kind: 's3rver',
      command: (folder, port) => [
        node,
        '--openssl-legacy-provider',
        S3RVER,
        '-d',
        folder,
        '-a',
        '127.0.0.1',
        '-p',
        String(port),
        '--silent',
      ],
      ...{ key: 'S3RVER', secret: 'S3RVER' },
    };
  }
  if (!isThere('python3', '-c', 'import moto.server')) return undefined;
  return {
    kind: 'moto',
    command: (_folder, port) => ['python3', '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
    ...{ key: 'nocturne', secret: 'nocturne-secret' },
  };
}

async function untilItAnswers(endpoint: string, child: ChildProcess): Promise<void> {
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  for (const deadline = performance.now() + START_TIMEOUT_MS; performance.now() < deadline;) {
    if (failure) throw failure;
    if (child.exitCode !== null) throw new Error(`the S3 server ended with ${child.exitCode}`);
    if (
      await fetch(endpoint).then(
        () => true,
        () => false,
      )
    )
      return;
    await pause(100);
  }
  child.kill('SIGKILL');
  throw new Error(`the S3 server did not answer within ${START_TIMEOUT_MS} ms`);
}

/** A TCP port of 127.0.0.1 that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server must have an address');
  return address.port;
}
