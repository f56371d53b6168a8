import { resolveSettings } from './config/resolve.js';
import { controlsOf, type Settings } from './config/settings.js';
import { aborted, NocturneError } from './core/errors.js';
import { silentLogger, type Logger } from './core/logger.js';
import { maskUrl } from './core/mask-url.js';
import type { SourceOptions } from './ingest/source-options.js';
import { evaluate as evaluateNight, type EvaluateOptions as NightOptions } from './evaluate/evaluate.js';
import type { Evaluation } from './evaluate/evaluation.js';
import { probeInput, type ProbeReport } from './ingest/probe.js';
import type { NightStream } from './pipeline/main/night-stream.js';
import { openStream as openWorkerStream, startStream as startWorkerStream } from './pipeline/main/open-stream.js';
import { renderInWorker, type RenderInWorkerOptions } from './pipeline/main/render-in-worker.js';
import type { ModelSettings, StreamSettings } from './pipeline/stream-settings.js';
import type { RenderReport } from './pipeline/worker-messages.js';

/** Constant quality of the live encoder where nobody sets one. */
const LIVE_CRF = 23;
/** Preset of the live encoder where nobody sets one: the least delay and load. */
const LIVE_PRESET = 'ultrafast';

/** What each call takes beside settings. */
const STREAM_HOOKS = ['name', 'logger'];
const RENDER_HOOKS = ['logger', 'signal', 'onProgress'];
const PROBE_HOOKS = ['logger', 'signal'];
const EVALUATE_HOOKS = ['logger', 'signal', 'onProgress'];

/** Any setting of docs/settings.md, by its config-file key; those left out have their defaults. */
export type SettingsOptions = { readonly [K in keyof Settings]?: Settings[K] | undefined };

/** Options of {@link openStream} and {@link startStream}. */
export type StreamOptions = SettingsOptions & {
  /** Name in addresses and pages; default `stream`. */
  readonly name?: string;
  /** Told what happens; default: nobody. */
  readonly logger?: Logger;
};

/** Options of {@link render}. */
export type RenderOptions = SettingsOptions & RenderInWorkerOptions;

/** Options of {@link probe}. */
export type ProbeOptions = SettingsOptions & { readonly logger?: Logger; readonly signal?: AbortSignal };

/** Options of {@link evaluate}. */
export type EvaluateOptions = SettingsOptions & Partial<Pick<NightOptions, 'logger' | 'signal' | 'onProgress'>>;

/**
 * Opens a file, camera, address, folder of pictures or `street` as a live night stream in a worker process of its own.
 * Resolves once the input is there. Rejects with NocturneError. The caller closes the stream.
 *
 *     const stream = await openStream('drive.mp4', { loop: true, strength: 0.9 });
 *     const server = await startServer({ port: 8090, streams: new Map([['drive', stream.live]]) });
 */
export async function openStream(input: string, options: StreamOptions = {}): Promise<NightStream> {
  checkInput(input);
  const settings = resolveSettings({ options, otherOptions: STREAM_HOOKS });
  return openWorkerStream(streamSettings(input, options.name, settings), hooks(settings, options));
}

/** {@link openStream} that returns at once: viewers can join before the input is there; `opened` tells when it is. */
export function startStream(input: string, options: StreamOptions = {}): NightStream {
  checkInput(input);
  const settings = resolveSettings({ options, otherOptions: STREAM_HOOKS });
  return startWorkerStream(streamSettings(input, options.name, settings), hooks(settings, options));
}

/**
 * Renders a video to a night video, a picture to a picture, or a folder of pictures to a folder or a video. Pictures of a
 * folder that cannot be read are skipped, counted in `corrupt` and named in `notices`.
 * Rejects with NocturneError, also when the signal aborts or no picture can be read: a file is then as it was before; of a
 * folder the pictures that were complete stay.
 */
