import { statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { abortedError, NocturneError } from '../../core/errors.js';
import type { Controls } from '../../core/controls.js';
import { Frame } from '../../core/frame.js';
import { toSeconds } from '../../core/time.js';
import type { ModelCard } from '../../infer/model-card.js';
import type { SourceInfo } from '../../ingest/frame-source.js';
import { skippedNotices } from '../../ingest/image-list.js';
import { parseInput } from '../../ingest/input-address.js';
import { DEFAULT_SOURCE_OPTIONS, type SourceOptions } from '../../ingest/source-options.js';
import type { Look } from '../../look/look.js';
import { checkNameLength } from '../../output/atomic-file.js';
import { openFileSink } from '../../output/av-file-sink.js';
import { openFfmpegFileSink } from '../../output/ffmpeg/ffmpeg-file-sink.js';
import type { FileSink, FileSinkOptions } from '../../output/file-options.js';
import type { RenderSettings } from '../stream-settings.js';
import type { RenderReport } from '../worker-messages.js';
import { runImageJob } from './image-job.js';
import { isImageRender } from './image-plan.js';
import type { JobContext } from './job-context.js';
import { LampFile } from './lamp-file.js';
import { RenderProgressMeter } from './render-progress.js';
import { runPipeline } from './run-pipeline.js';
import { runRawPipeline } from './raw-pixels.js';
import { withRawStages, withStages, type OpenStages } from './with-stages.js';

/**
 * Renders a video to a file with the same frames, pts and size; images and image folders are rendered one by one. When it
 * fails or is aborted, no partial file is left. Throws NocturneError.
 */
export async function runRenderJob(settings: RenderSettings, context: JobContext): Promise<RenderReport> {
  try {
    checkNameLength(settings.output);
    if (isImageRender(settings.input, settings.output)) return await runImageJob(settings, context);
    const report = await renderVideo(settings, context);
    return { ...report, liveFrames: Frame.liveCount };
  } catch (error) {
    throw permissionError(error, settings) ?? error;
  }
}

async function renderVideo(settings: RenderSettings, context: JobContext): Promise<RenderReport> {
  const { input, model, seed } = settings;
  // The same input and seed give the same bytes: what is faster on one machine must not change them on another.
  const applyDevice = settings.applyDevice === 'auto' ? 'cpu' : settings.applyDevice;
  const options = { input, source: sourceOptions(settings), model, applyDevice, seed, logger: context.logger };
  if (settings.rawPixels) {
    return await withRawStages(options, context.signal, async ({ network, ...stages }) => {
      const run = (to: PipelineEnd): Promise<void> => runRawPipeline({ ...stages, ...to, network }, context.signal);
      return await renderInto(settings, context, {
        ...stages,
        card: network.card,
        lampFile: undefined,
        sizeOf: () => network.size,
        run,
      });
    });
  }
  await using lampFile = await LampFile.open(settings);
  return await withStages(options, context.signal, async (stages) => {
    if (lampFile) lampFile.card = stages.looks.card;
    const controls = (): Controls => settings.controls;
    const { info } = stages.source; // of the first frames: a folder's later images may have another size
    const run = (to: PipelineEnd): Promise<void> => {
      const onApplied = async (frame: Frame, look: Look): Promise<void> =>
        lampFile?.addFrame(frame, look, to.sink.placeOf(frame));
      return runPipeline({ ...stages, ...to, controls, onApplied }, context.signal);
    };
    return await renderInto(settings, context, {
      ...stages,
      card: stages.looks.card,
      lampFile,
      sizeOf: () => info,
      run,
    });
  });
}

/** Where rendered frames go. */
interface PipelineEnd {
  readonly sink: FileSink;
  readonly onFrame: () => void;
}

/** What a render to a file needs of its stages, with looks or with raw pixels. */
interface RenderStages extends Pick<OpenStages, 'source' | 'times'> {
  /** Of the generator. */
  readonly card: ModelCard;
  readonly lampFile: LampFile | undefined;
  /** Columns and rows of the rendered frames, once there are some. */
  readonly sizeOf: () => Readonly<Record<'width' | 'height', number>>;
  /** Renders every frame into the sink. */
  readonly run: (to: PipelineEnd) => Promise<void>;
}

/** Opens the file and renders into it; no partial file is left. */
async function renderInto(settings: RenderSettings, context: JobContext, stages: RenderStages): Promise<RenderReport> {
  const copyFrom = copySource(settings.input);
  const { info } = stages.source;
  const options = sinkOptions(settings, { info, copyFrom, signal: context.signal });
  const { ffmpeg, encoder } = settings;
  const sink = ffmpeg ? await openFfmpegFileSink(options, ffmpeg, encoder) : await openFileSink(options);
  try {
    const report = await renderToFile(settings, context, { ...stages, sink });
    return { ...report, notices: [...soundNotices(info, copyFrom), ...report.notices] };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

async function renderToFile(
  settings: RenderSettings,
  { post, signal }: JobContext,
  stages: RenderStages & { readonly sink: FileSink },
): Promise<RenderReport> {
  const { source, card, sink, lampFile, times, sizeOf, run } = stages;
  const { info } = source;
  post({ type: 'opened', info, generator: card.name });
  const expected = expectedFrames(info, settings);
  const meter = new RenderProgressMeter(expected);
  const onFrame = (): void => {
    const progress = meter.addFrame();
    if (progress) post({ type: 'progress', progress });
  };
  await run({ sink, onFrame });
  if (signal.aborted) throw abortedError(`${settings.output} was complete`);
  await lampFile?.finish(); // a full disk shows here, before the video has its name
  const written = await sink.finish();
  await lampFile?.commit();
  post({ type: 'progress', progress: meter.progress });
  const { corrupt, skipped, faults } = source.stats;
  const losses =
    skipped.length > 0
      ? skippedNotices(skipped, corrupt)
      : corruptionNotices({ corrupt, frames: meter.frames, expected });
  return {
    output: settings.output,
    frames: meter.frames,
    width: sizeOf().width,
    height: sizeOf().height,
    seconds: meter.seconds,
    frameRate: meter.frames / meter.seconds,
    encoder: written.encoder,
    corrupt,
    // Read once more: an image sequence reports what it changed in later images too.
    notices: [...source.info.notices, ...written.notices, ...losses, ...faults],
    stages: times.report(),
    liveFrames: 0,
  };
}

function sourceOptions(settings: RenderSettings): SourceOptions {
  const { startS, durationS, inputFormat, imageRate, decoderThreads, hwaccel = 'none', ffmpeg } = settings;
  return {
    ...DEFAULT_SOURCE_OPTIONS,
    startS,
    live: false,
    imageRate,
    decoderThreads,
    hwaccel,
    ...(durationS === undefined ? {} : { durationS }),
    ...(inputFormat === undefined ? {} : { inputFormat }),
    ...(ffmpeg === undefined ? {} : { ffmpeg }),
  };
}

function sinkOptions(
  { output: path, overwrite, startS, durationS, codec, crf, preset }: RenderSettings,
  from: { readonly info: SourceInfo; readonly copyFrom: string | undefined; readonly signal: AbortSignal },
): FileSinkOptions {
  const { info, copyFrom, signal } = from;
  return {
    path,
    timeBase: info.timeBase,
    frameRate: info.frameRate,
    overwrite,
    startS,
    signal,
    ...(copyFrom === undefined ? {} : { copyFrom }),
    ...(durationS === undefined ? {} : { durationS }),
    ...(codec === undefined ? {} : { codec }),
    ...(crf === undefined ? {} : { crf }),
    ...(preset === undefined ? {} : { preset }),
  };
}

/** Where sound, subtitles and the like are copied from: inputs that can be read a second time, which are files and http. */
function copySource(input: string): string | undefined {
  const { kind, target, scheme } = parseInput(input);
  const isFile = kind === 'path' && (statSync(target, { throwIfNoEntry: false })?.isFile() ?? false);
  return isFile || scheme.startsWith('http') ? target : undefined;
}

/** Reports sound that is lost because the input cannot be read a second time: one line, or none. */
function soundNotices(info: SourceInfo, copyFrom: string | undefined): readonly string[] {
  if (!info.hasSound || copyFrom !== undefined) return [];
  return [`not copied: sound and subtitles of ${info.description}, which cannot be read twice; name a file instead`];
}

/** Reports what a damaged input cost: one line, or none. @param counts `expected`: 0 when unknown. */
function corruptionNotices(counts: {
  readonly corrupt: number;
  readonly frames: number;
  readonly expected: number;
}): string[] {
  const { corrupt, frames, expected } = counts;
  if (corrupt === 0) return [];
  const packets = corrupt === 1 ? '1 video packet' : `${corrupt} video packets`;
  const missing = expected > frames ? `; about ${expected - frames} of ${expected} frames are missing` : '';
  return [`damaged input: skipped ${packets} that could not be decoded${missing}`];
}

/** Frames of the asked part; 0 when unknown. */
function expectedFrames(info: SourceInfo, settings: RenderSettings): number {
  if (info.duration === undefined) return 0;
  const seconds = Math.min(toSeconds(info.duration), settings.durationS ?? Infinity);
  return Math.max(0, Math.round(seconds * info.frameRate));
}

/** A file system's EACCES or EPERM on input or output as a NocturneError; undefined for another failure. */
function permissionError(error: unknown, { input, output }: RenderSettings): NocturneError | undefined {
  const isDenied = error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
  if (!isDenied) return undefined;
  const path = resolve('path' in error && typeof error.path === 'string' ? error.path : output);
  const source = resolve(parseInput(input).target);
  const isInput = path === source || path.startsWith(source + sep);
  return new NocturneError({
    code: isInput ? 'INPUT_NO_PERMISSION' : 'OUTPUT_NO_PERMISSION',
    stage: isInput ? 'ingest' : 'output',
    message: isInput ? `no permission to read ${input}.` : `no permission to write ${output}.`,
    cause: error,
  });
}
