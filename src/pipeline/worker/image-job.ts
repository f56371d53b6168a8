import { renameSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { lightingOf } from '../../core/controls.js';
import { abortedError, NocturneError } from '../../core/errors.js';
import { Frame } from '../../core/frame.js';
import { writeImage } from '../../image/image-file.js';
import { cropImage, frameToRgb, padToEven, rgbToFrame, type RgbImage } from '../../image/rgb-image.js';
import { openGenerator } from '../../infer/open-generator.js';
import { ImageChanges, skippedNotices } from '../../ingest/image-list.js';
import { readImage } from '../../ingest/read-image.js';
import { temporaryPathOf } from '../../output/atomic-file.js';
import { withPath } from '../../output/atomic-image.js';
import { outputFailure } from '../../output/output-error.js';
import { stillGrainSeed } from '../../render/grain.js';
import { chooseRenderer } from '../../render/choose-renderer.js';
import { readThumbnail } from '../../render/read-thumbnail.js';
import { StageTimes } from '../stage-times.js';
import type { RenderSettings } from '../stream-settings.js';
import type { RenderReport } from '../worker-messages.js';
import { planImages, type ImagePlan, type ImageTask } from './image-plan.js';
import type { JobContext } from './job-context.js';
import { LampFile } from './lamp-file.js';
import { RawPixels } from './raw-pixels.js';
import { RenderProgressMeter } from './render-progress.js';

/**
 * Renders one image, or every image of a folder: same names, same sizes, each with a look of its own (no smoothing). In a
 * folder, an image that cannot be read is skipped, counted and named. Each image is written to a temporary file and
 * renamed; on failure or abort the complete ones stay. Throws NocturneError, also when no image can be read.
 */
export async function runImageJob(settings: RenderSettings, context: JobContext): Promise<RenderReport> {
  const { logger } = context;
  const { tasks, notices } = await planImages(settings);
  if (settings.rawPixels) {
    await using network = await RawPixels.open(settings.model, logger);
    const makeNight = (day: Frame): Promise<RgbImage> => network.imageOf(day);
    return await renderImages(settings, context, { tasks, notices, makeNight, isRaw: true, times: new StageTimes() });
  }
  await using lampFile = await LampFile.open(settings);
  const { seed, controls } = settings;
  await using generator = await openGenerator({ ...settings.model, seed, logger });
  if (lampFile) lampFile.card = generator.card;
  generator.setLighting?.(lightingOf(controls));
  const device = settings.applyDevice === 'auto' ? 'cpu' : settings.applyDevice; // same input and seed, same bytes
  const rendering = { seed, hasBeam: !generator.lightsRoad, grain: generator.grain };
  using renderer = await chooseRenderer({ ...rendering, device, width: 0, height: 0, logger });
  const times = new StageTimes();
  const makeNight = async (frame: Frame, name: string, addLamps: AddLamps): Promise<RgbImage> => {
    const thumbnail = times.measure('thumbnail', () => readThumbnail(renderer, frame, generator.wantsDetail));
    const look = await times.measureAsync('look', () => generator.translate(thumbnail));
    await renderer.apply(look, controls, frame, { seed: stillGrainSeed(seed, thumbnail) });
    addLamps(async () => lampFile?.addImage(name, frame, look));
    return frameToRgb(frame);
  };
  const report = await renderImages(settings, context, { tasks, notices, makeNight, isRaw: false, times });
  await lampFile?.finish();
  await lampFile?.commit();
  return report;
}

/** Takes what lists the lamps of an image, which runs once the image is written. */
type AddLamps = (add: () => Promise<void>) => void;

/** What a render of images does with each of them. */
interface ImageWork extends ImagePlan {
  /** Turns a day, which it borrows and may overwrite, into night: of the same size, unless `isRaw`. */
  readonly makeNight: (day: Frame, name: string, addLamps: AddLamps) => Promise<RgbImage>;
  /** Whether nights have a size of their own. */
  readonly isRaw: boolean;
  readonly times: StageTimes;
}

async function renderImages(settings: RenderSettings, context: JobContext, work: ImageWork): Promise<RenderReport> {
  const { logger, post, signal } = context;
  const { tasks, notices, times } = work;
  const meter = new RenderProgressMeter(tasks.length);
  let firstFailure: NocturneError | undefined;
  const results = new ImageResults(tasks.length);
  for (const task of tasks) {
    try {
      if (signal.aborted) throw abortedAfter(settings, meter.frames);
      results.add(task, await renderImage(task, work, signal));
    } catch (error) {
      if (signal.aborted) throw abortedAfter(settings, meter.frames);
      if (tasks.length === 1 || !isInputError(error)) throw withComplete(error, meter.frames);
      results.skip(task);
      firstFailure ??= error;
      meter.skipFrame();
      logger.warn({ reason: error.message }, 'skipped an image that could not be read');
      continue;
    }
    const progress = meter.addFrame();
    if (progress) post({ type: 'progress', progress });
  }
  if (results.skipped.length === tasks.length) throw nothingRead(settings, tasks.length, firstFailure);
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
    stages: times.report(),
    liveFrames: Frame.liveCount,
  };
}

/** Collects the results of a folder's images for the report. */
class ImageResults {
  /** Names of images that could not be read. */
  readonly skipped: string[] = [];
  lastSize = { width: 0, height: 0 };
  readonly #changes: ImageChanges;

  /** @param count of the images to render. */
  constructor(count: number) {
    this.#changes = new ImageChanges(count === 1);
  }

  /** One line for each change and its images, one for all that were skipped. */
  get notices(): string[] {
    return [...this.#changes.notices, ...skippedNotices(this.skipped)];
  }

  add({ from }: ImageTask, { width, height, changes }: RenderedImage): void {
    this.lastSize = { width, height };
    this.#changes.add(from, changes);
  }

  skip({ from }: ImageTask): void {
    this.skipped.push(basename(from));
  }
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

async function renderImage(task: ImageTask, work: ImageWork, signal: AbortSignal): Promise<RenderedImage> {
  const { frame: day, changes, ...size } = await readDay(task.from, signal);
  using frame = day;
  let listLamps = (): Promise<void> => Promise.resolve();
  const made = await work.makeNight(frame, basename(task.from), (add) => {
    listLamps = add;
  });
  const { width, height } = work.isRaw ? made : size;
  const night = cropImage(made, width, height);
  const temporary = temporaryPathOf(task.to);
  try {
    await writeImage(temporary, night);
    renameSync(temporary, task.to);
  } catch (error) {
    throw error instanceof NocturneError ? withPath(error, task.to, temporary) : outputFailure(task.to, error);
  } finally {
    rmSync(temporary, { force: true });
  }
  await listLamps();
  return { width, height, changes };
}

/** Reads an image at its own size. */
async function readDay(path: string, signal: AbortSignal): Promise<DayImage> {
  const { image, changes } = await readImage(path, signal);
  return { frame: rgbToFrame(padToEven(image)), width: image.width, height: image.height, changes };
}

/** True when the image itself is at fault, and the next one may be read. */
function isInputError(error: unknown): error is NocturneError {
  return error instanceof NocturneError && error.code.startsWith('INPUT_');
}

function nothingRead({ input }: RenderSettings, count: number, first: NocturneError | undefined): NocturneError {
  const message = `none of the ${count} images of ${input} could be read.${first ? ` The first: ${first.message}` : ''}`;
  return new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message });
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
