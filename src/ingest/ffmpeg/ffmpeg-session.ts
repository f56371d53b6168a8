import { NocturneError } from '../../core/errors.js';
import { fromSeconds } from '../../core/time.js';
import { FfmpegLog } from '../../ffmpeg/ffmpeg-log.js';
import { FfmpegProcess } from '../../ffmpeg/ffmpeg-process.js';
import { SystemFfmpeg, type FfmpegSettings } from '../../ffmpeg/system-ffmpeg.js';
import { AvDecodeSession } from '../av-decode-session.js';
import { inputTooShort } from '../av-errors.js';
import { openTimeoutError } from '../av-input.js';
import type { SessionContext, SessionEndReason, SessionInfo, TimedFrame, VideoSession } from '../decode-session.js';
import type { DecodedFormat } from '../av-frame-pool.js';
import type { OpenPlan } from '../open-plan.js';
import { decodeArguments } from './ffmpeg-arguments.js';
import { FfmpegDescriptionReader, type FfmpegDescription } from './ffmpeg-description.js';
import { ffmpegInputError } from './ffmpeg-error.js';

/** Words of ffmpeg for a packet that its decoder refused. */
const CORRUPT = /Error while decoding stream|Error submitting (a )?packet to (the )?decoder/i;
/** A file that ends this much before its stated duration is reported as truncated, seconds. */
const MIN_TRUNCATION_S = 1;
/** Containers whose duration is an estimate. */
const ESTIMATED = /^(mpegts|mpeg|h264|hevc|m4v|mjpeg)\b/;

interface Started {
  readonly process: FfmpegProcess;
  readonly description: FfmpegDescription;
}

/**
 * One pass over an input through the user's own FFmpeg: it demuxes and decodes; its uncompressed frames come through a pipe, and become
 * I420 as those of the bundled libav do.
 */
export class FfmpegSession implements VideoSession {
  readonly isLive: boolean;
  readonly isSegmented: boolean;
  readonly #process: FfmpegProcess;
  readonly #inner: AvDecodeSession;
  readonly #description: FfmpegDescription;
  readonly #plan: OpenPlan;
  readonly #context: SessionContext;
  #info: { readonly from: SessionInfo; readonly to: SessionInfo } | undefined;
  #endReason: SessionEndReason | undefined;
  #lastEndS = 0;
  #isInterrupted = false;

  private constructor(started: Started, inner: AvDecodeSession, plan: OpenPlan, context: SessionContext) {
    this.#process = started.process;
    this.#description = started.description;
    this.#inner = inner;
    this.#plan = plan;
    this.#context = context;
    this.isLive = inner.isLive;
    this.isSegmented = /^(hls|dash)\b/.test(started.description.container);
  }

  /** Opens an input and decodes its first frame. Rejects with NocturneError, or with the signal's reason as soon as it aborts. */
  static async open(
    plan: OpenPlan,
    context: SessionContext,
    settings: FfmpegSettings,
    signal?: AbortSignal,
  ): Promise<FfmpegSession> {
    const system = await SystemFfmpeg.open(settings);
    signal?.throwIfAborted();
    const started = await start(system, plan, context, signal);
    const { process, description } = started;
    try {
      const isLive =
        context.options.live ?? (plan.live === 'unknown' ? description.durationS === undefined : plan.live === 'yes');
      const options = { ...context.options, startS: 0, live: isLive };
      Reflect.deleteProperty(options, 'durationS');
      const inner = await AvDecodeSession.open(pipePlan(plan, started), { ...context, options }, signal);
      return new FfmpegSession(started, inner, plan, context);
    } catch (error) {
      await process.stop();
      signal?.throwIfAborted();
      // It described the video and wrote none of it.
      const isEmpty = error instanceof NocturneError && error.code === 'INPUT_NOT_VIDEO';
      throw isEmpty ? noVideoError(plan, context, process.log) : error;
    }
  }

  get format(): DecodedFormat {
    return this.#inner.format;
  }

  get endReason(): SessionEndReason | undefined {
    return this.#endReason;
  }

