import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { ffmpegUnavailable } from './ffmpeg-unavailable.js';
import { FfmpegLog } from './ffmpeg-log.js';
import type { FluentCommand } from './fluent-ffmpeg.js';
import { guardFromOrphaning } from './orphan-guard.js';
import type { SystemFfmpeg } from './system-ffmpeg.js';

/** Bytes of a pipe between the processes that may wait on this side: about one frame of 720p. */
const PIPE_BYTES = 1 << 20;
/** How long a process that is asked to end may take, milliseconds; then it is killed. */
const STOP_TIMEOUT_MS = 1000;

/** A command of ffmpeg: each text is one argument, whatever it holds. */
export interface FfmpegArguments {
  readonly inputs: readonly FfmpegInput[];
  readonly outputOptions: readonly string[];
  /** Where it writes; undefined: {@link FfmpegProcess.stdout}. */
  readonly output?: string;
}

/** One input of a command. */
export interface FfmpegInput {
  readonly options: readonly string[];
  /** An address, which follows `-i`, so that none is taken for an option; `stdin`: {@link FfmpegProcess.write}; or a stream. */
  readonly from: string | Readable;
}

/** How a process ended. */
export interface FfmpegEnd {
  /** True when it ended by itself without a failure. */
  readonly isOk: boolean;
  /** Why not, a clause for people. */
  readonly reason: string;
}

/** Options of {@link FfmpegProcess.start}. */
export interface FfmpegProcessOptions {
  readonly log: FfmpegLog;
  /** Called with each line of stderr, without level and secrets. */
  readonly onLine?: (line: string, isFailure: boolean) => void;
}

/** A running ffmpeg, started through fluent-ffmpeg. Its owner stops it; no process outlives `stop()`, nor its owner. */
export class FfmpegProcess implements AsyncDisposable {
  /** Process id. */
  readonly pid: number;
  /** What it writes; the process waits while it is not read. */
  readonly stdout: Readable;
  readonly log: FfmpegLog;
  /** Resolves once the process is gone and all its words are read. */
  readonly ended: Promise<FfmpegEnd>;
  readonly #command: FluentCommand;
  readonly #stdin: PassThrough;
  #isStopped = false;
  #end: FfmpegEnd | undefined;
  #stopping: Promise<void> | undefined;

  private constructor(parts: {
    readonly command: FluentCommand;
    readonly child: ChildProcess;
    readonly stdin: PassThrough;
    readonly stdout: Readable;
    readonly log: FfmpegLog;
  }) {
    this.pid = parts.child.pid ?? 0;
    this.stdout = parts.stdout;
    this.log = parts.log;
    this.#command = parts.command;
    this.#stdin = parts.stdin;
    this.ended = this.#awaitEnd(parts.child);
  }

  /** Starts the program. Rejects with NocturneError FFMPEG_UNAVAILABLE when it does not start. */
  static async start(
    system: SystemFfmpeg,
    { inputs, outputOptions, output }: FfmpegArguments,
    { log, onLine }: FfmpegProcessOptions,
  ): Promise<FfmpegProcess> {
    const command = await system.createCommand();
    const stdin = new PassThrough({ highWaterMark: PIPE_BYTES });
    // fluent-ffmpeg 2.1 kills the process 20 ms after its output emits `close`, though it may still be ending by itself.
    const stdout = new PassThrough({ highWaterMark: PIPE_BYTES, emitClose: false });
    // A pipe that breaks is the end of the process, which `ended` reports.
    for (const stream of [stdin, stdout]) stream.on('error', () => undefined);
    for (const { options, from } of inputs) {
      command.input(from === 'stdin' ? stdin : from);
      addOptions(options, (...pair) => command.inputOptions(...pair));
    }
    command.output(output ?? stdout);
    addOptions(outputOptions, (...pair) => command.outputOptions(...pair));
    command.on('stderr', (line: string) => {
      const { text, isFailure } = log.add(line);
      onLine?.(text, isFailure);
    });
    const started = new Promise<ChildProcess | undefined>((resolve) => {
      command.once('start', () => resolve(command.ffmpegProc));
    });
    const failed = new Promise<Error>((resolve) => {
      command.on('error', resolve); // later failures are those of the process, which `ended` reports
    });
    command.run();
    const child = await Promise.race([started, failed]);
    if (!child || child instanceof Error) {
      throw ffmpegUnavailable(`${system.path} does not start: ${child?.message ?? 'no process'}.`, undefined, child);
    }
    if (child.pid === undefined) {
      const error = await failed;
      throw ffmpegUnavailable(`${system.path} does not start: ${error.message}.`, undefined, error);
    }
    return new FfmpegProcess({ command, child, stdin, stdout, log });
  }

  /** How it ended; undefined while it runs. */
  get end(): FfmpegEnd | undefined {
    return this.#end;
  }

  /** Writes to its standard input, all parts in order; resolves once it has room for more, or is gone. */
  async write(parts: readonly Uint8Array[]): Promise<void> {
    let hasRoom = true;
    for (const part of parts) hasRoom = this.#stdin.write(part);
    if (hasRoom || this.#end) return;
    await Promise.race([once(this.#stdin, 'drain'), this.ended]);
  }

  /** Ends its standard input: it writes what it still holds, and ends. */
  endInput(): void {
    this.#stdin.end();
  }

  /** Asks the process to end, kills it when it does not, and resolves once it is gone. Idempotent, never throws. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    this.#isStopped = true;
    if (!this.#end) {
      this.#command.kill('SIGTERM');
      const timer = setTimeout(() => this.#command.kill('SIGKILL'), STOP_TIMEOUT_MS);
      // A process that waits for a reader ends when there is none.
      this.stdout.destroy();
      this.#stdin.destroy();
      await this.ended;
      clearTimeout(timer);
    }
    this.stdout.destroy();
    this.#stdin.destroy();
  }

  async #awaitEnd(child: ChildProcess): Promise<FfmpegEnd> {
    const release = guardFromOrphaning(this.pid);
    const [code, signal] = await new Promise<[code: number | null, signal: string | null]>((resolve) => {
      child.once('exit', (...how) => resolve(how));
    });
    release();
    // Its last words may still be in the pipe.
    if (!this.#isStopped && child.stderr?.closed === false) await once(child.stderr, 'close');
    const isOk = code === 0;
    const how = signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`;
    return (this.#end = { isOk, reason: isOk ? '' : (this.log.reason ?? how) });
  }
}

/** Adds options one pair at a time: fluent-ffmpeg splits a single text at its blank. */
function addOptions(options: readonly string[], add: (...pair: string[]) => void): void {
  if (options.length > 1) add(...options);
  else if (options[0] !== undefined)
    throw new TypeError(`options must come with values or in pairs, got ${options[0]}`);
}
