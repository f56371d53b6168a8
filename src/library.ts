import { resolveSettings } from './config/resolve.js';
import { controlsOf, type Settings } from './config/settings.js';
import { lightingOf } from './core/controls.js';
import { abortedError, NocturneError } from './core/errors.js';
import { silentLogger, type Logger } from './core/logger.js';
import { maskUrl } from './core/mask-url.js';
import { openLabelledSet } from './augment/labelled-set.js';
import type { DetectorEvaluation } from './evaluate/detection/detector-evaluation.js';
import {
  evaluateDetector as evaluateWithDetector,
  type EvaluateDetectorOptions as DetectorOptions,
} from './evaluate/detection/evaluate-detector.js';
import { evaluate as evaluateNight, type EvaluateOptions as NightOptions } from './evaluate/evaluate.js';
import type { Evaluation } from './evaluate/evaluation.js';
import { FIT_DEFAULTS } from './evaluate/fit-defaults.js';
import { fitStyle as fitNightStyle, type FitStyleOptions as FitOptions, type StyleFit } from './evaluate/fit-style.js';
import type { FfmpegSettings } from './ffmpeg/system-ffmpeg.js';
import { probeInput, type ProbeReport } from './ingest/probe.js';
import type { SourceOptions } from './ingest/source-options.js';
import type { NightStream, OpenStreamOptions } from './pipeline/main/night-stream.js';
import { openStream as openWorkerStream, startStream as startWorkerStream } from './pipeline/main/open-stream.js';
import { renderInWorker, type RenderInWorkerOptions } from './pipeline/main/render-in-worker.js';
import type { ModelSettings, StreamSettings } from './pipeline/stream-settings.js';
import type { RenderReport } from './pipeline/worker-messages.js';

/** Constant rate factor of the live encoder where none is set. */
const LIVE_CRF = 23;
/** Preset of the live encoder where none is set: the least delay and load. */
const LIVE_PRESET = 'ultrafast';

/** Options of each call that are not settings. */
const STREAM_OPTIONS = ['name', 'logger'];
const RENDER_OPTIONS = ['logger', 'signal', 'onOpened', 'onProgress'];
const PROBE_OPTIONS = ['logger', 'signal'];
const EVALUATE_OPTIONS = ['logger', 'signal', 'onProgress', 'onMeasured'];

/** Any setting of docs/settings.md, by its config-file key. Settings left out have their defaults. */
export type SettingsOptions = { readonly [K in keyof Settings]?: Settings[K] | undefined };

/** Options of {@link openStream} and {@link startStream}. */
export type StreamOptions = SettingsOptions & {
  /** Name in addresses and pages; default `stream`. */
  readonly name?: string;
  /** Receives log lines; default: silent. */
  readonly logger?: Logger;
};

/** Options of {@link render}. */
export type RenderOptions = SettingsOptions & RenderInWorkerOptions;

/** Options of {@link probe}. */
export type ProbeOptions = SettingsOptions & { readonly logger?: Logger; readonly signal?: AbortSignal };

/** Options of {@link evaluate}. */
export type EvaluateOptions = SettingsOptions &
  Partial<Pick<NightOptions, 'logger' | 'signal' | 'onProgress' | 'onMeasured'>>;

/** Options of {@link evaluateDetector}. */
export type EvaluateDetectorOptions = SettingsOptions & { readonly detector: string } & Partial<
    Pick<DetectorOptions, 'logger' | 'signal' | 'onProgress' | 'onMeasured'>
  >;

/** Options of {@link fitStyle}. */
export type FitStyleOptions = Partial<Omit<FitOptions, 'nights'>>;

export type { FitProgress, StyleFit } from './evaluate/fit-style.js';
export type { NightDistances } from './evaluate/night-distances.js';

/**
 * Opens a file, camera, address, image folder or `street` as a live night stream, in a worker process of its own.
 * Resolves once the input is open. The caller closes the stream.
 *
 * @throws {NocturneError} (rejects) when input, generator or encoder cannot be opened, or a setting is invalid.
 * @throws {TypeError} (rejects) when `input` is not a string.
 * @example
 * ```ts
 * import { openStream, startServer } from 'nocturne';
 *
 * const stream = await openStream('drive.mp4', { name: 'drive', loop: true, strength: 0.9 });
 * const server = await startServer({ port: 8090, streams: new Map([['drive', stream.live]]) });
 * console.log(server.url);
 * ```
 */
