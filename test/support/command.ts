import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** How a run of the command line ended. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a run of the command line is given beside its arguments. */
export interface CommandOptions {
  readonly environment?: Record<string, string>;
  readonly cwd?: string;
  /** What it reads from standard input; nothing when left out. */
  readonly stdin?: Uint8Array;
  /** User and group it runs as; only root may choose. */
  readonly userId?: number;
}

/** Runs the built `nocturne` to its end, in an environment without NOCTURNE_ variables of its own. */
export async function nocturne(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const child = start(args, options);
  let [stdout, stderr] = ['', ''];
  child.stdin?.end(options.stdin);
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [exitCode] = (await once(child, 'close')) as [number | null]; // ChildProcess 'close' gives code and signal
  return { exitCode, stdout, stderr };
}

/** A running `nocturne serve`. */
export interface ServeProcess {
  readonly url: string;
  readonly process: ChildProcess;
  /** Everything it wrote to stderr so far. */
  readonly log: () => string;
  /** Stops it as Ctrl-C does; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `nocturne serve` on a free port; resolves when it prints its address. */
export async function startServe(args: readonly string[], options: CommandOptions = {}): Promise<ServeProcess> {
  const child = start(['serve', '--port', '0', ...args], options);
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /listening on (http\S+)/.exec(text);
      if (found?.[1]) resolve(found[1]);
    });
    child.once('exit', (code) => {
      reject(new Error(`nocturne serve ended with ${code}: ${log}`));
    });
  });
  const exited = once(child, 'exit') as Promise<[number | null]>; // ChildProcess 'exit' gives code and signal
  return {
    url,
    process: child,
    log: () => log,
    stop: async () => {
      if (child.exitCode === null) child.kill('SIGINT');
      return (await exited)[0];
    },
  };
}

function start(args: readonly string[], options: CommandOptions): ChildProcess {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('NOCTURNE_')));
  return spawn(process.execPath, [MAIN, ...args], {
    env: { ...environment, NO_COLOR: '1', ...options.environment },
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(options.userId === undefined ? {} : { uid: options.userId, gid: options.userId }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
}
