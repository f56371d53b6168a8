import type { NetworkSession, NetworkTensor, TensorPort } from '../network-session.js';
import { openNetworkSession } from '../open-session.js';
import { readNetworkFile } from './read-network-file.js';
import type { NetworkRequest } from './share-messages.js';
import { withSymbolicBatch } from './symbolic-batch.js';
import type { Tensors } from './tensor-message.js';

/** Most requests that run together on a GPU where nothing else is set. On a CPU each runs alone: what a batch gains there is not measured. */
const GPU_BATCH = 4;
/** Largest difference between the results of a request alone and in a batch, relative to the largest number among them. */
const MAX_DIFFERENCE = 1e-5;

/** A network and how many requests it may run together. */
export interface BatchedNetwork {
  readonly session: NetworkSession;
  /** 1: each alone. */
  readonly batch: number;
}

/**
 * Opens a network so that it runs several requests together where that gives the same results: a batch dimension of 1 is made symbolic, and two
 * requests are run alone and together. Where results differ, or the network does not run so, each request runs alone.
 * @param batch most requests to run together; undefined: 4 on a GPU, 1 on a CPU. Throws as `openNetworkSession` does.
 */
export async function openBatchedNetwork(
  { path, sha256, options }: NetworkRequest,
  batch: number | undefined,
): Promise<BatchedNetwork> {
  const file = await readNetworkFile(path, sha256);
  const alone = await openNetworkSession(file, options);
  const { device, engine } = alone.placement;
  const wanted = batch ?? (device === 'cpu' ? 1 : GPU_BATCH);
  if (wanted > 1 && engine === 'onnx') {
    const together = await openVerified({ ...file, bytes: withSymbolicBatch(file.bytes) }, { ...options, device });
    if (together) {
      await alone.close();
      return { session: together, batch: wanted };
    }
  }
  return { session: alone, batch: 1 };
}

/** Opens a network and compares a batch of two with its requests alone. Undefined where it cannot be used so. */
async function openVerified(
  file: Parameters<typeof openNetworkSession>[0],
  options: NetworkRequest['options'],
): Promise<NetworkSession | undefined> {
  let session: NetworkSession | undefined;
  try {
    session = await openNetworkSession(file, options);
    if (await isBatchExact(session)) return session;
  } catch {
    // The network as it is reports what is wrong with it, if anything is.
  }
  await session?.close();
  return undefined;
}

async function isBatchExact(session: NetworkSession): Promise<boolean> {
  const { inputs } = session;
  const outputs = session.outputs.map(({ name }) => name);
  const requests = [0, 1].map((seed): Tensors =>
    Object.fromEntries(inputs.map((port) => [port.name, sample(port, seed)])),
  );
  const together = await runBatch(session, requests, outputs);
  for (const [i, request] of requests.entries()) {
    const alone = await session.run(request, outputs);
    if (!outputs.every((name) => isNear(alone[name], together[i]?.[name]))) return false;
  }
  return true;
}

/** Numbers that differ from place to place and from request to request, as a day does. Throws TypeError for a port of unknown size. */
function sample({ name, shape }: TensorPort, seed: number): NetworkTensor {
  const sizes = shape.map((size, axis) => (axis === 0 ? 1 : Number(size)));
  const length = sizes.reduce((product, size) => product * size, 1);
  if (typeof shape[0] === 'number' || !Number.isSafeInteger(length)) {
    throw new TypeError(`${name} must have a symbolic batch dimension and no other, got [${shape.join(', ')}]`);
  }
  const data = Float32Array.from({ length }, (_, i) => 0.5 + 0.4 * Math.sin(0.37 * i + 0.001 * i * seed + 2 * seed));
  return { data, shape: sizes };
}

function isNear(a: NetworkTensor | undefined, b: NetworkTensor | undefined): boolean {
  if (!a || !b || a.data.length !== b.data.length || a.shape.join() !== b.shape.join()) return false;
  const largest = a.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return a.data.every((value, i) => Math.abs(value - (b.data[i] ?? NaN)) <= MAX_DIFFERENCE * largest);
}

/** Runs requests of equal shapes together. Returns the outputs of each: views of memory that belongs to the caller. */
export async function runBatch(
  session: NetworkSession,
  requests: readonly Tensors[],
  outputs: readonly string[],
): Promise<readonly Tensors[]> {
  const [first] = requests;
  if (!first) return [];
  if (requests.length === 1) return [await session.run(first, outputs)];
  const names = Object.keys(first);
  const stacked = names.map((name) => [name, stack(requests.map((tensors) => tensors[name]))] as const);
  const results = await session.run(Object.fromEntries(stacked), outputs);
  return requests.map((_, i) => {
    const own = outputs.map((name) => [name, unstack(results[name], i, requests.length)] as const);
    return Object.fromEntries(own);
  });
}

/** Tensors `[1, ...]` of equal shapes as one, `[N, ...]`. */
function stack(tensors: readonly (NetworkTensor | undefined)[]): NetworkTensor {
  const [first] = tensors;
  if (!first) throw new TypeError('every request of a batch must have the same inputs');
  const data = new Float32Array(first.data.length * tensors.length);
  tensors.forEach((tensor, i) => {
    if (tensor) data.set(tensor.data, i * first.data.length);
  });
  return { data, shape: [tensors.length, ...first.shape.slice(1)] };
}

/** The part of an output that belongs to one of `count` requests. Throws TypeError for an output without a batch dimension. */
function unstack(tensor: NetworkTensor | undefined, i: number, count: number): NetworkTensor {
  if (tensor?.shape[0] !== count) throw new TypeError(`an output of a batch must have ${count} parts`);
  const length = tensor.data.length / count;
  return { data: tensor.data.slice(i * length, (i + 1) * length), shape: [1, ...tensor.shape.slice(1)] };
}