export async function openStream(input: string, options: StreamOptions = {}): Promise<NightStream> {
  const job = streamJob(input, options);
  return openWorkerStream(job.settings, job.options);
}

/**
 * Starts a live night stream as {@link openStream} does, and returns at once: viewers can join before the input is open.
 * `stream.opened` resolves when it is. The caller closes the stream.
 *
 * @throws {NocturneError} when a setting is invalid. Later failures reject `stream.opened` and appear in `stream.ended`.
 * @throws {TypeError} when `input` is not a string.
 * @example
 * ```ts
 * import { startStream } from 'nocturne';
 *
 * const stream = startStream('rtsp://camera/1', { reconnect: true });
 * const { width, height } = await stream.opened;
 * console.log(`${width}x${height}`);
 * await stream.close();
 * ```
 */
export function startStream(input: string, options: StreamOptions = {}): NightStream {
  const job = streamJob(input, options);
  return startWorkerStream(job.settings, job.options);
}

/**
 * Renders a video to a night video, an image to an image, or an image folder to a folder or a video. Images of a folder
 * that cannot be read are skipped, counted in `corrupt` and named in `notices`.
 *
 * @throws {NocturneError} (rejects) on any failure, when the signal aborts (`ABORTED`), and when no image of a folder can be
 * read. An output file is then as it was before; in an output folder the complete images stay.
 * @throws {TypeError} (rejects) when `input` is not a string.
 * @example
 * ```ts
 * import { render } from 'nocturne';
 *
 * const report = await render('drive.mp4', 'night.mp4', { start: 10, duration: 5, overwrite: true });
 * console.log(`${report.frames} frames, ${report.frameRate.toFixed(1)} frames/s`);
 * ```
 */
export async function render(input: string, output: string, options: RenderOptions = {}): Promise<RenderReport> {
  checkInput(input);
  const settings = resolveSettings({ options, otherOptions: RENDER_OPTIONS });
  const { start, duration, codec, crf, preset, inputFormat, lamps, overwrite, seed, imageRate, decoderThreads } =
    settings;
  checkRawPixels(settings);
  return renderInWorker(
    {
      input,
      output,
      model: modelSettings(settings),
      applyDevice: settings.applyDevice,
      controls: controlsOf(settings),
      seed,
      startS: start,
      ...withoutUndefined({ durationS: duration, codec, crf, preset, inputFormat, lamps }),
      ...withoutUndefined({ ffmpeg: ffmpegSettings(settings), encoder: renderEncoder(settings) }),
      overwrite,
      imageRate,
      decoderThreads,
      rawPixels: settings.rawPixels,
      hwaccel: settings.hwaccel,
    },
    options,
  );
}

/**
 * Describes an input: its container and streams, and what nocturne does with it. Passwords are masked.
 *
 * @throws {NocturneError} (rejects) when the input cannot be opened, or the signal aborts (`ABORTED`).
 * @throws {TypeError} (rejects) when `input` is not a string.
 * @example
 * ```ts
 * import { probe } from 'nocturne';
 *
 * const { output, steps } = await probe('drive.mp4');
 * console.log(output.width, output.height, steps);
 * ```
 */
export async function probe(input: string, options: ProbeOptions = {}): Promise<ProbeReport> {
  checkInput(input);
  const settings = resolveSettings({ options, otherOptions: PROBE_OPTIONS });
  const source: SourceOptions = {
    ...sourceOptions(settings),
    awaitsSender: false,
    logger: options.logger ?? silentLogger,
  };
  try {
    return await probeInput(input, source, options.signal);
  } catch (error) {
    throw options.signal?.aborted ? abortedError(`${maskUrl(input)} was probed`) : error;
  }
}

/**
 * Measures a generator's night: its distance to real nights beside the day and simpler methods, how much structure it keeps,
 * which lights it invents, what a frame costs. docs/evaluation.md explains each measurement.
 *
 * @param input a folder of day images, or a clip.
 * @param references folders of real night images.
 * @throws {NocturneError} (rejects) when an input cannot be read or the signal aborts (`ABORTED`).
 * @throws {RangeError} (rejects) when `references` is empty.
 * @example
 * ```ts
 * import { evaluate } from 'nocturne';
 *
 * const evaluation = await evaluate('testA', ['testB'], { generator: 'grade' });
 * console.log(evaluation.structure.result.mean);
 * ```
 */
