// Solves the normal equations of the grid: how much each vertex differs from the image's tone curve, by conjugate gradients.
import { neighbour } from './assemble';
import {
  AFFINE,
  BINS,
  COLUMNS,
  CURVE,
  DIRECTION,
  GRID,
  INVERSES,
  MASKS,
  MATRICES,
  NEIGHBOURS,
  PRODUCT,
  RIGHT,
  SOLUTION,
  SYMMETRIC,
  TYPICAL,
  VERTICES,
} from './layout';
import { invert } from './invert';

const TRANSFORMS: i32 = VERTICES * AFFINE;

/** Number of vertices between a vertex and a neighbour. */
function distance(i: i32): i32 {
  if (i < 2) return i;
  if (i < 5) return BINS + i - 3;
  const dx = (i - 5) / 3 - 1;
  return (COLUMNS + dx) * BINS + ((i - 5) % 3) - 1;
}

/** Adds `scale` times a symmetric matrix to another. */
// @ts-ignore: decorator
@inline
function addScaled(to: usize, from: usize, scale: v128): void {
  for (let i = 0; i < SYMMETRIC; i += 16) {
    v128.store(to + i, f32x4.add(v128.load(to + i), f32x4.mul(scale, v128.load(from + i))));
  }
}

/**
 * Adds what draws each vertex's difference from the curve to its neighbours' and to zero. All measure by what a difference makes of
 * the image's typical samples of the bin.
 */
function regularise(space: f32, luma: f32, curve: f32): void {
  for (let vertex = 0; vertex < VERTICES; vertex++) {
    const bin = vertex % BINS;
    const column = (vertex / BINS) % COLUMNS;
    const own = MATRICES + vertex * NEIGHBOURS * SYMMETRIC;
    addScaled(own, TYPICAL + bin * SYMMETRIC, f32x4.splat(curve));
    if (bin + 1 < BINS) link(own, neighbour(0, 0, 1), 1, TYPICAL + bin * SYMMETRIC, luma);
    if (column + 1 < COLUMNS) link(own, neighbour(0, 1, 0), BINS, TYPICAL + bin * SYMMETRIC, space);
    if (vertex + COLUMNS * BINS < VERTICES) link(own, neighbour(1, 0, 0), COLUMNS * BINS, TYPICAL + bin * SYMMETRIC, space);
  }
}

// @ts-ignore: decorator
@inline
function link(own: usize, side: usize, step: i32, typical: usize, strength: f32): void {
  const plus = f32x4.splat(strength);
  addScaled(own, typical, plus);
  addScaled(own + step * NEIGHBOURS * SYMMETRIC, typical, plus);
  addScaled(own + side, typical, f32x4.splat(-strength));
}

/** Finds the neighbours whose matrices are not zero. */
function findMasks(): void {
  for (let vertex = 0; vertex < VERTICES; vertex++) {
    let mask = 0;
    for (let i = 0; i < NEIGHBOURS; i++) {
      const at = MATRICES + (vertex * NEIGHBOURS + i) * SYMMETRIC;
      const any = v128.or(v128.or(v128.load(at), v128.load(at, 16)), v128.load(at, 32));
      if (v128.any_true(any)) mask |= 1 << i;
    }
    store<i32>(MASKS + vertex * 4, mask);
  }
}

/** Returns one row of a symmetric matrix times a transform. */
// @ts-ignore: decorator
@inline
function times(a: v128, b: v128, c: v128, d: v128, x0: v128, x1: v128, x2: v128, x3: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(a, x0), f32x4.mul(b, x1)), f32x4.add(f32x4.mul(c, x2), f32x4.mul(d, x3)));
}

// @ts-ignore: decorator
@inline
function addVector(at: usize, value: v128): void {
  v128.store(at, f32x4.add(v128.load(at), value));
}

