import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeImage } from '../../../src/image/image-file.js';
import { paintedImages } from '../../evaluate/painted-images.js';

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const SHORT_LOCK_WORKER = fileURLToPath(new URL('short-lock-worker.mjs', import.meta.url));

/** A running `nocturne`. */
export interface NocturneProcess {
  readonly process: ChildProcess;
  /** What it wrote to both streams so far. */
  readonly output: () => string;
  /** Resolves with the exit code, null after a signal. */
  readonly exited: Promise<number | null>;
  /** Resolves when its output contains a text. Rejects when it ends before. */
  until(text: string): Promise<void>;
}

/** Starts `nocturne` with arguments, in an environment without NOCTURNE_ variables of its own. */
export function startNocturne(args: readonly string[], environment: Record<string, string> = {}): NocturneProcess {
  return startNode([MAIN, ...args], environment);
}

function startNode(args: readonly string[], environment: Record<string, string> = {}): NocturneProcess {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('NOCTURNE_')));
  const child = spawn(process.execPath, [...args], {
    env: { ...inherited, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const heard = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const check of heard) check();
    });
  }
  const exited = once(child, 'close').then(([code]: unknown[]) => (typeof code === 'number' ? code : null));
  const until = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!output.includes(text)) return;
        heard.delete(check);
        resolve();
      };
      heard.add(check);
      check();
      void exited.then((code) => reject(new Error(`nocturne ended with ${code} before ${text}: ${output}`)));
    });
  return { process: child, output: () => output, exited, until };
}

/** Starts `nocturne worker`; resolves when it takes units. */
export async function startWorker(
  queue: string,
  roots: string,
  args: readonly string[] = [],
): Promise<NocturneProcess> {
  const worker = startNocturne(['worker', '--queue', queue, '--roots', roots, '--jobs', '1', ...args]);
  await worker.until('takes units from');
  return worker;
}

/** Starts a worker of one job whose units are taken over a second or two after its death; resolves when it takes units. */
export async function startShortLockWorker(queue: string, root: string): Promise<NocturneProcess> {
  const worker = startNode([SHORT_LOCK_WORKER, queue, root]);
  await worker.until('takes units from');
  return worker;
}

/** Kills a process as a crash would, and waits until it is gone. */
export async function killed({ process: child, exited }: NocturneProcess): Promise<void> {
  child.kill('SIGKILL');
  await exited;
}

/** Makes a tree of painted streets with names that are no sequence; a few images, each many times. */
export async function streetTree(folder: string, count: number): Promise<string> {
  const paths = Array.from({ length: count }, (_, index) =>
    join(folder, 'abcd'.charAt(index % 4), `${letters(index)}.png`),
  );
  for (const path of paths.slice(0, 4)) mkdirSync(dirname(path), { recursive: true });
  const images = paintedImages('day', 4, 7);
  for (const [index, path] of paths.entries()) {
    const first = paths[index % 4];
    const image = images[index % 4];
    if (first === undefined || !image) throw new Error('there must be four images');
    if (index < 4) await writeImage(path, image);
    else copyFileSync(first, path);
  }
  return folder;
}

function letters(index: number): string {
  const digits = index.toString(26).padStart(3, '0');
  return digits.replaceAll(/./g, (digit) => String.fromCharCode(103 + parseInt(digit, 26)));
}