export async function evaluate(
  input: string,
  references: readonly string[],
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  checkInput(input);
  if (references.length === 0) throw new RangeError('references must name at least one folder, got none');
  references.forEach(checkInput);
  const settings = resolveSettings({ options, otherOptions: EVALUATE_OPTIONS });
  const { maxImages, seed, features, sheet } = settings;
  const { logger, signal = new AbortController().signal, onProgress, onMeasured } = options;
  const extra = withoutUndefined({ features, sheet, logger, onProgress, onMeasured });
  const model = modelSettings(settings);
  try {
    const lighting = lightingOf(settings);
    return await evaluateNight({ input, references, ...model, lighting, maxImages, seed, signal, ...extra });
  } catch (error) {
    throw signal.aborted ? abortedError(`${maskUrl(input)} was evaluated`) : error;
  }
}

/**
 * Measures how much of what an object detector finds by day it finds at the night that a generator makes, and at real nights: COCO's AP
 * against the labels, and without labels with the day's detections as truth. docs/evaluation.md explains each measurement.
 *
 * @param input a data set of images: YOLO, Pascal VOC, KITTI, COCO or BDD100K, or a folder of images without labels.
 * @param references data sets of real nights, of any layout.
 * @throws {NocturneError} (rejects) when a set or the detector cannot be read, or the signal aborts (`ABORTED`).
 * @example
 * ```ts
 * import { evaluateDetector } from 'nocturne';
 *
 * const { night } = await evaluateDetector('kitti/', [], { detector: 'yolo.onnx', style: 'motorway' });
 * console.log(night.retention?.ap50.mean);
 * ```
 */
export async function evaluateDetector(
  input: string,
  references: readonly string[],
  options: EvaluateDetectorOptions,
): Promise<DetectorEvaluation> {
  checkInput(input);
  references.forEach(checkInput);
  const settings = resolveSettings({ options, otherOptions: EVALUATE_OPTIONS });
  const { detector, detectorClasses, detectorScore, maxImages, seed, sheet } = settings;
  if (detector === undefined) throw new TypeError('detector must be a string, got undefined');
  const { logger, signal = new AbortController().signal, onProgress, onMeasured } = options;
  try {
    return await evaluateWithDetector({
      detector,
      detectorScore,
      input: await openLabelledSet(input, maxImages),
      references: await Promise.all(references.map((path) => openLabelledSet(path, maxImages))),
      ...modelSettings(settings),
      lighting: lightingOf(settings),
      seed,
      signal,
      ...withoutUndefined({ detectorClasses, sheet, logger, onProgress, onMeasured }),
    });
  } catch (error) {
    throw signal.aborted ? abortedError(`${maskUrl(input)} was evaluated`) : error;
  }
}

/**
 * Fits a night style to real nights: changes its constants so that nights of the days are closer to them, in layout, texture
 * and lights. docs/styles.md explains what changes. The caller writes `style` as JSON to use it.
 *
 * @param nights a folder of night images.
 * @throws {NocturneError} (rejects) when nights, days, style or scene network cannot be read, or the signal aborts before a
 * style was measured (`ABORTED`); later it ends the search, which resolves with the best style so far.
 * @throws {RangeError} (rejects) when a count is no integer, or too small.
 * @example
 * ```ts
 * import { fitStyle } from 'nocturne';
 *
 * const { style, start, best } = await fitStyle('nights/', { days: 'days/', from: 'motorway' });
 * console.log(style.exposure.meanLuma, start.layout, best.layout);
 * ```
 */
export async function fitStyle(nights: string, options: FitStyleOptions = {}): Promise<StyleFit> {
  checkInput(nights);
  const { signal = new AbortController().signal } = options;
  const merged = { ...FIT_DEFAULTS, ...withoutUndefined(options) };
  for (const [name, min] of [
    ['steps', 1],
    ['seed', 0],
    ['maxDays', 2],
    ['maxNights', 2],
  ] as const) {
    const value = merged[name];
    if (!Number.isInteger(value) || value < min) {
      throw new RangeError(`${name} must be an integer of ${min} or more, got ${value}`);
    }
  }
  return fitNightStyle({ ...merged, nights, signal });
}

/**
 * What the pipeline runs for a stream of {@link startStream}: for who starts and changes it later. Not part of the public API.
 * Throws NocturneError CONFIG_INVALID.
 */
