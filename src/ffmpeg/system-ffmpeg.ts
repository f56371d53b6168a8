import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { firstLine } from '../core/first-line.js';
import { ffmpegUnavailable } from './ffmpeg-unavailable.js';
import { createCommand, loadFluentFfmpeg, type FluentCommand } from './fluent-ffmpeg.js';

const execute = promisify(execFile);

/** The user's own FFmpeg, as settings name it. Plain data. */
export interface FfmpegSettings {
  /** Path of the program; undefined: `ffmpeg` on the PATH. */
  readonly path?: string;
}

/** The oldest release that works: the first whose `-enc_time_base` and log levels are as they are used here. */
const MIN_VERSION = [4, 2] as const;
/** From these on, options have other names. */
const FPS_MODE_SINCE = [5, 1] as const;
const DEMUX_TIME_BASE_SINCE = [6, 1] as const;
/** How long the program may take to state something, milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000;
/** Bytes of such an answer. */
const MAX_ANSWER_BYTES = 4 << 20;

/** The FFmpeg that a user installed, found and checked. */
export class SystemFfmpeg {
  readonly path: string;
  /** As it states it: `5.1.9-0+deb12u1`. */
  readonly version: string;
  readonly #release: readonly [major: number, minor: number] | undefined;

  private constructor(path: string, version: string) {
    this.path = path;
    this.version = version;
    this.#release = releaseOf(version);
  }

  /**
   * Finds the program and the package that starts it. Rejects with NocturneError FFMPEG_UNAVAILABLE: one line that says what is missing,
   * where it was sought, or that it is too old.
   */
  static async open({ path }: FfmpegSettings): Promise<SystemFfmpeg> {
    await loadFluentFfmpeg();
    return SystemFfmpeg.find(path);
  }

  /** Finds the program alone. Rejects as {@link open} does. @param path undefined: on the PATH. */
  static async find(path = 'ffmpeg'): Promise<SystemFfmpeg> {
    const version = /^ffmpeg version (\S+)/.exec(await ask(path, ['-version']))?.[1];
    if (version === undefined) {
      throw ffmpegUnavailable(`${path} is not FFmpeg: \`${path} -version\` does not say so.`, 'Check --ffmpeg-path.');
    }
    const found = new SystemFfmpeg(path, version);
    if (!found.#isSince(MIN_VERSION)) {
      const message = `${path} is FFmpeg ${version}, and --via ffmpeg needs ${MIN_VERSION.join('.')} or newer.`;
      throw ffmpegUnavailable(message, 'Install a newer one, or name it with --ffmpeg-path.');
    }
    return found;
  }

  /** Names of the video encoders of its build. Rejects as {@link open} does. */
  async encoders(): Promise<ReadonlySet<string>> {
    const answer = await ask(this.path, ['-hide_banner', '-encoders']);
    return new Set([...answer.matchAll(/^ V[.A-Z]{5} (\S+)/gm)].map(([, name = '']) => name));
  }

  /** True when one of its demuxers has an option. */
  async hasDemuxerOption(demuxer: string, option: string): Promise<boolean> {
    const answer = await ask(this.path, ['-hide_banner', '-h', `demuxer=${demuxer}`]);
    return answer.includes(` -${option} `) || answer.includes(`  ${option} `);
  }

  /** Creates an empty command; options that would be asked for first are not. */
  createCommand(): Promise<FluentCommand> {
    return createCommand(this.path);
  }

  /** Output options that keep every timestamp: nothing is repeated, dropped or moved. */
  get keepTimes(): readonly string[] {
    return [this.#isSince(FPS_MODE_SINCE) ? '-fps_mode' : '-vsync', 'passthrough'];
  }

  /** Value of `-enc_time_base` that takes the time base of the input. */
  get inputTimeBase(): string {
    return this.#isSince(DEMUX_TIME_BASE_SINCE) ? 'demux' : '-1';
  }

  /** A build from a repository, whose version is no number, counts as newest. */
  #isSince([major, minor]: readonly [number, number]): boolean {
    if (!this.#release) return true;
    return this.#release[0] > major || (this.#release[0] === major && this.#release[1] >= minor);
  }
}

/** `5.1.9-0+deb12u1`, `n9.0.2-17-g2a571b6068`, `4.2.2-static`; undefined for `N-92718-g092cb17983`, `git-2020-...`. */
function releaseOf(version: string): readonly [number, number] | undefined {
  const match = /^n?(\d+)\.(\d+)/.exec(version);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

async function ask(path: string, args: readonly string[]): Promise<string> {
  try {
    const options = { timeout: ANSWER_TIMEOUT_MS, maxBuffer: MAX_ANSWER_BYTES, windowsHide: true };
    return (await execute(path, [...args], options)).stdout;
  } catch (error) {
    throw ffmpegUnavailable(...whyNot(path, error), error);
  }
}

function whyNot(path: string, error: unknown): [message: string, remedy: string] {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' && path === 'ffmpeg') {
    return [
      'ffmpeg is not installed, or not on the PATH, and --via ffmpeg needs it.',
      'Install it (apt-get install ffmpeg, brew install ffmpeg), or name it with --ffmpeg-path.',
    ];
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') return [`There is no ffmpeg at ${path}.`, 'Check --ffmpeg-path.'];
  if (typeof code === 'number') {
    const message = `${path} is not FFmpeg: \`${path} -version\` ends with exit code ${code}.`;
    return [message, 'Check --ffmpeg-path.'];
  }
  if (code === 'EACCES') return [`${path} is not a program that may be run.`, 'Check --ffmpeg-path.'];
  return [`${path} does not run: ${firstLine(error)}.`, 'Check --ffmpeg-path.'];
}
