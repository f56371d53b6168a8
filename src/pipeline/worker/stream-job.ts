import type { Controls } from '../../core/controls.js';
import { Frame } from '../../core/frame.js';
import { openEncoder } from '../../encode/av-encoder.js';
import { openFfmpegEncoder } from '../../encode/ffmpeg/ffmpeg-encoder.js';
import type { Encoder } from '../../encode/encoder.js';
import type { SourceEvent } from '../../ingest/source-options.js';
import type { GeneratorChange } from '../../stream/live-stream.js';
import { placeOf } from '../../infer/device-names.js';
import type { GeneratorAddress, StreamSettings } from '../stream-settings.js';
import type { WorkerJob, WorkerStats } from '../worker-messages.js';
import type { JobContext } from './job-context.js';
import { ImageTap } from './image-tap.js';
import { LiveSink } from './live-sink.js';
import { OverloadMeter } from './overload-meter.js';
import { PacketGate } from './packet-gate.js';
import { runPipeline } from './run-pipeline.js';
import { runRawPipeline } from './raw-pixels.js';
import { withRawStages, withStages, type OpenStages } from './with-stages.js';

/** How often a worker reports its statistics, milliseconds. */
const STATS_INTERVAL_MS = 1000;

/** Changes the generator of a running stream. Throws as `openGenerator` does: the generator before is then still in place. */
export type GeneratorChanger = (change: GeneratorChange, share: GeneratorAddress | undefined) => Promise<void>;

/** What a live stream needs of its worker process. */
export interface StreamJobContext extends JobContext {
  /** Messages posted to the IPC channel that the operating system has not taken yet. */
  readonly pending: () => number;
  /** The current controls. */
  readonly controls: () => Controls;
  /** JPEG images a second that somebody asks for. */
  readonly imagesPerSecond: () => number;
  /** Called once the look thread is open, with what changes its generator. */
  readonly onLooks: (change: GeneratorChanger) => void;
  /** True when a keyframe was requested since the last call. */
  readonly takeKeyframeRequest: () => boolean;
}

/** Runs one live stream from its source to packets, until the source ends or the signal aborts. */
export async function runStreamJob(
  { settings, share, isRestart }: Extract<WorkerJob, { kind: 'stream' }>,
  context: StreamJobContext,
): Promise<void> {
  const { post, logger, signal, onLooks } = context;
  const onEvent = ({ kind, message }: SourceEvent): void => {
    post({ type: 'state', state: kind === 'lost' ? 'reconnecting' : 'live', message });
  };
  const { input, model, applyDevice, seed, name: stream } = settings;
  const shareOf = (address: GeneratorAddress | undefined) => address && { ...address, stream };
  const live = { share: shareOf(share), startsAnywhere: isRestart };
  const options = { input, source: { ...settings.source, onEvent }, model, applyDevice, live, seed, logger };
  if (settings.rawPixels) {
    await withRawStages(options, signal, async ({ network, ...stages }) => {
      const run = (to: PipelineEnd): Promise<void> => runRawPipeline({ ...stages, ...to, network }, signal);
      await runLive(settings, context, { ...stages, generator: network, sizeOf: () => network.size, run });
    });
    return;
  }
  await withStages(options, signal, async (stages) => {
    const { controls } = context;
    const { looks } = stages;
    onLooks((change, address) => looks.change({ ...model, ...change, share: shareOf(address), isLive: true, seed }));
    const run = (to: PipelineEnd): Promise<void> => runPipeline({ ...stages, ...to, controls }, signal);
    await runLive(settings, context, { ...stages, generator: looks, sizeOf: () => stages.source.info, run });
  });
}

/** Where rendered frames go. */
interface PipelineEnd {
  readonly sink: LiveSink;
  readonly onFrame: () => void;
}

/** What a live stream needs of its stages, with looks or with raw pixels. */
interface LiveStages extends Pick<OpenStages, 'source' | 'times'> {
  readonly generator: Pick<OpenStages['looks'], 'card' | 'placement' | 'counts'>;
  /** What applies looks; raw pixels have none. */
  readonly renderer?: OpenStages['renderer'];
  /** Columns and rows of the rendered frames; 0 before the first of raw pixels. */
  readonly sizeOf: () => Readonly<Record<'width' | 'height', number>>;
  /** Renders every frame into the sink. */
  readonly run: (to: PipelineEnd) => Promise<void>;
}

