import { renameSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { lightingOf } from '../../core/controls.js';
import { abortedError, NocturneError } from '../../core/errors.js';
import { Frame } from '../../core/frame.js';
import { isReadAsRgb } from '../../image/image-extensions.js';
import { readRgb, writeImage } from '../../image/image-file.js';
import { cropImage, frameToRgb, padToEven, rgbToFrame } from '../../image/rgb-image.js';
import type { Generator } from '../../infer/generator.js';
import { openGenerator } from '../../infer/open-generator.js';
import { listNames, skippedNotices } from '../../ingest/image-list.js';
import { openSource } from '../../ingest/open-source.js';
import { DEFAULT_SOURCE_OPTIONS } from '../../ingest/source-options.js';
import { temporaryPathOf } from '../../output/atomic-file.js';
import { outputFailure } from '../../output/output-error.js';
import type { Renderer } from '../../render/renderer.js';
import { readThumbnail } from '../../render/read-thumbnail.js';
import { openRenderer } from '../../render/wasm-renderer.js';
import { StageTimes } from '../stage-times.js';
import type { RenderSettings } from '../stream-settings.js';
import type { RenderReport } from '../worker-messages.js';
import { planImages, type ImageTask } from './image-plan.js';
import type { JobContext } from './job-context.js';
import { LampFile } from './lamp-file.js';
import { RenderProgressMeter } from './render-progress.js';

/**
 * Renders one image, or every image of a folder: same names, same sizes, each with a look of its own (no smoothing). In a
 * folder, an image that cannot be read is skipped, counted and named. Each image is written to a temporary file and
 * renamed; on failure or abort the complete ones stay. Throws NocturneError, also when no image can be read.
 */
export async function runImageJob(settings: RenderSettings, context: JobContext): Promise<RenderReport> {
  const { logger, post, signal } = context;
  const { tasks, notices } = await planImages(settings);
  await using lampFile = await LampFile.open(settings);
  const { seed, controls } = settings;
  await using generator = await openGenerator({ ...settings.model, seed, logger });
  generator.setLighting?.(lightingOf(controls));
  using renderer = await openRenderer({ seed, hasBeam: !generator.wantsDetail, grain: generator.grain });
  const tools = { settings, generator, renderer, lampFile, times: new StageTimes(), signal };
  const meter = new RenderProgressMeter(tasks.length);
  const results = new ImageResults();
  for (const task of tasks) {
    try {
      if (signal.aborted) throw abortedAfter(settings, meter.frames);
      results.add(task, await renderImage(task, tools));
    } catch (error) {
      if (signal.aborted) throw abortedAfter(settings, meter.frames);
      if (tasks.length === 1 || !isInputError(error)) throw withComplete(error, meter.frames);
      results.skip(task);
      meter.skipFrame();
      logger.warn({ reason: error.message }, 'skipped an image that could not be read');
      continue;
    }
    const progress = meter.addFrame();
    if (progress) post({ type: 'progress', progress });
  }
  if (results.skipped.length === tasks.length) throw nothingRead(settings, tasks.length);
  await lampFile?.finish();
  await lampFile?.commit();
  post({ type: 'progress', progress: meter.progress });
  return {
    output: settings.output,
    frames: meter.frames,
    ...results.lastSize,
    seconds: meter.seconds,
    frameRate: meter.frames / meter.seconds,
    encoder: 'image',
    corrupt: results.skipped.length,
    notices: [...notices, ...results.notices],
    stages: tools.times.report(),
    liveFrames: Frame.liveCount,
  };
}

/** Collects the results of a folder's images for the report. */
class ImageResults {
  /** Names of images that could not be read. */
  readonly skipped: string[] = [];
  lastSize = { width: 0, height: 0 };
  /** Names of images by what was changed in them. */
  readonly #changed = new Map<string, string[]>();

  /** One line for each change and its images, one for all that were skipped. */
  get notices(): string[] {
    const changes = [...this.#changed].map(([change, names]) => `${change}: ${listNames(names)}`);
    return [...changes, ...skippedNotices(this.skipped)];
  }

  add({ from }: ImageTask, { width, height, changes }: RenderedImage): void {
    this.lastSize = { width, height };
    for (const change of changes) this.#changed.set(change, [...(this.#changed.get(change) ?? []), basename(from)]);
  }

  skip({ from }: ImageTask): void {
    this.skipped.push(basename(from));
  }
}

interface ImageTools {
  readonly settings: RenderSettings;
  readonly generator: Generator;
  readonly renderer: Renderer;
  readonly lampFile: LampFile | undefined;
  readonly times: StageTimes;
  readonly signal: AbortSignal;
}

/** What was written. */
interface RenderedImage {
  readonly width: number;
  readonly height: number;
  /** What was changed on the way, one line each. */
  readonly changes: readonly string[];
}

/** An image that was read. */
interface DayImage extends RenderedImage {
  /** The image padded to even sides; the caller closes it. */
  readonly frame: Frame;
}

async function renderImage(task: ImageTask, tools: ImageTools): Promise<RenderedImage> {
  const { settings, generator, renderer, lampFile, times, signal } = tools;
  const day = await readDay(task.from, signal);
  const { width, height, changes } = day;
  using frame = day.frame;
  const thumbnail = times.measure('thumbnail', () => readThumbnail(renderer, frame, generator.wantsDetail));
  const look = await times.measureAsync('look', () => generator.translate(thumbnail));
  renderer.apply(look, settings.controls, frame);
  const night = cropImage(frameToRgb(frame), width, height);
  const temporary = temporaryPathOf(task.to);
  try {
    await writeImage(temporary, night);
    renameSync(temporary, task.to);
  } catch (error) {
    throw writeFailure(error, task.to, temporary);
  } finally {
    rmSync(temporary, { force: true });
  }
  await lampFile?.addImage(basename(task.from), frame, look);
  return { width, height, changes };
}

/** Reads an image at its own size. A format that only libav decodes loses an odd last column or row, which `changes` names. */
async function readDay(path: string, signal: AbortSignal): Promise<DayImage> {
  if (isReadAsRgb(path)) {
    const { width, height, ...day } = await readRgb(path);
    return { frame: rgbToFrame(padToEven({ width, height, ...day })), width, height, changes: [] };
  }
  await using source = await openSource(path, { ...DEFAULT_SOURCE_OPTIONS, decoderThreads: 1 }, signal);
  for await (const frame of source.frames(signal)) {
    return { frame, width: frame.width, height: frame.height, changes: source.info.notices };
  }
  throw new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message: `${path} contains no image.` });
}

