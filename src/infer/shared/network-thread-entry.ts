import { parentPort, workerData } from 'node:worker_threads';
import { NocturneError } from '../../core/errors.js';
import { reasonOf } from '../ort-runtime.js';
import { openBatchedNetwork, runBatch } from './batched-network.js';
import {
  buffersOf,
  type FromNetworkThread,
  type NetworkThreadData,
  type ToNetworkThread,
} from './network-thread-messages.js';

// The entry of a network thread: opens one network and runs it, while the sockets of the process stay served.
const { request, batch: wanted } = workerData as NetworkThreadData; // what NetworkThread passes

function post(message: FromNetworkThread, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function failed(error: unknown): FromNetworkThread {
  const isOurs = error instanceof NocturneError;
  return { type: 'failed', message: isOurs ? error.message : reasonOf(error), code: isOurs ? error.code : undefined };
}

try {
  const { session, batch } = await openBatchedNetwork(request, wanted);
  const handle = async (message: ToNetworkThread): Promise<void> => {
    if (message.type === 'close') {
      await session.close();
      parentPort?.close();
      return;
    }
    try {
      const started = performance.now();
      const results = await runBatch(session, message.requests, message.outputs);
      const runMs = performance.now() - started;
      // Copies: a library may keep its outputs' memory, which cannot be transferred then.
      const owned = results.map((tensors) =>
        Object.fromEntries(
          Object.entries(tensors).map(([name, { data, shape }]) => [name, { data: data.slice(), shape }]),
        ),
      );
      post({ type: 'ran', results: owned, runMs }, buffersOf(owned));
    } catch (error) {
      post(failed(error));
    }
  };
  let last: Promise<void> = Promise.resolve();
  parentPort?.on('message', (message: ToNetworkThread) => {
    last = last.then(() => handle(message));
  });
  const { inputs, outputs, placement } = session;
  post({ type: 'opened', inputs, outputs, placement, batch });
} catch (error) {
  post(failed(error));
}