export async function render(input: string, output: string, options: RenderOptions = {}): Promise<RenderReport> {
  checkInput(input);
  const settings = resolveSettings({ options, otherOptions: RENDER_HOOKS });
  const { start, duration, codec, crf, preset, inputFormat, overwrite, seed, imageRate, decoderThreads } = settings;
  return renderInWorker(
    {
      input,
      output,
      model: modelOf(settings),
      controls: controlsOf(settings),
      seed,
      startS: start,
      ...given({ durationS: duration, codec, crf, preset, inputFormat }),
      overwrite,
      imageRate,
      decoderThreads,
    },
    options,
  );
}

/** What an input is and what would be done with it. Rejects with NocturneError. */
export async function probe(input: string, options: ProbeOptions = {}): Promise<ProbeReport> {
  checkInput(input);
  const settings = resolveSettings({ options, otherOptions: PROBE_HOOKS });
  const source: SourceOptions = {
    ...sourceOptions(settings),
    awaitsSender: false,
    logger: options.logger ?? silentLogger,
  };
  try {
    return await probeInput(input, source, options.signal);
  } catch (error) {
    throw options.signal?.aborted ? aborted(`${maskUrl(input)} was probed`) : error;
  }
}

/**
 * Judges a generator's night: how near to real nights it comes, beside the untouched day and simpler ways; how much of the
 * drawing is left; what light was invented; what a frame costs. docs/evaluation.md says what each figure means.
 * @param references folders of real night pictures. Rejects with NocturneError.
 */
export async function evaluate(
  input: string,
  references: readonly string[],
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  checkInput(input);
  if (references.length === 0) throw new RangeError('references must name one folder at least, got none');
  references.forEach(checkInput);
  const settings = resolveSettings({ options, otherOptions: EVALUATE_HOOKS });
  const { maxImages, seed, features, sheet } = settings;
  const { logger, signal = new AbortController().signal, onProgress } = options;
  const extra = given({ features, sheet, logger, onProgress });
  try {
    return await evaluateNight({ input, references, ...modelOf(settings), maxImages, seed, signal, ...extra });
  } catch (error) {
    throw signal.aborted ? aborted(`${maskUrl(input)} was evaluated`) : error;
  }
}

function checkInput(input: unknown): void {
  if (typeof input !== 'string') throw new TypeError(`input must be a text, got ${typeof input}`);
  if (input.trim() !== '') return;
  const message = 'the input must name a file, an address, a camera or street, got "".';
  throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message });
}

function streamSettings(input: string, name: string | undefined, settings: Settings): StreamSettings {
  return {
    name: name ?? 'stream',
    input,
    source: sourceOptions(settings),
    model: modelOf(settings),
    encoder: {
      frameRate: 0,
      encoder: settings.encoder,
      ...given({ bitrateBps: settings.bitrate === undefined ? undefined : settings.bitrate * 1000 }),
      crf: settings.crf ?? LIVE_CRF,
      keyframeIntervalS: settings.keyframeInterval,
      preset: settings.preset ?? LIVE_PRESET,
    },
    controls: controlsOf(settings),
    seed: settings.seed,
  };
}

function sourceOptions(settings: Settings): StreamSettings['source'] {
  return {
    startS: 0,
    pace: 'realtime',
    loop: settings.loop,
    ...given({ live: settings.live, inputFormat: settings.inputFormat }),
    listen: settings.listen,
    reconnect: settings.reconnect,
    stallTimeoutMs: settings.stallTimeout * 1000,
    openTimeoutMs: settings.openTimeout * 1000,
    awaitsSender: true,
    rtspTransport: settings.rtspTransport,
    imageRate: settings.imageRate,
    decoderThreads: settings.decoderThreads,
  };
}

function modelOf(settings: Settings): ModelSettings {
  return { generator: settings.generator, device: settings.device, threads: settings.threads };
}

function hooks(settings: Settings, options: StreamOptions): { maxViewers: number; logger: Logger } {
  return { maxViewers: settings.maxViewers, logger: options.logger ?? silentLogger };
}

/** The entries that have a value: what `exactOptionalPropertyTypes` asks of optional fields. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }; // undefined was filtered out
}