/** True when the image itself is at fault, and the next one may be read. */
function isInputError(error: unknown): error is NocturneError {
  return error instanceof NocturneError && error.code.startsWith('INPUT_');
}

function nothingRead({ input }: RenderSettings, count: number): NocturneError {
  const message = `none of the ${count} images of ${input} could be read.`;
  return new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message });
}

/** A failure to write an image, with the name that the user gave it. */
function writeFailure(error: unknown, path: string, temporary: string): NocturneError {
  if (!(error instanceof NocturneError)) return outputFailure(path, error);
  const { code, stage } = error;
  const isFull = code === 'OUTPUT_NO_SPACE';
  const message = isFull ? `Cannot write ${path}: the disk is full.` : error.message.replaceAll(temporary, path);
  return new NocturneError({ code, stage, message, cause: error });
}

/** A failure to write that also reports the images before it. Returns other failures as they are. */
function withComplete(error: unknown, complete: number): unknown {
  if (!(error instanceof NocturneError) || !error.code.startsWith('OUTPUT_') || complete === 0) return error;
  const { code, stage, message, cause } = error;
  const images = complete === 1 ? 'The image' : `The ${complete} images`;
  const remedy = `${error.remedy} ${images} rendered so far can be used; pass --overwrite to start again.`;
  return new NocturneError({ code, stage, message, remedy, cause });
}

function abortedAfter({ output }: RenderSettings, complete: number): NocturneError {
  const plain = abortedError(`${output} was complete`);
  if (complete === 0) return plain;
  const remedy = `The ${complete} images rendered so far are complete; pass --overwrite to start again.`;
  return new NocturneError({ code: 'ABORTED', stage: 'pipeline', message: plain.message, remedy });
}
