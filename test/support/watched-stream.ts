import { setTimeout as sleep } from 'node:timers/promises';
import type { Packet } from '../../src/core/packet.js';
import { startStream, type StreamOptions } from '../../src/library.js';
import { WorkerStream } from '../../src/pipeline/main/worker-stream.js';
import type { StreamHub } from '../../src/stream/stream-hub.js';

/** A machine under load opens a network in seconds. */
const TIMEOUT_MS = 60_000;

/** A live stream, and what its viewers get. */
export interface WatchedStream extends AsyncDisposable {
  readonly stream: WorkerStream;
  readonly live: StreamHub;
  readonly packets: readonly Packet[];
  /** States and messages so far, in order. */
  readonly states: string[];
  readonly messages: readonly string[];
  /** Waits until a condition holds. Rejects with the stream's statistics after a minute. */
  readonly until: (what: string, isTrue: () => boolean) => Promise<void>;
  /** Waits until viewers have new packets. */
  readonly goesOn: () => Promise<void>;
}

/** Starts a live stream and collects its packets, states and messages. */
export function watchStream(input: string, options: StreamOptions = {}): WatchedStream {
  const stream = startStream(input, options);
  if (!(stream instanceof WorkerStream)) throw new TypeError('startStream must return a WorkerStream');
  const { live } = stream;
  const packets: Packet[] = [];
  const states: string[] = [];
  const messages: string[] = [];
  const [setState, publish] = [live.setState.bind(live), live.publish.bind(live)];
  live.setState = (state, message) => {
    states.push(state);
    messages.push(message);
    setState(state, message);
  };
  live.publish = (packet) => {
    packets.push(packet);
    publish(packet);
  };
  const until = async (what: string, isTrue: () => boolean): Promise<void> => {
    const started = performance.now();
    while (!isTrue()) {
      await sleep(50);
      if (performance.now() - started < TIMEOUT_MS) continue;
      throw new Error(`not ${what}: ${live.state}, ${live.message}, ${JSON.stringify(live.stats)}`);
    }
  };
  const goesOn = async (): Promise<void> => {
    const before = packets.length;
    await until('new packets', () => packets.length > before + 5);
  };
  return { stream, live, packets, states, messages, until, goesOn, [Symbol.asyncDispose]: () => stream.close() };
}
