import type { ChildProcess } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { firstLine } from '../core/first-line.js';
import { ffmpegUnavailable } from './ffmpeg-unavailable.js';

/** The part of a command of fluent-ffmpeg 2.1 that is used here. */
export interface FluentCommand extends EventEmitter {
  /** Adds an input; a stream becomes `pipe:0`. Options that follow belong to it. */
  input(source: string | Readable): this;
  /** Each option and each value is one argument: nothing is split when there is more than one. */
  inputOptions(...options: string[]): this;
  /** Adds an output; a stream becomes `pipe:1`. */
  output(target: string | Writable): this;
  outputOptions(...options: string[]): this;
  setFfmpegPath(path: string): this;
  run(): void;
  kill(signal: NodeJS.Signals): this;
  /** The running process, from the event `start` on. */
  readonly ffmpegProc?: ChildProcess;
  /** What the command asks before it starts, and may be asked not to: see `createCommand`. */
  _checkCapabilities: (callback: (error?: Error) => void) => void;
  availableEncoders: (callback: (error: Error | null, encoders: object) => void) => void;
}

type FluentFfmpeg = (options: { readonly stdoutLines: number }) => FluentCommand;

/** A name in a variable, so that TypeScript does not look for an optional package. */
const PACKAGE: string = 'fluent-ffmpeg';
/** Lines of a process's output that fluent-ffmpeg keeps for its own messages, which are not used here. */
const KEPT_LINES = 1;

/** Loads the optional peer. Rejects with NocturneError FFMPEG_UNAVAILABLE where it is not installed. */
export async function loadFluentFfmpeg(): Promise<FluentFfmpeg> {
  try {
    const loaded = (await import(PACKAGE)) as { readonly default: FluentFfmpeg }; // a CommonJS module whose export is a function
    return loaded.default;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    throw ffmpegUnavailable(
      isMissing
        ? `The package ${PACKAGE} is not installed, and --via ffmpeg needs it.`
        : `The package ${PACKAGE} does not load: ${firstLine(error)}.`,
      `Run: npm install ${PACKAGE}@2 (npm install --global ${PACKAGE}@2 where nocturne is installed globally).`,
      error,
    );
  }
}

/**
 * Creates an empty command of the FFmpeg at `path`. Without the questions that fluent-ffmpeg 2.1 asks first, `ffmpeg -formats` and
 * `-encoders`: it does not understand the layout that FFmpeg 7 gave the first, and refuses every device then. ffmpeg itself reports what
 * it lacks.
 */
export async function createCommand(path: string): Promise<FluentCommand> {
  const fluentFfmpeg = await loadFluentFfmpeg();
  const command = fluentFfmpeg({ stdoutLines: KEPT_LINES }).setFfmpegPath(path);
  command._checkCapabilities = (callback) => callback();
  command.availableEncoders = (callback) => callback(null, {});
  return command;
}
