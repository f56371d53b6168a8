import { statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { aborted, NocturneError } from '../../core/errors.js';
import { Frame } from '../../core/frame.js';
import { toSeconds } from '../../core/time.js';
import type { SourceInfo } from '../../ingest/frame-source.js';
import { parseInput } from '../../ingest/input-address.js';
import { openSource } from '../../ingest/open-source.js';
import { skippedNotices } from '../../ingest/image-list.js';
import { DEFAULT_SOURCE_OPTIONS } from '../../ingest/source-options.js';
import { openRenderer } from '../../render/wasm-renderer.js';
import { openFileSink } from '../../output/av-file-sink.js';
import type { JobContext } from './job-context.js';
import { openLookThread } from '../look-thread/look-thread.js';
import { runImageJob } from './image-job.js';
import { isImageRender } from './image-plan.js';
import { RenderProgressMeter } from './render-progress.js';
import { StageTimes } from '../stage-times.js';
import type { RenderSettings } from '../stream-settings.js';
import { translate } from './run-pipeline.js';
import type { RenderReport } from '../worker-messages.js';

/**
 * Renders a video to a file: same frames, same pts, same size; leaves no half file when it fails or is aborted.
 * Pictures, and folders of them to folders, go their own way.
 */
export async function runRenderJob(settings: RenderSettings, context: JobContext): Promise<RenderReport> {
  try {
    if (isImageRender(settings.input, settings.output)) return await runImageJob(settings, context);
    const report = await renderVideo(settings, context);
    return { ...report, liveFrames: Frame.liveCount };
  } catch (error) {
    throw forbidden(error, settings) ?? error;
  }
}

/** What a folder that this user may not enter makes of looking at input and output; undefined for another failure. */
function forbidden(error: unknown, { input, output }: RenderSettings): NocturneError | undefined {
  if (!(error instanceof Error) || !('code' in error && (error.code === 'EACCES' || error.code === 'EPERM')))
    return undefined;
  const path = resolve('path' in error && typeof error.path === 'string' ? error.path : output);
  const source = resolve(parseInput(input).target);
  return path === source || path.startsWith(source + sep)
    ? new NocturneError({
        code: 'INPUT_NO_PERMISSION',
        stage: 'ingest',
        message: `${input} may not be read.`,
        cause: error,
      })
    : new NocturneError({
        code: 'OUTPUT_NO_PERMISSION',
        stage: 'output',
        message: `${output} may not be written.`,
        cause: error,
      });
}

async function renderVideo(settings: RenderSettings, { post, logger, signal }: JobContext): Promise<RenderReport> {
  const times = new StageTimes();
  const window = {
    startS: settings.startS,
    ...(settings.durationS === undefined ? {} : { durationS: settings.durationS }),
  };
  const format = settings.inputFormat === undefined ? {} : { inputFormat: settings.inputFormat };
  await using source = await openSource(
    settings.input,
    {
      ...DEFAULT_SOURCE_OPTIONS,
      ...window,
      live: false,
      ...format,
      imageRate: settings.imageRate,
      decoderThreads: settings.decoderThreads,
      logger,
    },
    signal,
  );
  await using looks = await openLookThread({ ...settings.model, logger });
  using renderer = await openRenderer({ seed: settings.seed });
  const { info } = source;
  const copied = copiedInput(settings.input);
  const sink = await openFileSink({
    path: settings.output,
    timeBase: info.timeBase,
    frameRate: info.frameRate,
    overwrite: settings.overwrite,
    ...copied,
    ...window,
    ...(settings.codec === undefined ? {} : { codec: settings.codec }),
    ...(settings.crf === undefined ? {} : { crf: settings.crf }),
    ...(settings.preset === undefined ? {} : { preset: settings.preset }),
    signal,
  });
  try {
    post({ type: 'opened', info, generator: looks.card.name });
    const expected = expectedFrames(info, settings);
    const meter = new RenderProgressMeter(expected);
    await translate(
      {
        source,
        looks,
        renderer,
        sink,
        times,
        controls: () => settings.controls,
        onFrame: () => {
          const progress = meter.frame();
          if (progress) post({ type: 'progress', progress });
        },
      },
      signal,
    );
    if (signal.aborted) throw aborted(`${settings.output} was complete`);
    const written = await sink.finish();
    post({ type: 'progress', progress: meter.now() });
    const { corrupt, skipped } = source.stats;
    return {
      output: settings.output,
      frames: meter.frames,
      width: info.width,
      height: info.height,
      seconds: meter.seconds,
      frameRate: meter.frames / meter.seconds,
      encoder: written.encoder,
      corrupt,
      notices: [
        ...info.notices,
        ...lostSound(info, copied.copyFrom),
        ...written.notices,
        ...(skipped.length > 0
          ? skippedNotices(skipped, corrupt)
          : damage({ corrupt, frames: meter.frames, expected })),
      ],
      stages: times.report(),
      liveFrames: 0,
    };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/** Sound and the like are copied where the input can be read a second time: from files and over http. */
function copiedInput(input: string): { readonly copyFrom?: string } {
  const { kind, target, scheme } = parseInput(input);
  const isFile = kind === 'path' && (statSync(target, { throwIfNoEntry: false })?.isFile() ?? false);
  return isFile || scheme.startsWith('http') ? { copyFrom: target } : {};
}

/** Says that sound stays behind where the input cannot be read a second time. */
function lostSound(info: SourceInfo, copyFrom: string | undefined): readonly string[] {
  if (!info.hasSound || copyFrom !== undefined) return [];
  return [`not carried: sound and subtitles of ${info.description}, which cannot be read twice; name a file instead`];
}

/** Says what a damaged input cost. `expected`: 0 when unknown. */
function damage(counts: { readonly corrupt: number; readonly frames: number; readonly expected: number }): string[] {
  const { corrupt, frames, expected } = counts;
  if (corrupt === 0) return [];
  const packets = corrupt === 1 ? '1 packet' : `${corrupt} packets`;
  const missing = expected > frames ? `; about ${expected - frames} of ${expected} frames are missing` : '';
  return [
    `damaged input: ${packets} of the video could not be decoded and ${corrupt === 1 ? 'was' : 'were'} skipped${missing}`,
  ];
}

function expectedFrames(info: SourceInfo, settings: RenderSettings): number {
  if (info.duration === undefined) return 0;
  const seconds = Math.min(toSeconds(info.duration), settings.durationS ?? Infinity);
  return Math.max(0, Math.round(seconds * info.frameRate));
}