/** Writes the equations' matrix times {@link DIRECTION} to {@link PRODUCT}. */
function multiply(): void {
  memory.fill(PRODUCT, 0, TRANSFORMS);
  for (let vertex = 0; vertex < VERTICES; vertex++) {
    let mask = load<i32>(MASKS + vertex * 4);
    const from = DIRECTION + vertex * AFFINE;
    const x0 = v128.load(from);
    const x1 = v128.load(from, 16);
    const x2 = v128.load(from, 32);
    const x3 = v128.load(from, 48);
    const to = PRODUCT + vertex * AFFINE;
    const matrices = MATRICES + vertex * NEIGHBOURS * SYMMETRIC;
    for (; mask != 0; mask &= mask - 1) {
      const i = ctz(mask);
      const m = matrices + i * SYMMETRIC;
      const step = distance(i) * AFFINE;
      const a = v128.load32_splat(m);
      const b = v128.load32_splat(m, 4);
      const c = v128.load32_splat(m, 8);
      const d = v128.load32_splat(m, 12);
      const e = v128.load32_splat(m, 16);
      const f = v128.load32_splat(m, 20);
      const g = v128.load32_splat(m, 24);
      const h = v128.load32_splat(m, 28);
      const k = v128.load32_splat(m, 32);
      const l = v128.load32_splat(m, 36);
      const w0 = v128.load(from + step);
      const w1 = v128.load(from + step, 16);
      const w2 = v128.load(from + step, 32);
      const w3 = v128.load(from + step, 48);
      addVector(to, times(a, b, c, d, w0, w1, w2, w3));
      addVector(to + 16, times(b, e, f, g, w0, w1, w2, w3));
      addVector(to + 32, times(c, f, h, k, w0, w1, w2, w3));
      addVector(to + 48, times(d, g, k, l, w0, w1, w2, w3));
      if (i == 0) continue;
      addVector(to + step, times(a, b, c, d, x0, x1, x2, x3));
      addVector(to + step + 16, times(b, e, f, g, x0, x1, x2, x3));
      addVector(to + step + 32, times(c, f, h, k, x0, x1, x2, x3));
      addVector(to + step + 48, times(d, g, k, l, x0, x1, x2, x3));
    }
  }
}

/** Writes the inverses times {@link RIGHT} to {@link PRODUCT}. Returns their products with it, summed for each output. */
function precondition(): v128 {
  let sum = f32x4.splat(0);
  for (let vertex = 0; vertex < VERTICES; vertex++) {
    const m = INVERSES + vertex * SYMMETRIC;
    const from = RIGHT + vertex * AFFINE;
    const to = PRODUCT + vertex * AFFINE;
    const x0 = v128.load(from);
    const x1 = v128.load(from, 16);
    const x2 = v128.load(from, 32);
    const x3 = v128.load(from, 48);
    const b = v128.load32_splat(m, 4);
    const c = v128.load32_splat(m, 8);
    const d = v128.load32_splat(m, 12);
    const f = v128.load32_splat(m, 20);
    const g = v128.load32_splat(m, 24);
    const k = v128.load32_splat(m, 32);
    const z0 = times(v128.load32_splat(m), b, c, d, x0, x1, x2, x3);
    const z1 = times(b, v128.load32_splat(m, 16), f, g, x0, x1, x2, x3);
    const z2 = times(c, f, v128.load32_splat(m, 28), k, x0, x1, x2, x3);
    const z3 = times(d, g, k, v128.load32_splat(m, 36), x0, x1, x2, x3);
    v128.store(to, z0);
    v128.store(to, z1, 16);
    v128.store(to, z2, 32);
    v128.store(to, z3, 48);
    sum = f32x4.add(sum, times(z0, z1, z2, z3, x0, x1, x2, x3));
  }
  return sum;
}

/** Divides, with 0 where the divisor is as good as zero: an output that is solved. */
// @ts-ignore: decorator
@inline
function ratio(a: v128, b: v128): v128 {
  return v128.and(f32x4.div(a, b), f32x4.gt(b, f32x4.splat(1e-20)));
}

/**
 * Solves the equations and writes {@link GRID}. @param unit weight of one sample of 65536. @param space, luma, curve how strongly a
 * vertex is drawn to its neighbours in the image, to those in luma and to the curve, in samples.
 */
