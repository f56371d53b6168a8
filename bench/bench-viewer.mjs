// A viewer for benchmarks: counts what it receives and how late, decodes nothing, and can read slowly or stop reading.
import { WebSocket } from 'ws';

/** Bytes of a packet's header; see docs/protocol.md. */
const HEADER_BYTES = 28;
const FLAGS = { keyframe: 1, discontinuity: 2, backlog: 4 };
/** A packet this late or less counts as live, milliseconds. */
export const LIVE_MS = 700;

/** One viewer of `url`, a WebSocket address. `bytesPerSecond`: the rate at which it reads; unset: at once. */
export class BenchViewer {
  /** Capture to receipt of each packet that is no backlog, milliseconds. */
  lateness = [];
  packets = 0;
  keyframes = 0;
  keyframeBytes = 0;
  bytes = 0;
  /** Packets that the sequence numbers show to be missing. */
  missed = 0;
  /** Times that the server skipped to a keyframe. */
  skips = 0;
  /** Packets after {@link resume} before the first live one: what the kernel held. */
  stale = 0;
  /** Longest time between two packets, milliseconds. */
  longestSilenceMs = 0;
  messages = { controls: 0 };
  controls = undefined;
  error = '';
  /** Close code, unless {@link close} closed the connection. */
  closeCode = undefined;
  #nextSequence;
  #lastMs;
  #resumedMs;
  #isClosing = false;
  /** Time from {@link resume} to the first live packet, milliseconds. */
  backToLiveMs = undefined;

  constructor(url, { bytesPerSecond, ...options } = {}) {
    this.socket = new WebSocket(url, 'nocturne.v1', { perMessageDeflate: false, ...options });
    this.opened = new Promise((resolve) => {
      this.socket.once('open', () => resolve(true));
      this.socket.once('close', () => resolve(false));
    });
    this.socket.on('message', (data, isBinary) => (isBinary ? this.#onPacket(data) : this.#onMessage(data)));
    this.socket.on('error', (error) => {
      this.error = error.message;
    });
    this.socket.once('close', (code) => {
      if (!this.#isClosing) this.closeCode = code;
    });
    if (bytesPerSecond !== undefined) {
      this.socket.once('upgrade', ({ socket }) => {
        this.socket.once('open', () => readSlowly(socket, bytesPerSecond)); // ws listens to the socket first
      });
    }
  }

  /** Stops reading. */
  pause() {
    this.socket.pause();
  }

  /** Reads again. */
  resume() {
    this.#resumedMs = performance.now();
    this.socket.resume();
  }

  close() {
    this.#isClosing = true;
    this.socket.terminate();
  }

  /** Forgets what was counted so far. */
  reset() {
    Object.assign(this, { lateness: [], packets: 0, keyframes: 0, keyframeBytes: 0, bytes: 0, missed: 0, skips: 0 });
    Object.assign(this, { longestSilenceMs: 0, messages: { controls: 0 } });
  }

  /** The counts and lateness as plain data, for the process that collects them. */
  result() {
    const { lateness, packets, keyframes, keyframeBytes, bytes, missed, skips, longestSilenceMs } = this;
    const state = {
      closeCode: this.closeCode,
      backToLiveMs: this.backToLiveMs,
      stale: this.stale,
      messages: this.messages,
      controls: this.controls,
      error: this.error,
    };
    return { lateness, packets, keyframes, keyframeBytes, bytes, missed, skips, longestSilenceMs, ...state };
  }

  #onPacket(data) {
    const nowMs = performance.now();
    if (this.#lastMs !== undefined) this.longestSilenceMs = Math.max(this.longestSilenceMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    const flags = data[2];
    const sequence = data.readUInt32BE(4);
    this.packets++;
    this.bytes += data.length - HEADER_BYTES;
    if (flags & FLAGS.keyframe) {
      this.keyframes++;
      this.keyframeBytes += data.length;
    }
    if (flags & FLAGS.discontinuity) this.skips++;
    this.missed += this.#nextSequence === undefined ? 0 : sequence - this.#nextSequence;
    this.#nextSequence = sequence + 1;
    if (flags & FLAGS.backlog) return;
    const latenessMs = performance.timeOrigin + nowMs - Number(data.readBigInt64BE(16)) / 1000;
    if (this.#resumedMs !== undefined && this.backToLiveMs === undefined) {
      if (latenessMs <= LIVE_MS) this.backToLiveMs = nowMs - this.#resumedMs;
      else {
        this.stale++;
        return;
      }
    }
    this.lateness.push(latenessMs);
  }

  #onMessage(data) {
    const message = JSON.parse(data.toString());
    this.messages[message.type] = (this.messages[message.type] ?? 0) + 1;
    if (message.type === 'controls' || message.type === 'hello') this.controls = message.controls;
  }
}

/** Holds a socket's mean reading rate: reads a chunk, then waits as long as the chunk takes at that rate. */
function readSlowly(socket, bytesPerSecond) {
  socket.on('data', (chunk) => {
    socket.pause();
    setTimeout(() => socket.resume(), (chunk.length / bytesPerSecond) * 1000);
  });
}

/** The value below which a share of the numbers lies; NaN without numbers. */
export function quantile(numbers, share) {
  if (numbers.length === 0) return Number.NaN;
  const sorted = Float64Array.from(numbers).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
