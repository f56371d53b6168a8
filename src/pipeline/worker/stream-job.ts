import type { Controls } from '../../core/controls.js';
import { Frame } from '../../core/frame.js';
import { openEncoder } from '../../encode/av-encoder.js';
import type { Encoder } from '../../encode/encoder.js';
import type { SourceEvent } from '../../ingest/source-options.js';
import type { GeneratorChange } from '../../stream/live-stream.js';
import type { GeneratorAddress } from '../stream-settings.js';
import type { WorkerJob, WorkerStats } from '../worker-messages.js';
import type { JobContext } from './job-context.js';
import { LiveSink } from './live-sink.js';
import { OverloadMeter } from './overload-meter.js';
import { PacketGate } from './packet-gate.js';
import { runPipeline } from './run-pipeline.js';
import { withStages, type OpenStages } from './with-stages.js';

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
  const { input, model, seed, name: stream } = settings;
  const shareOf = (address: GeneratorAddress | undefined) => address && { ...address, stream };
  const live = { share: shareOf(share), startsAnywhere: isRestart };
  const options = { input, source: { ...settings.source, onEvent }, model, live, seed, logger };
  await withStages(options, signal, async (stages) => {
    const { source, looks } = stages;
    onLooks((change, address) => looks.change({ ...model, ...change, share: shareOf(address), isLive: true, seed }));
    logger.info({ generator: generatorName(stages) }, 'The generator is ready.');
    await using encoder = await openEncoder({ ...settings.encoder, frameRate: source.info.frameRate, logger });
    const cheaperFlags = [
      ...(looks.card.name === 'grade' ? [] : ['--generator grade']),
      ...(settings.encoder.preset === 'ultrafast' ? [] : ['--preset ultrafast']),
    ];
    await runStream(stages, encoder, context, cheaperFlags);
  });
}

async function runStream(
  stages: OpenStages,
  encoder: Encoder,
  context: StreamJobContext,
  cheaperFlags: readonly string[],
): Promise<void> {
  const { post, controls, logger, signal } = context;
  const gate = new PacketGate(context.pending);
  const sink = new LiveSink(encoder, gate, {
    onFormat: (format) => post({ type: 'format', format }),
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

  post({ type: 'opened', info: stages.source.info, generator: stages.looks.card.name });
  post({ type: 'state', state: 'live', message: 'The stream is live.' }); // does not show viewers where the input is
  const timer = setInterval(reportStats, STATS_INTERVAL_MS);
  try {
    await runPipeline({ ...stages, sink, controls, onFrame }, signal);
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
  readonly stages: OpenStages;
  readonly encoder: Encoder;
  readonly sink: LiveSink;
  readonly gate: PacketGate;
}): Omit<WorkerStats, 'overload' | 'frameMs'> {
  const { info, stats } = stages.source;
  return {
    width: info.width,
    height: info.height,
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
    encoder: encoder.name,
    ...stages.looks.counts,
    liveFrames: Frame.liveCount,
  };
}

function generatorName({ looks }: OpenStages): string {
  return `${looks.card.name} ${looks.card.version} on ${looks.device}`;
}