export function streamJob(
  input: string,
  options: StreamOptions,
): { readonly settings: StreamSettings; readonly options: OpenStreamOptions } {
  checkInput(input);
  const settings = resolveSettings({ options, otherOptions: STREAM_OPTIONS });
  return { settings: streamSettings(input, options.name, settings), options: openOptions(settings, options) };
}

function checkInput(input: unknown): void {
  if (typeof input !== 'string') throw new TypeError(`input must be a string, got ${typeof input}`);
  if (input.trim() !== '') return;
  const message = 'the input must name a file, an address, a camera or street, got "".';
  throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message });
}

function streamSettings(input: string, name: string | undefined, settings: Settings): StreamSettings {
  checkRawPixels(settings);
  return {
    name: name ?? 'stream',
    input,
    source: sourceOptions(settings),
    model: modelSettings(settings),
    applyDevice: settings.applyDevice,
    share: settings.share,
    ...withoutUndefined({ batch: settings.batch, generators: listOf(settings.generators) }),
    encoder: {
      frameRate: 0,
      encoder: settings.encoder,
      ...withoutUndefined({ bitrateBps: settings.bitrate === undefined ? undefined : settings.bitrate * 1000 }),
      crf: settings.crf ?? LIVE_CRF,
      keyframeIntervalS: settings.keyframeInterval,
      preset: settings.preset ?? LIVE_PRESET,
    },
    ...withoutUndefined({ ffmpeg: ffmpegSettings(settings) }),
    controls: controlsOf(settings),
    seed: settings.seed,
    rawPixels: settings.rawPixels,
  };
}

/** Throws NocturneError CONFIG_INVALID where raw pixels are asked for what only a look has. */
function checkRawPixels({ rawPixels, lamps, applyDevice }: Settings): void {
  if (!rawPixels) return;
  const refused =
    lamps !== undefined
      ? '--lamps lists the lamps of looks'
      : applyDevice !== 'auto'
        ? `--apply-device ${applyDevice} says where looks are applied`
        : undefined;
  if (refused === undefined) return;
  const message = `${refused}, and --raw-pixels makes no looks.`;
  throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, remedy: 'Leave one of them out.' });
}

function sourceOptions(settings: Settings): StreamSettings['source'] {
  return {
    startS: 0,
    pace: 'realtime',
    loop: settings.loop,
    ...withoutUndefined({
      live: settings.live,
      inputFormat: settings.inputFormat,
      ffmpeg: ffmpegSettings(settings),
    }),
    listen: settings.listen,
    reconnect: settings.reconnect,
    stallTimeoutMs: settings.stallTimeout * 1000,
    openTimeoutMs: settings.openTimeout * 1000,
    awaitsSender: true,
    rtspTransport: settings.rtspTransport,
    imageRate: settings.imageRate,
    decoderThreads: settings.decoderThreads,
    hwaccel: settings.hwaccel,
  };
}

/** The user's own FFmpeg, where it is asked for. Throws NocturneError CONFIG_INVALID for its path alone. */
function ffmpegSettings({ via, ffmpegPath }: Settings): FfmpegSettings | undefined {
  if (via === 'ffmpeg') return withoutUndefined({ path: ffmpegPath });
  if (ffmpegPath === undefined) return undefined;
  const message = '--ffmpeg-path names the program of --via ffmpeg, which is not set.';
  throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, remedy: 'Add --via ffmpeg.' });
}

/** The encoder of a render. Throws NocturneError CONFIG_INVALID without `--via ffmpeg`. */
function renderEncoder({ encoder, via }: Settings): string | undefined {
  if (encoder === 'auto') return undefined;
  if (via === 'ffmpeg') return encoder;
  const message = `render takes --encoder ${encoder} with --via ffmpeg only; the libav of the package encodes by --codec.`;
  throw new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message,
    remedy: 'Use --codec, or add --via ffmpeg.',
  });
}

function modelSettings({ generator, style, like, device, engine, threads }: Settings): ModelSettings {
  return { generator, style, ...withoutUndefined({ like }), device, engine, threads };
}

function openOptions(
  { maxViewers, viewerDelay, onDemand, idleTimeout }: Settings,
  { logger = silentLogger }: StreamOptions,
): OpenStreamOptions {
  return { maxViewers, viewerDelayMs: viewerDelay * 1000, onDemand, idleMs: idleTimeout * 1000, logger };
}

/** A comma-separated list. */
function listOf(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').map((item) => item.trim());
}

/** The entries that have a value, as `exactOptionalPropertyTypes` asks of optional fields. */
function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }; // undefined was filtered out
}
