import type { StreamStats } from '../src/stream/protocol.js';
import { createElement, requireElement } from './dom.js';
import type { PlayerKind } from './page-url.js';
import type { ViewerStats } from './worker-messages.js';

/** Points of the latency trace: half a minute at four per second. */
const TRACE_POINTS = 120;
const TRACE_HEIGHT = 28;
/** Smallest range of the trace's axis, milliseconds. */
const MIN_TRACE_RANGE_MS = 100;

/** What the panel calls each player. */
const PLAYER_NAMES: Readonly<Record<PlayerKind, string>> = {
  webcodecs: 'WebCodecs',
  mse: 'Media Source (fragmented MP4)',
  mjpeg: 'JPEG images',
};

/** The statistics panel: this viewer's statistics and the server's statistics of the stream. */
export class StatsPanel {
  readonly #panel = requireElement('stats', HTMLElement);
  readonly #rate = requireElement('stat-rate', HTMLElement);
  readonly #latency = requireElement('stat-latency', HTMLElement);
  readonly #traceLine = requireElement('stat-trace', SVGElement).querySelector('polyline');
  readonly #list = requireElement('stat-list', HTMLElement);
  readonly #cells = new Map<string, HTMLElement>();
  readonly #latencies: number[] = [];
  #server: StreamStats | undefined;
  #player: PlayerKind | undefined;

  /** What plays. */
  set player(kind: PlayerKind) {
    this.#player = kind;
  }

  /** The server's statistics, once per second; undefined while disconnected. */
  set server(stats: StreamStats | undefined) {
    this.#server = stats;
  }

  /** Shows this viewer's statistics, four times per second. */
  show(stats: ViewerStats): void {
    this.#latencies.push(stats.latencyMs);
    if (this.#latencies.length > TRACE_POINTS) this.#latencies.shift();
    if (this.#panel.hidden) return;
    this.#rate.textContent = stats.framesPerSecond.toFixed(stats.framesPerSecond < 10 ? 1 : 0);
    this.#latency.textContent = milliseconds(stats.latencyMs);
    this.#drawTrace();
    const rows = new Map([...viewerRows(stats, this.#player), ...(this.#server ? streamRows(this.#server) : [])]);
    for (const [name, value] of rows) this.#cell(name).textContent = value;
    for (const [name, cell] of this.#cells) {
      if (!rows.has(name)) cell.textContent = '–';
    }
  }

  #cell(name: string): HTMLElement {
    const known = this.#cells.get(name);
    if (known) return known;
    const row = createElement('div');
    const cell = createElement('dd');
    row.append(createElement('dt', '', name), cell);
    this.#list.append(row);
    this.#cells.set(name, cell);
    return cell;
  }

  #drawTrace(): void {
    const sorted = this.#latencies.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
    // At most three times the median: one peak (the cached GOP after a join) must not flatten the rest.
    const median = sorted[sorted.length >> 1] ?? 0;
    const top = Math.max(MIN_TRACE_RANGE_MS, Math.min(sorted.at(-1) ?? 0, 3 * median));
    const points = this.#latencies
      .map((value, i) => ({
        x: i + TRACE_POINTS - this.#latencies.length,
        y: TRACE_HEIGHT - 1 - Math.min(1, value / top) * (TRACE_HEIGHT - 2),
      }))
      .filter(({ y }) => Number.isFinite(y));
    this.#traceLine?.setAttribute('points', points.map(({ x, y }) => `${x},${y.toFixed(1)}`).join(' '));
  }
}

function viewerRows(stats: ViewerStats, player: PlayerKind | undefined): [string, string][] {
  const size = stats.width > 0 ? `${stats.width} × ${stats.height}` : '–';
  return [
    ['Player', player === undefined ? '–' : PLAYER_NAMES[player]],
    ['Video', stats.codec ? `${size} · ${stats.codec}` : size],
    ['Latency p95', `${milliseconds(stats.latencyP95Ms)} ms`],
    ['Round trip', `${milliseconds(stats.roundTripMs)} ms`],
    ['Received', `${(stats.bytesPerSecond / 1000).toFixed(0)} kB/s`],
    ['Drawn / decoded', `${stats.framesDrawn} / ${stats.framesDecoded}`],
    ['Drops, viewer / server', `${stats.drops} / ${stats.serverDrops}`],
    ['Decoder queue', String(stats.decoderQueue)],
  ];
}

function streamRows(stats: StreamStats): [string, string][] {
  const stages = Object.entries(stats.stages).map(([name, time]): [string, string] => [
    `· ${name}`,
    `${time.p50.toFixed(1)} / ${time.p95.toFixed(1)} ms`,
  ]);
  return [
    ...(stats.overload === '' ? [] : [['Overload', stats.overload] satisfies [string, string]]),
    ...(stats.degraded === '' ? [] : [['Degraded', stats.degraded] satisfies [string, string]]),
    ['Generator', stats.fallbacks > 0 ? `${stats.generator} · ${stats.fallbacks} fallbacks` : stats.generator],
    ...(stats.deviceNotice === '' ? [] : [['Device', stats.deviceNotice] satisfies [string, string]]),
    ['Encoder', `${stats.encoder} · ${(stats.bitrateBps / 1e6).toFixed(1)} Mb/s`],
    ['Viewers', String(stats.viewers)],
    ['Input drops / corrupt', `${stats.framesDropped} / ${stats.packetsCorrupt}`],
    ['Flicker / local', `${percent(stats.flicker)} / ${percent(stats.localFlicker)}`],
    ['Age of looks p95', `${milliseconds(stats.lookAgeMs)} ms`],
    ['Server latency', `${milliseconds(stats.latencyMs)} ms`],
    ...stages,
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function milliseconds(value: number): string {
  return Number.isFinite(value) ? value.toFixed(value < 10 ? 1 : 0) : '–';
}
