import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

/** Where the backend's tensors lie. */
type Heap = Pick<BackendWasm, 'makeOutput' | 'typedArrayFromHeap'>;

/** The attributes of the kernel `SplitV`; tfjs has them untyped. */
interface SplitAttributes {
  readonly numOrSizeSplits: number | number[];
  readonly axis: number;
}

/**
 * Gives the wasm backend a split that copies each part once. Its own copies the whole tensor for every part: splitting a
 * network's vector into its parameters took longer than the rest of an optimiser's step. For splits along the first axis that is
 * longer than 1; others are left to its own.
 */
export function registerWasmSplit(): void {
  const own = tf.getKernel('SplitV', 'wasm');
  tf.unregisterKernel('SplitV', 'wasm');
  tf.registerKernel({
    kernelName: 'SplitV',
    backendName: 'wasm',
    kernelFunc: (call) => {
      // Border: tfjs hands kernels their tensors, attributes and backend untyped; these are the ones of this kernel.
      const { x } = call.inputs as unknown as { x: tf.TensorInfo };
      const { numOrSizeSplits, axis } = call.attrs as unknown as SplitAttributes;
      const at = tf.util.parseAxisParam(axis, x.shape)[0] ?? 0;
      if (x.shape.slice(0, at).some((length) => length !== 1)) return own.kernelFunc(call);
      const lengths = tf.backend_util.prepareSplitSize(x, numOrSizeSplits, at);
      return splitRows(call.backend as unknown as Heap, x, { at, lengths });
    },
  });
}

/** Parts of `lengths` along the axis `at`, which only axes of length 1 precede: each lies in one piece. */
function splitRows(
  heap: Heap,
  x: tf.TensorInfo,
  { at, lengths }: { readonly at: number; readonly lengths: readonly number[] },
): tf.TensorInfo[] {
  let from = 0;
  return lengths.map((length) => {
    const part = heap.makeOutput(x.shape.with(at, length), x.dtype);
    const size = tf.util.sizeFromShape(part.shape);
    // Looked up after the allocation, which may have moved the heap.
    heap.typedArrayFromHeap(part).set(heap.typedArrayFromHeap(x).subarray(from, from + size));
    from += size;
    return part;
  });
}
