import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { LiveStream } from './live-stream.js';
import type { StreamStats } from './protocol.js';

/** Figures that only grow, by metric name. */
const TOTALS = {
  frames_decoded: { field: 'framesDecoded', help: 'Frames decoded' },
  frames_encoded: { field: 'framesEncoded', help: 'Frames encoded' },
  frames_dropped: { field: 'framesDropped', help: 'Decoded frames dropped because newer ones waited' },
  packets_corrupt: { field: 'packetsCorrupt', help: 'Packets of the input that could not be decoded' },
  reconnects: { field: 'reconnects', help: 'Times the input came back' },
  viewer_drops: { field: 'viewerDrops', help: 'Packets dropped because viewers were slow' },
  fallbacks: { field: 'fallbacks', help: 'Frames drawn with a fallback look' },
  cuts: { field: 'cuts', help: 'Times the picture was cut' },
} as const satisfies Record<string, { field: keyof StreamStats; help: string }>;

/** Figures of the moment, by metric name. */
const LEVELS = {
  viewers: { help: 'Viewers connected', value: (stats: StreamStats) => stats.viewers },
  frame_rate: { help: 'Frames a second leaving the encoder', value: (stats: StreamStats) => stats.frameRate },
  bitrate_bps: { help: 'Bits a second leaving the encoder', value: (stats: StreamStats) => stats.bitrateBps },
  flicker_ratio: {
    help: 'Change of the brightness of the night beyond that of the day, a frame',
    value: (stats: StreamStats) => stats.flicker,
  },
  local_flicker_ratio: {
    help: 'The same of each place along its motion',
    value: (stats: StreamStats) => stats.localFlicker,
  },
  latency_seconds: { help: 'Capture to packet, median', value: (stats: StreamStats) => stats.latencyMs / 1000 },
} as const;

/** Text for Prometheus, gathered when it is asked for: the process's own figures and each stream's. */
export class Metrics implements Disposable {
  readonly #registry = new Registry();

  /** @param streams looked at anew at each scrape. */
  constructor(streams: () => Iterable<LiveStream>) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    for (const [name, { field, help }] of Object.entries(TOTALS)) {
      new Counter({
        ...{ name: `nocturne_${name}_total`, help, labelNames: ['stream'], registers },
        collect() {
          this.reset();
          for (const stream of streams()) this.inc({ stream: stream.name }, stream.stats[field]);
        },
      });
    }
    for (const [name, { help, value }] of Object.entries(LEVELS)) {
      new Gauge({
        ...{ name: `nocturne_${name}`, help, labelNames: ['stream'], registers },
        collect() {
          this.reset();
          for (const stream of streams()) this.set({ stream: stream.name }, value(stream.stats));
        },
      });
    }
    new Gauge({
      ...{ name: 'nocturne_stage_seconds', help: 'Time a frame spends in a stage', registers },
      labelNames: ['stream', 'stage', 'quantile'],
      collect() {
        this.reset();
        for (const { name, stats } of streams()) {
          for (const [stage, { p50, p95 }] of Object.entries(stats.stages)) {
            this.set({ stream: name, stage, quantile: '0.5' }, p50 / 1000);
            this.set({ stream: name, stage, quantile: '0.95' }, p95 / 1000);
          }
        }
      },
    });
    new Gauge({
      ...{ name: 'nocturne_stream_state', help: '1 for the state a stream is in', registers },
      labelNames: ['stream', 'state'],
      collect() {
        this.reset();
        for (const { name, state } of streams()) this.set({ stream: name, state }, 1);
      },
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The figures of now in Prometheus' text format. */
  async text(): Promise<string> {
    return this.#registry.metrics();
  }

  [Symbol.dispose](): void {
    this.#registry.clear();
  }
}
