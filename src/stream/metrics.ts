import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { ConnectionGuard } from './connection-guard.js';
import type { LiveStream } from './live-stream.js';
import type { StreamStats } from './protocol.js';

/** Statistics that only grow, by metric name. */
const COUNTERS = {
  frames_decoded: { field: 'framesDecoded', help: 'Frames decoded' },
  frames_encoded: { field: 'framesEncoded', help: 'Frames encoded' },
  frames_dropped: { field: 'framesDropped', help: 'Decoded frames dropped in favour of newer ones' },
  packets_corrupt: { field: 'packetsCorrupt', help: 'Input packets that could not be decoded' },
  reconnects: { field: 'reconnects', help: 'Reconnects to the input' },
  viewer_drops: { field: 'viewerDrops', help: 'Packets dropped for slow viewers' },
  images_dropped: { field: 'imagesDropped', help: 'JPEG images dropped for slow readers' },
  viewer_skips: { field: 'viewerSkips', help: 'Times that slow viewers skipped to a keyframe' },
  fallbacks: { field: 'fallbacks', help: 'Frames rendered with a fallback look' },
  cuts: { field: 'cuts', help: 'Scene cuts' },
} as const satisfies Record<string, { field: keyof StreamStats; help: string }>;

/** Current values, by metric name. */
const GAUGES = {
  viewers: { help: 'Viewers connected', value: (stats: StreamStats) => stats.viewers },
  slow_viewers: {
    help: 'Viewers that skip packets or did so in the last five seconds',
    value: (stats: StreamStats) => stats.slowViewers,
  },
  frame_rate: { help: 'Frames per second leaving the encoder', value: (stats: StreamStats) => stats.frameRate },
  bitrate_bps: { help: 'Bits per second leaving the encoder', value: (stats: StreamStats) => stats.bitrateBps },
  flicker_ratio: {
    help: "Change of the night's brightness per frame, beyond the day's own",
    value: (stats: StreamStats) => stats.flicker,
  },
  local_flicker_ratio: {
    help: 'The same of each place, along its motion',
    value: (stats: StreamStats) => stats.localFlicker,
  },
  overloaded: {
    help: '1 while the stream cannot keep its pace',
    value: (stats: StreamStats) => +(stats.overload !== ''),
  },
  degraded: {
    help: "1 while another generator makes the night, because the stream's own cannot",
    value: (stats: StreamStats) => +(stats.degraded !== ''),
  },
  look_age_seconds: {
    help: 'Age of the looks that frames are rendered with, p95',
    value: (stats: StreamStats) => stats.lookAgeMs / 1000,
  },
  latency_seconds: { help: 'Capture to packet, median', value: (stats: StreamStats) => stats.latencyMs / 1000 },
} as const;

/** The streams to report, read at each scrape. */
type Streams = () => Iterable<LiveStream>;

/** Prometheus metrics of the process and of each stream, collected at each scrape. */
export class Metrics implements Disposable {
  readonly #registry = new Registry();

  /** Both are read at each scrape. */
  constructor(streams: Streams, guard: Pick<ConnectionGuard, 'cuts'>) {
    collectDefaultMetrics({ register: this.#registry });
    addCounters(this.#registry, streams);
    addGauges(this.#registry, streams);
    addStageTimes(this.#registry, streams);
    addStates(this.#registry, streams);
    addPlaces(this.#registry, streams);
    addCuts(this.#registry, guard);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in the Prometheus text format. */
  async text(): Promise<string> {
    return this.#registry.metrics();
  }

  [Symbol.dispose](): void {
    this.#registry.clear();
  }
}

function addCounters(registry: Registry, streams: Streams): void {
  for (const [name, { field, help }] of Object.entries(COUNTERS)) {
    new Counter({
      ...{ name: `nocturne_${name}_total`, help, labelNames: ['stream'], registers: [registry] },
      collect() {
        this.reset();
        for (const stream of streams()) this.inc({ stream: stream.name }, stream.stats[field]);
      },
    });
  }
}

function addGauges(registry: Registry, streams: Streams): void {
  for (const [name, { help, value }] of Object.entries(GAUGES)) {
    new Gauge({
      ...{ name: `nocturne_${name}`, help, labelNames: ['stream'], registers: [registry] },
      collect() {
        this.reset();
        for (const stream of streams()) this.set({ stream: stream.name }, value(stream.stats));
      },
    });
  }
}

function addStageTimes(registry: Registry, streams: Streams): void {
  new Gauge({
    ...{ name: 'nocturne_stage_seconds', help: 'Time a frame spends in a stage', registers: [registry] },
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
}

function addStates(registry: Registry, streams: Streams): void {
  new Gauge({
    ...{ name: 'nocturne_stream_state', help: '1 for the current state of a stream', registers: [registry] },
    labelNames: ['stream', 'state'],
    collect() {
      this.reset();
      for (const { name, state } of streams()) this.set({ stream: name, state }, 1);
    },
  });
}

function addPlaces(registry: Registry, streams: Streams): void {
  new Gauge({
    ...{ name: 'nocturne_network_place', help: '1 for the library and device that run the network of a stream' },
    ...{ labelNames: ['stream', 'engine', 'device'], registers: [registry] },
    collect() {
      this.reset();
      for (const { name, stats } of streams()) {
        const { engine, device } = stats;
        if (engine !== '') this.set({ stream: name, engine, device }, 1);
      }
    },
  });
}

function addCuts(registry: Registry, guard: Pick<ConnectionGuard, 'cuts'>): void {
  new Counter({
    ...{ name: 'nocturne_connections_cut_total', help: 'Connections closed to stay open to others' },
    ...{ labelNames: ['reason'], registers: [registry] },
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(guard.cuts)) this.inc({ reason }, count);
    },
  });
}