  get info(): SessionInfo {
    const from = this.#inner.info;
    if (this.#info?.from !== from) this.#info = { from, to: this.#describe(from) };
    return this.#info.to;
  }

  async next(): Promise<readonly TimedFrame[] | undefined> {
    const frames = await this.#inner.next();
    const last = frames?.at(-1);
    if (last?.sourcePts !== undefined) this.#lastEndS = (last.sourcePts + last.duration) / 1e6;
    if (frames || this.#endReason) return frames;
    if (this.#isInterrupted) this.#endReason = 'interrupted';
    else await this.#finish();
    return undefined;
  }

  interrupt(): void {
    this.#isInterrupted = true;
    this.#inner.interrupt();
    void this.#process.stop();
  }

  async close(): Promise<void> {
    this.#isInterrupted = true;
    const stopping = this.#process.stop();
    await this.#inner.close();
    await stopping;
  }

  async #finish(): Promise<void> {
    const { isOk, reason } = await this.#process.ended;
    this.#endReason = isOk ? 'end' : 'failed';
    const { options, counts } = this.#context;
    const { label } = this.#plan;
    if (!isOk) options.logger.warn({ input: label, reason }, 'reading failed before the end of the input');
    const { durationS, container } = this.#description;
    if (this.isLive || durationS === undefined || ESTIMATED.test(container) || options.durationS !== undefined) return;
    const missingS = durationS - options.startS - this.#lastEndS;
    if (missingS > MIN_TRUNCATION_S) {
      counts.faults.add(`truncated input: it ends ${missingS.toFixed(1)} s before its stated end`);
    }
  }

  #describe(inner: SessionInfo): SessionInfo {
    const { container, durationS, codec, ticksPerSecond, frameRate, hasSound, isRotated, isInterlaced } =
      this.#description;
    const { startS, durationS: askedS = Infinity } = this.#context.options;
    const isEndless = this.isLive || durationS === undefined;
    return {
      timeBase: ticksPerSecond === undefined ? inner.timeBase : { num: 1, den: ticksPerSecond },
      frameRate: inner.frameRate > 0 && Math.abs(inner.frameRate - frameRate) < 0.02 ? inner.frameRate : frameRate,
      duration: isEndless ? undefined : fromSeconds(Math.max(0, Math.min(durationS - startS, askedS))),
      isDurationStated: !isEndless && !ESTIMATED.test(container),
      codec,
      description: `${container}, ${this.#plan.label}, through your FFmpeg`,
      hasSound,
      notices: [
        ...this.#plan.notices,
        ...(isRotated ? ['rotated upright by ffmpeg'] : []),
        ...(isInterlaced ? ['deinterlaced by ffmpeg'] : []),
      ],
    };
  }
}

/** Starts the program and waits until it has described input and output, which it does with its first frame. */
async function start(
  system: SystemFfmpeg,
  plan: OpenPlan,
  context: SessionContext,
  signal: AbortSignal | undefined,
): Promise<Started> {
  // A live input is deinterlaced only where it needs it, for that holds a frame back; it may be opened twice to find out.
  const isLive = context.options.live ?? plan.live === 'yes';
  const deinterlaces = !isLive || plan.isListening || plan.pipe !== undefined;
  const first = await startOnce({ system, plan, context, signal, isLive, deinterlaces });
  if (deinterlaces || !first.description.isInterlaced) return first;
  await first.process.stop();
  return startOnce({ system, plan, context, signal, isLive, deinterlaces: true });
}

interface StartOptions {
  readonly system: SystemFfmpeg;
  readonly plan: OpenPlan;
  readonly context: SessionContext;
  readonly signal: AbortSignal | undefined;
  readonly isLive: boolean;
  readonly deinterlaces: boolean;
}

async function startOnce({ system, plan, context, signal, isLive, deinterlaces }: StartOptions): Promise<Started> {
  const { options, counts } = context;
  const reader = new FfmpegDescriptionReader();
  const log = new FfmpegLog({ url: plan.url, label: plan.label });
  let resolveDescribed: (() => void) | undefined;
  const described = new Promise<'described'>((resolve) => {
    resolveDescribed = () => resolve('described');
  });
  const onLine = (line: string, isFailure: boolean): void => {
    if (isFailure && CORRUPT.test(line)) counts.corrupt++;
    reader.add(line);
    if (reader.description) resolveDescribed?.();
  };
  const args = await decodeArguments(system, { plan, options, isLive, deinterlaces });
  const process = await FfmpegProcess.start(system, args, { log, onLine });
  let onAbort = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;
  const stopped = new Promise<'aborted' | 'timeout'>((resolve) => {
    onAbort = () => resolve('aborted');
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    if (plan.timeoutMs > 0) timer = setTimeout(() => resolve('timeout'), plan.timeoutMs);
  });
  try {
    const result = await Promise.race([described, stopped, process.ended]);
    const { description } = reader;
    if (description && result !== 'aborted' && !isEmptyEnd(result, process)) return { process, description };
    await process.stop();
    signal?.throwIfAborted();
    if (result === 'timeout') throw openTimeoutError(plan);
    throw noVideoError(plan, context, log);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** True when the program ended and wrote nothing: what it described has no frames. */
function isEmptyEnd(result: unknown, process: FfmpegProcess): boolean {
  return typeof result === 'object' && process.end?.isOk === false;
}

function noVideoError({ label }: OpenPlan, { options }: SessionContext, log: FfmpegLog): NocturneError {
  if (options.startS > 0 && log.reason === undefined) return inputTooShort(label, options.startS);
  return ffmpegInputError(label, log.all, log.reason);
}

/** How the bundled libav reads the program's output. */
function pipePlan(plan: OpenPlan, { process, description }: Started): OpenPlan {
  return {
    ...plan,
    ...{ url: 'pipe', format: 'nut', pipe: { stream: process.stdout }, options: { fpsprobesize: '0' } },
    ...{ isNetwork: false, isLocalFile: false, notices: [], tags: description.tags },
  };
}
