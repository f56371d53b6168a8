import type { Controls } from '../../core/controls.js';
import { Frame } from '../../core/frame.js';
import type { Logger } from '../../core/logger.js';
import { openSource } from '../../ingest/open-source.js';
import { openRenderer } from '../../render/wasm-renderer.js';
import { openEncoder } from '../../encode/av-encoder.js';
import { LiveSink } from './live-sink.js';
import { openLookThread } from '../look-thread/look-thread.js';
import { PacketGate } from './packet-gate.js';
import { StageTimes } from '../stage-times.js';
import type { StreamSettings } from '../stream-settings.js';
import { translate } from './run-pipeline.js';
import type { FromWorker } from '../worker-messages.js';

/** How often a worker reports its figures, milliseconds. */
const FIGURES_INTERVAL_MS = 1000;

/** What a running stream asks of and tells the process around it. */
export interface StreamJobPort {
  /** Posts to the main process. */
  post(message: FromWorker): void;
  /** Messages posted that the main process was not handed yet. */
  pending(): number;
  /** The controls as they stand. */
  controls(): Controls;
  /** True once for each request for a keyframe since the last call. */
  takeKeyframeRequest(): boolean;
}

/** Runs one live stream from its source to packets, until the source ends or the signal aborts. */
export async function runStreamJob(
  settings: StreamSettings,
  options: { port: StreamJobPort; logger: Logger; signal: AbortSignal },
): Promise<void> {
  const { port, logger, signal } = options;
  const gate = new PacketGate(() => port.pending());
  const times = new StageTimes();

  await using source = await openSource(
    settings.input,
    {
      ...settings.source,
      logger,
      onEvent: (event) => {
        port.post({ type: 'state', state: event.kind === 'lost' ? 'reconnecting' : 'live', message: event.message });
      },
    },
    signal,
  );
  await using looks = await openLookThread({ ...settings.model, logger });
  const generator = `${looks.card.name} ${looks.card.version} on ${looks.device}`;
  logger.info({ generator }, 'The generator is ready.');
  using renderer = await openRenderer({ seed: settings.seed });
  const frameRate = source.info.frameRate;
  await using encoder = await openEncoder({ ...settings.encoder, frameRate, logger });
  const sink = new LiveSink(encoder, gate, {
    onFormat: (format) => {
      port.post({ type: 'format', format });
    },
    onPacket: (packet) => {
      port.post({ type: 'packet', packet });
    },
  });

  port.post({ type: 'opened', info: source.info, generator: looks.card.name });
  port.post({ type: 'state', state: 'live', message: 'The stream is live.' }); // viewers need not know where it comes from
  const reportFigures = (): void => {
    port.post({
      type: 'figures',
      figures: {
        width: source.info.width,
        height: source.info.height,
        frameRate: sink.frameRate,
        bitrateBps: Math.round(sink.bitrateBps),
        framesDecoded: source.stats.decoded,
        framesEncoded: sink.framesEncoded,
        framesDropped: source.stats.dropped,
        packetsCorrupt: source.stats.corrupt,
        reconnects: source.stats.reconnects,
        packetsDropped: gate.dropped,
        stages: times.report(),
        latencyMs: Math.round(sink.latencyMs * 10) / 10 || 0,
        generator,
        encoder: encoder.name,
        ...looks.counts,
        liveFrames: Frame.liveCount,
      },
    });
  };
  const timer = setInterval(reportFigures, FIGURES_INTERVAL_MS);
  try {
    await translate(
      {
        source,
        looks,
        renderer,
        sink,
        times,
        controls: () => port.controls(),
        onFrame: () => {
          if (port.takeKeyframeRequest()) encoder.requestKeyframe();
        },
      },
      signal,
    );
    await sink.flush();
  } finally {
    clearInterval(timer);
    reportFigures();
  }
}