async function runLive(settings: StreamSettings, context: StreamJobContext, stages: LiveStages): Promise<void> {
  const { logger } = context;
  const { source, generator } = stages;
  logger.info({ generator: generatorName(stages) }, 'The generator is ready.');
  const options = { ...settings.encoder, frameRate: source.info.frameRate, logger };
  await using encoder = settings.ffmpeg
    ? await openFfmpegEncoder(options, settings.ffmpeg)
    : await openEncoder(options);
  const cheaperFlags = [
    ...(generator.card.name === 'grade' ? [] : ['--generator grade']),
    ...(settings.encoder.preset === 'ultrafast' ? [] : ['--preset ultrafast']),
  ];
  await runStream(stages, encoder, context, cheaperFlags);
}

async function runStream(
  stages: LiveStages,
  encoder: Encoder,
  context: StreamJobContext,
  cheaperFlags: readonly string[],
): Promise<void> {
  const { post, logger } = context;
  const gate = new PacketGate(context.pending);
  using images = new ImageTap({
    onImage: (image) => post({ type: 'image', image }),
    perSecond: context.imagesPerSecond,
    pending: context.pending,
    logger,
  });
  const sink = new LiveSink(encoder, gate, {
    onFormat: (format) => post({ type: 'format', format }),
    onFrame: (frame) => images.offer(frame),
    onPacket: (packet) => post({ type: 'packet', packet }),
    frameRate: () => stages.source.info.frameRate,
  });
  const overload = new OverloadMeter(cheaperFlags);
  let frameMs = 0;
  const onFrame = (): void => {
    frameMs = 0;
    if (context.takeKeyframeRequest()) encoder.requestKeyframe();
  };
  const reportStats = (): void => {
    if (Frame.liveCount === 0) frameMs = 0; // it waits for the input
    const { source, times } = stages;
    const { info, stats } = source;
    const sentence = overload.measure({ info, stats, times, framesEncoded: sink.framesEncoded });
    post({ type: 'stats', stats: { ...statsOf({ stages, encoder, sink, gate }), overload: sentence, frameMs } });
    frameMs += STATS_INTERVAL_MS; // not by the clock: a process that was suspended is not stuck
  };

  post({ type: 'opened', info: stages.source.info, generator: stages.generator.card.name });
  post({ type: 'state', state: 'live', message: 'The stream is live.' }); // does not show viewers where the input is
  const timer = setInterval(reportStats, STATS_INTERVAL_MS);
  try {
    await stages.run({ sink, onFrame });
    await sink.flush();
    for (const fault of stages.source.stats.faults) logger.warn({}, fault);
  } finally {
    clearInterval(timer);
    reportStats();
  }
}

/** The current counts and rates of a running stream. */
function statsOf({
  stages,
  encoder,
  sink,
  gate,
}: {
  readonly stages: LiveStages;
  readonly encoder: Encoder;
  readonly sink: LiveSink;
  readonly gate: PacketGate;
}): Omit<WorkerStats, 'overload' | 'frameMs'> {
  const { stats } = stages.source;
  const { placement } = stages.generator;
  const { width, height } = stages.sizeOf();
  return {
    width,
    height,
    frameRate: sink.frameRate,
    bitrateBps: Math.round(sink.bitrateBps),
    framesDecoded: stats.decoded,
    framesEncoded: sink.framesEncoded,
    framesDropped: stats.dropped,
    packetsCorrupt: stats.corrupt,
    reconnects: stats.reconnects,
    packetsDropped: gate.dropped,
    stages: stages.times.report(),
    latencyMs: Math.round(sink.latencyMs * 10) / 10 || 0,
    generator: generatorName(stages),
    engine: placement?.engine ?? '',
    device: placement?.device ?? '',
    deviceNotice: placement?.notice ?? '',
    encoder: encoder.name,
    kernel: stages.renderer?.kernel ?? '',
    ...stages.generator.counts,
    liveFrames: Frame.liveCount,
  };
}

function generatorName({ generator: { card, placement } }: LiveStages): string {
  return `${card.name} ${card.version} on ${placement ? placeOf(placement) : 'CPU'}`;
}
