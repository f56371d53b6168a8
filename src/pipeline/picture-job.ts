import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, parse, resolve } from 'node:path';
import { NocturneError } from '../core/errors.js';
import { Frame } from '../core/frame.js';
import { cropPicture, frameToRgb, padToEven, rgbToFrame } from '../image/rgb-picture.js';
import { PICTURE_ENDINGS, readRgb, writePicture } from '../image/picture-file.js';
import type { Generator } from '../infer/generator.js';
import { openGenerator } from '../infer/open-generator.js';
import type { Renderer } from '../render/renderer.js';
import { openRenderer } from '../render/wasm-renderer.js';
import { aborted, type JobContext } from './job-context.js';
import { RenderProgressMeter } from './render-progress.js';
import { StageTimes } from './stage-times.js';
import type { RenderSettings } from './stream-settings.js';
import type { RenderReport } from './worker-messages.js';

/** Endings that can be read; the others of a folder are left alone. */
const READABLE_ENDINGS: readonly string[] = [...PICTURE_ENDINGS, '.avif', '.tif', '.tiff', '.gif'];

/** One picture to make: where from, where to. */
interface PictureTask {
  readonly from: string;
  readonly to: string;
}

/** Whether a render is of pictures, by what the input is and how the output is named. */
export function isPictureRender(input: string, output: string): boolean {
  if (isFolder(input)) return !/\.[a-z0-9]{2,4}$/i.test(output) || isPictureName(output);
  return isPictureName(input) && (isPictureName(output) || isFolder(output));
}

/**
 * Turns one picture, or every picture of a folder, into night: same names, same sizes, each on its own (no smoothing).
 * Each is written beside its target and renamed; on failure or abort the ones that are complete stay.
 */
export async function runPictureJob(settings: RenderSettings, context: JobContext): Promise<RenderReport> {
  const { logger, post, signal } = context;
  const tasks = planPictures(settings);
  await using generator = await openGenerator({ ...settings.model, logger });
  using renderer = await openRenderer({ seed: settings.seed });
  const meter = new RenderProgressMeter(tasks.length);
  const times = new StageTimes();
  let last = { width: 0, height: 0 };
  for (const task of tasks) {
    if (signal.aborted) throw aborted(`${task.to} was complete`);
    last = await turnPicture(task, { settings, generator, renderer, times });
    const progress = meter.frame();
    if (progress) post({ type: 'progress', progress });
  }
  post({ type: 'progress', progress: meter.now() });
  return {
    output: settings.output,
    frames: meter.frames,
    ...last,
    seconds: meter.seconds,
    frameRate: meter.frames / meter.seconds,
    encoder: 'picture',
    corrupt: 0,
    notices: [],
    stages: times.report(),
    liveFrames: Frame.liveCount,
  };
}

interface PictureTools {
  readonly settings: RenderSettings;
  readonly generator: Generator;
  readonly renderer: Renderer;
  readonly times: StageTimes;
}

async function turnPicture(task: PictureTask, tools: PictureTools): Promise<{ width: number; height: number }> {
  const { settings, generator, renderer, times } = tools;
  const day = await readRgb(task.from);
  using frame = rgbToFrame(padToEven(day));
  const started = performance.now();
  const look = await generator.translate(renderer.thumbnail(frame));
  times.add('look', performance.now() - started);
  renderer.apply(look, settings.controls, frame);
  const night = cropPicture(frameToRgb(frame), day.width, day.height);
  const { dir, base, ext } = parse(task.to);
  const beside = join(dir, `.${base}.nocturne-${process.pid}${ext}`);
  try {
    await writePicture(beside, night);
    renameSync(beside, task.to);
  } finally {
    rmSync(beside, { force: true });
  }
  return { width: day.width, height: day.height };
}

function planPictures(settings: RenderSettings): PictureTask[] {
  const { input, output, overwrite } = settings;
  if (!isFolder(input)) {
    const to = isFolder(output) ? join(output, basename(input)) : output;
    return checkTasks([{ from: input, to }], overwrite);
  }
  if (isPictureName(output) || isFile(output)) {
    const message = `${input} is a folder of pictures and ${output} is one file.`;
    throw unwritable(message, 'Name a folder, or a video file.');
  }
  const names = readdirSync(input).filter(isPictureName).sort();
  if (names.length === 0) {
    const message = `the folder ${input} has no pictures.`;
    throw new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message });
  }
  const tasks = names.map((name) => ({ from: join(input, name), to: join(output, writableName(name)) }));
  mkdirSync(output, { recursive: true });
  return checkTasks(tasks, overwrite);
}

/** The same name, or its PNG where its format can be read but not written. */
function writableName(name: string): string {
  const { name: stem, ext } = parse(name);
  return isWritable(ext) ? name : `${stem}.png`;
}

function isWritable(ending: string): boolean {
  return PICTURE_ENDINGS.some((known) => known === ending.toLowerCase());
}

/** Every fault that would lose a picture, found before the first one is written. */
function checkTasks(tasks: PictureTask[], overwrite: boolean): PictureTask[] {
  const fromByTarget = new Map<string, string>();
  for (const { from, to } of tasks) {
    const other = fromByTarget.get(to);
    if (other !== undefined) throw unwritable(`${other} and ${from} would both become ${to}.`, 'Rename one of them.');
    fromByTarget.set(to, from);
    if (!isWritable(extname(to))) {
      throw unwritable(`${to} is no picture that can be written.`, `Use one of ${PICTURE_ENDINGS.join(', ')}.`);
    }
    if (isSameFile(from, to)) {
      throw new NocturneError({ code: 'OUTPUT_IS_INPUT', stage: 'output', message: `${to} is the input.` });
    }
    if (existsSync(to) && !overwrite) {
      throw new NocturneError({ code: 'OUTPUT_EXISTS', stage: 'output', message: `${to} exists.` });
    }
    if (!existsSync(dirname(resolve(to)))) {
      const message = `the folder of ${to} does not exist.`;
      throw new NocturneError({ code: 'OUTPUT_FAILED', stage: 'output', message, remedy: 'Make it first.' });
    }
  }
  return tasks;
}

function unwritable(message: string, remedy: string): NocturneError {
  return new NocturneError({ code: 'OUTPUT_UNSUPPORTED', stage: 'output', message, remedy });
}

/** Whether two paths lead to one file, through links too. */
function isSameFile(a: string, b: string): boolean {
  const [first, second] = [a, b].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

function isPictureName(name: string): boolean {
  return !basename(name).startsWith('.') && READABLE_ENDINGS.includes(extname(name).toLowerCase());
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
