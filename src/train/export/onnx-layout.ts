/**
 * A copy of a tensor with its axes permuted. @param shape of `values`, row-major.
 * @param order the axis of `values` for each axis of the result: `[3, 2, 0, 1]` turns HWIO into OIHW.
 */
export function transpose(values: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  const out = new Float32Array(values.length);
  const [inner = 0, ...outer] = order.toReversed();
  const [length, step] = [shape[inner] ?? 1, strides[inner] ?? 1];
  const index = outer.map(() => 0); // of the outer axes, the fastest first
  let from = 0;
  for (let to = 0; to < out.length; to += length) {
    for (let i = 0; i < length; i++) out[to + i] = values[from + i * step] ?? 0;
    for (const [k, axis] of outer.entries()) {
      const next = (index[k] ?? 0) + 1;
      const size = shape[axis] ?? 1;
      from += strides[axis] ?? 1;
      index[k] = next < size ? next : 0;
      if (next < size) break;
      from -= size * (strides[axis] ?? 1);
    }
  }
  return out;
}
