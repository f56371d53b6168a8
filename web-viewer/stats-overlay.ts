import type { StreamStats } from '../src/stream/protocol.js';
import { makeElement, pageElement } from './page-element.js';
import type { ViewerStats } from './worker-messages.js';

/** Points of the latency trace: half a minute at four a second. */
const TRACE_POINTS = 120;
const TRACE_HEIGHT = 28;
/** The trace's top, milliseconds, unless the latency is higher. */
const TRACE_TOP_MS = 100;

/** The figures: what this viewer draws and what the server says of the stream. */
export class StatsOverlay {
  readonly #panel = pageElement('stats', HTMLElement);
  readonly #rate = pageElement('stat-rate', HTMLElement);
  readonly #latency = pageElement('stat-latency', HTMLElement);
  readonly #line = pageElement('stat-trace', SVGElement).querySelector('polyline');
  readonly #list = pageElement('stat-list', HTMLElement);
  readonly #cells = new Map<string, HTMLElement>();
  readonly #trace: number[] = [];
  #server: StreamStats | undefined;

  /** The server's figures, once a second; undefined when they are no longer true. */
  set server(stats: StreamStats | undefined) {
    this.#server = stats;
  }

  /** This viewer's figures, four times a second. */
  show(stats: ViewerStats): void {
    this.#trace.push(stats.latencyMs);
    if (this.#trace.length > TRACE_POINTS) this.#trace.shift();
    if (this.#panel.hidden) return;
    this.#rate.textContent = stats.framesPerSecond.toFixed(stats.framesPerSecond < 10 ? 1 : 0);
    this.#latency.textContent = milliseconds(stats.latencyMs);
    this.#drawTrace();
    const rows = new Map([...viewerRows(stats), ...(this.#server ? streamRows(this.#server) : [])]);
    for (const [name, value] of rows) this.#cell(name).textContent = value;
    for (const [name, cell] of this.#cells) {
      if (!rows.has(name)) cell.textContent = '–';
    }
  }

  #cell(name: string): HTMLElement {
    const known = this.#cells.get(name);
    if (known) return known;
    const row = makeElement('div');
    const cell = makeElement('dd');
    row.append(makeElement('dt', '', name), cell);
    this.#list.append(row);
    this.#cells.set(name, cell);
    return cell;
  }

  #drawTrace(): void {
    const sorted = this.#trace.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
    // Three times the median at most: one peak (the cached pictures of a join) must not flatten the rest.
    const median = sorted[sorted.length >> 1] ?? 0;
    const top = Math.max(TRACE_TOP_MS, Math.min(sorted.at(-1) ?? 0, 3 * median));
    const points = this.#trace
      .map((value, i) => ({
        x: i + TRACE_POINTS - this.#trace.length,
        y: TRACE_HEIGHT - 1 - Math.min(1, value / top) * (TRACE_HEIGHT - 2),
      }))
      .filter(({ y }) => Number.isFinite(y));
    this.#line?.setAttribute('points', points.map(({ x, y }) => `${x},${y.toFixed(1)}`).join(' '));
  }
}

function viewerRows(stats: ViewerStats): [string, string][] {
  const size = stats.width > 0 ? `${stats.width} × ${stats.height}` : '–';
  return [
    ['Picture', stats.codec ? `${size} · ${stats.codec}` : size],
    ['Latency p95', `${milliseconds(stats.latencyP95Ms)} ms`],
    ['Round trip', `${milliseconds(stats.roundTripMs)} ms`],
    ['Received', `${(stats.bytesPerSecond / 1000).toFixed(0)} kB/s`],
    ['Drawn / decoded', `${stats.framesDrawn} / ${stats.framesDecoded}`],
    ['Drops here / server', `${stats.drops} / ${stats.serverDrops}`],
    ['Decoder queue', String(stats.decoderQueue)],
  ];
}

function streamRows(stats: StreamStats): [string, string][] {
  const stages = Object.entries(stats.stages).map(([name, time]): [string, string] => [
    `· ${name}`,
    `${time.p50.toFixed(1)} / ${time.p95.toFixed(1)} ms`,
  ]);
  return [
    ['Generator', stats.fallbacks > 0 ? `${stats.generator} · ${stats.fallbacks} fallbacks` : stats.generator],
    ['Encoder', `${stats.encoder} · ${(stats.bitrateBps / 1e6).toFixed(1)} Mb/s`],
    ['Viewers', String(stats.viewers)],
    ['Input drops / corrupt', `${stats.framesDropped} / ${stats.packetsCorrupt}`],
    ['Flicker, whole / local', `${percent(stats.flicker)} / ${percent(stats.localFlicker)}`],
    ['Server, to packet', `${milliseconds(stats.latencyMs)} ms`],
    ...stages,
  ];
}

/** A share of the luma from frame to frame. */
function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function milliseconds(value: number): string {
  return Number.isFinite(value) ? value.toFixed(value < 10 ? 1 : 0) : '–';
}
