import { renameSync, rmSync } from 'node:fs';
import { basename, join, parse } from 'node:path';
import { aborted, NocturneError } from '../../core/errors.js';
import { Frame } from '../../core/frame.js';
import { isReadAsRgb } from '../../image/image-extensions.js';
import { readRgb, writeImage } from '../../image/image-file.js';
import { cropImage, frameToRgb, padToEven, rgbToFrame } from '../../image/rgb-image.js';
import type { Generator } from '../../infer/generator.js';
import { openGenerator } from '../../infer/open-generator.js';
import { openSource } from '../../ingest/open-source.js';
import { listNames, skippedNotices } from '../../ingest/image-list.js';
import { DEFAULT_SOURCE_OPTIONS } from '../../ingest/source-options.js';
import type { Renderer } from '../../render/renderer.js';
import { openRenderer } from '../../render/wasm-renderer.js';
import type { JobContext } from './job-context.js';
import { planImages, type ImageTask } from './image-plan.js';
import { RenderProgressMeter } from './render-progress.js';
import { StageTimes } from '../stage-times.js';
import type { RenderSettings } from '../stream-settings.js';
import type { RenderReport } from '../worker-messages.js';

/**
 * Turns one picture, or every picture of a folder, into night: same names, same sizes, each on its own (no smoothing).
 * A picture of a folder that cannot be read is skipped, counted and named; it fails when none can be. Each is written
 * beside its target and renamed; on failure or abort the ones that are complete stay.
 */
export async function runImageJob(settings: RenderSettings, context: JobContext): Promise<RenderReport> {
  const { logger, post, signal } = context;
  const { tasks, notices } = await planImages(settings);
  await using generator = await openGenerator({ ...settings.model, logger });
  using renderer = await openRenderer({ seed: settings.seed });
  const meter = new RenderProgressMeter(tasks.length);
  const times = new StageTimes();
  const skipped: string[] = [];
  /** Names of the pictures to which something was done on the way, by what it was. */
  const changed = new Map<string, string[]>();
  let last = { width: 0, height: 0 };
  for (const task of tasks) {
    const name = basename(task.from);
    try {
      if (signal.aborted) throw stopped(settings, meter.frames);
      const turned = await renderImage(task, { settings, generator, renderer, times, signal });
      last = { width: turned.width, height: turned.height };
      for (const change of turned.changes) changed.set(change, [...(changed.get(change) ?? []), name]);
    } catch (error) {
      if (signal.aborted) throw stopped(settings, meter.frames);
      if (tasks.length === 1 || !isUnreadable(error)) throw error;
      skipped.push(name);
      meter.skip();
      logger.warn({ reason: error.message }, 'a picture could not be read and is skipped');
      continue;
    }
    const progress = meter.frame();
    if (progress) post({ type: 'progress', progress });
  }
  if (skipped.length === tasks.length) throw nothingRead(settings, tasks.length);
  post({ type: 'progress', progress: meter.now() });
  const changes = [...changed].map(([change, names]) => `${change}: ${listNames(names)}`);
  return {
    output: settings.output,
    frames: meter.frames,
    ...last,
    seconds: meter.seconds,
    frameRate: meter.frames / meter.seconds,
    encoder: 'picture',
    corrupt: skipped.length,
    notices: [...notices, ...changes, ...skippedNotices(skipped)],
    stages: times.report(),
    liveFrames: Frame.liveCount,
  };
}

interface ImageJobTools {
  readonly settings: RenderSettings;
  readonly generator: Generator;
  readonly renderer: Renderer;
  readonly times: StageTimes;
  readonly signal: AbortSignal;
}

/** A picture to turn into night. */
interface DayImage {
  /** Even sides; whoever reads the picture closes it. */
  readonly frame: Frame;
  /** The picture's own size. */
  readonly width: number;
  readonly height: number;
  /** What was done to it on the way, one line each. */
  readonly changes: readonly string[];
}

async function renderImage(task: ImageTask, tools: ImageJobTools): Promise<Omit<DayImage, 'frame'>> {
  const { settings, generator, renderer, times, signal } = tools;
  const day = await readDay(task.from, signal);
  const { width, height, changes } = day;
  using frame = day.frame;
  const started = performance.now();
  const look = await generator.translate(renderer.thumbnail(frame));
  times.add('look', performance.now() - started);
  renderer.apply(look, settings.controls, frame);
  const night = cropImage(frameToRgb(frame), width, height);
  const { dir, base, ext } = parse(task.to);
  const beside = join(dir, `.${base}.nocturne-${process.pid}${ext}`);
  try {
    await writeImage(beside, night);
    renameSync(beside, task.to);
  } finally {
    rmSync(beside, { force: true });
  }
  return { width, height, changes };
}

/** Reads a picture at its own size; one that libav alone reads loses an odd last column or row, which it says. */
async function readDay(path: string, signal: AbortSignal): Promise<DayImage> {
  if (isReadAsRgb(path)) {
    const { width, height, ...day } = await readRgb(path);
    return { frame: rgbToFrame(padToEven({ width, height, ...day })), width, height, changes: [] };
  }
  await using source = await openSource(path, { ...DEFAULT_SOURCE_OPTIONS, decoderThreads: 1 }, signal);
  for await (const frame of source.frames(signal)) {
    return { frame, width: frame.width, height: frame.height, changes: source.info.notices };
  }
  throw new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message: `${path} holds no picture.` });
}

/** Whether the fault is the picture's own, and the next one may be read. */
function isUnreadable(error: unknown): error is NocturneError {
  return error instanceof NocturneError && error.code.startsWith('INPUT_');
}

function nothingRead({ input }: RenderSettings, count: number): NocturneError {
  const message = `none of the ${count} images of ${input} could be read.`;
  return new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message });
}

function stopped({ output }: RenderSettings, complete: number): NocturneError {
  const plain = aborted(`${output} was complete`);
  if (complete === 0) return plain;
  const remedy = `The ${complete} pictures made so far are whole; pass --overwrite to start it again.`;
  return new NocturneError({ code: 'ABORTED', stage: 'pipeline', message: plain.message, remedy });
}