export function solveGrid(unit: f32, space: f32, luma: f32, curve: f32, steps: i32): void {
  findMasks();
  for (let vertex = 0; vertex < VERTICES; vertex++) {
    memory.copy(DIRECTION + vertex * AFFINE, CURVE + (vertex % BINS) * AFFINE, AFFINE);
  }
  multiply();
  for (let i = 0; i < TRANSFORMS; i += 16) v128.store(RIGHT + i, f32x4.sub(v128.load(RIGHT + i), v128.load(PRODUCT + i)));
  regularise(unit * space, unit * luma, unit * curve);
  findMasks();
  memory.fill(SOLUTION, 0, TRANSFORMS);
  iterate(steps);
  addCurve(1);
  writeGrid();
}

/**
 * Continues {@link solveGrid} with a share of its draws: where a grid explains a night so well that they cost more than they keep out.
 * Takes its parameters.
 */
export function releaseGrid(unit: f32, space: f32, luma: f32, curve: f32, share: f32, steps: i32): void {
  addCurve(-1);
  memory.copy(DIRECTION, SOLUTION, TRANSFORMS);
  multiply();
  for (let i = 0; i < TRANSFORMS; i += 16) addVector(RIGHT + i, v128.load(PRODUCT + i));
  const less = unit * (share - 1);
  regularise(less * space, less * luma, less * curve);
  multiply();
  for (let i = 0; i < TRANSFORMS; i += 16) v128.store(RIGHT + i, f32x4.sub(v128.load(RIGHT + i), v128.load(PRODUCT + i)));
  iterate(steps);
  addCurve(1);
  writeGrid();
}

function iterate(steps: i32): void {
  for (let vertex = 0; vertex < VERTICES; vertex++) {
    invert(MATRICES + vertex * NEIGHBOURS * SYMMETRIC, INVERSES + vertex * SYMMETRIC);
  }
  let strength = precondition();
  memory.copy(DIRECTION, PRODUCT, TRANSFORMS);
  for (let step = 0; step < steps; step++) {
    multiply();
    strength = advance(strength);
  }
}

/** One step of conjugate gradients. @param before the products of residual and preconditioned residual. Returns the next ones. */
function advance(before: v128): v128 {
  let sum = f32x4.splat(0);
  for (let i = 0; i < TRANSFORMS; i += 16) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(DIRECTION + i), v128.load(PRODUCT + i)));
  }
  const length = ratio(before, sum);
  for (let i = 0; i < TRANSFORMS; i += 16) {
    addVector(SOLUTION + i, f32x4.mul(length, v128.load(DIRECTION + i)));
    v128.store(RIGHT + i, f32x4.sub(v128.load(RIGHT + i), f32x4.mul(length, v128.load(PRODUCT + i))));
  }
  const after = precondition();
  const turn = ratio(after, before);
  for (let i = 0; i < TRANSFORMS; i += 16) {
    v128.store(DIRECTION + i, f32x4.add(v128.load(PRODUCT + i), f32x4.mul(turn, v128.load(DIRECTION + i))));
  }
  return after;
}

/** Adds the curve to every vertex of the solution, or removes it. */
function addCurve(sign: f32): void {
  for (let at = 0; at < TRANSFORMS; at += 16) {
    addVector(SOLUTION + at, f32x4.mul(f32x4.splat(sign), v128.load(CURVE + (at % (BINS * AFFINE)))));
  }
}

/** Writes the solution as a look has it, `[9, 16, 8, 3, 4]`. */
function writeGrid(): void {
  for (let vertex = 0; vertex < VERTICES; vertex++) {
    for (let input = 0; input < 4; input++) {
      const at = SOLUTION + vertex * AFFINE + input * 16;
      for (let output = 0; output < 3; output++) {
        store<f32>(GRID + vertex * 48 + output * 16 + input * 4, load<f32>(at + output * 4));
      }
    }
  }
}
