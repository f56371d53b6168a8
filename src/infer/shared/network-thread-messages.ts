import type { ErrorCode } from '../../core/errors.js';
import type { Placement, TensorPort } from '../network-session.js';
import type { NetworkRequest } from './share-messages.js';
import type { Tensors } from './tensor-message.js';

/** The `workerData` of a network thread. */
export interface NetworkThreadData {
  readonly request: NetworkRequest;
  /** Most requests to run together; undefined: what suits the device. */
  readonly batch: number | undefined;
}

/** Generator process to network thread. */
export type ToNetworkThread =
  /** Requests of equal shapes; their memory is transferred. Answered by `ran` or `failed`. */
  | { readonly type: 'run'; readonly requests: readonly Tensors[]; readonly outputs: readonly string[] }
  /** The last message. */
  | { readonly type: 'close' };

/** Network thread to generator process. */
export type FromNetworkThread =
  /** First, unless opening failed. @param batch most requests that it runs together. */
  | {
      readonly type: 'opened';
      readonly inputs: readonly TensorPort[];
      readonly outputs: readonly TensorPort[];
      readonly placement: Placement;
      readonly batch: number;
    }
  /** The outputs of each request. */
  | { readonly type: 'ran'; readonly results: readonly Tensors[]; readonly runMs: number }
  | { readonly type: 'failed'; readonly message: string; readonly code: ErrorCode | undefined };

/** The memory of tensors, each buffer once. */
export function buffersOf(list: readonly Tensors[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const tensors of list) {
    for (const { data } of Object.values(tensors)) if (data.buffer instanceof ArrayBuffer) buffers.add(data.buffer);
  }
  return [...buffers];
}
