import type { PlaneKernel } from '../../image/plane-kernel.js';
import { PLANE_WIDTH, mix, smoothstep, type GradePlanes } from './grade-planes.js';
import type { GradeTone } from './grade-tone.js';
import { AFFINE_SIZE, GRID_BINS, GRID_HEIGHT, GRID_WIDTH } from '../../look/look.js';

const CELLS = GRID_HEIGHT * GRID_WIDTH;
const NODES = CELLS * GRID_BINS;
/** Numbers for each node: sums of weight, U, U^2, sky and sky times U, then three zeros. */
const SUMS = 8;

/** Night sky: luma at the top and at the horizon, lit by the town; gain of clouds; U and V; share of the day's chroma. */
const SKY = { lumaTop: 0.028, lumaHorizon: 0.066, cloud: 0.03, u: 0.034, v: -0.012, chroma: 0.06 };
/** Ground: minimum luma; share of the day's chroma in the dark and in lamplight; tints of moonlight and of lamplight. */
const GROUND = {
  floor: 0.012,
  chroma: 0.38,
  litChroma: 0.55,
  coldU: 0.012,
  coldV: -0.005,
  warmU: -0.021,
  warmV: 0.015,
};
/** Ridge of the regression of sky on U, in U^2: halves the slope at a standard deviation of U of 0.03. */
const RIDGE = 0.0009;
/** Maximum slope of sky over U; a blue sky and a grey wall differ by about 0.12. */
const MAX_SLOPE = 8;

/** Light on the ground relative to the mean of the scene: without a lamp nearby, added by street lighting, added by lamps. */
const AMBIENT = 0.68;
const STREET = 0.42;
const LAMPLIGHT = 0.55;

/** Light and chroma of leaves relative to other objects: no lamp shines green. */
const LEAF = { light: 0.55, chroma: 0.5 };

/** Maximum luma of the ground as a share of the day's. */
const MAX_GROUND_GAIN = 0.42;
/** Share of an edge that counts as sky, at the top of the frame. */
const EDGE_SKY = 0.9;
/**
 * Maximum luma of a node above that of the next brighter bin: for an edge, and for a wall that fills a large share of its
 * cell. A bin is lighter than the next one only below sky; with larger values, every edge between the two would become a line.
 */
const MAX_RISE = { edge: 0.012, wall: 0.045 };

/** Input of {@link GradeGrid.writeInto}. */
export interface GradeScene {
  readonly planes: GradePlanes;
  /** `[72, 128]`: 0 no sky, 1 sky. */
  readonly sky: Float32Array;
  readonly tone: GradeTone;
  /** 1 for a day, 0 for a frame that is already night, between for dusk. */
  readonly dayness: number;
  /** `[9, 16]`: lamplight around each cell, 0 to 1. */
  readonly lamplight: Float32Array;
  /** `[72, 128]`: the share of leaves around each sample. */
  readonly leaf: Float32Array;
}

/** One node of the grid: a bin of a cell. One object is reused for all nodes of all frames. */
interface GradeNode {
  cell: number;
  bin: number;
  /** Light on the ground of the cell. */
  light: number;
  /** How warm that light is, 0 to 1. */
  warmth: number;
  /** Factor on the chroma of objects. */
  chroma: number;
  /** Height of the cell, from 0 at the top to 1. */
  y: number;
  /** The node's share of sky. */
  sky: number;
  /** Maximum luma of the node. */
  maxLuma: number;
}

/**
 * Writes the bilateral grid of a grade. Sky and ground have curves of their own; each node mixes them by the share of sky
 * around it. Where sky and wall are equally bright, U separates them. Allocates its memory once.
 */
export class GradeGrid {
  readonly #kernel: PlaneKernel;
  readonly #sums: Float32Array;
  readonly #spread: Float32Array;
  readonly #node: GradeNode = { cell: 0, bin: 0, light: 0, warmth: 0, chroma: 1, y: 0, sky: 0, maxLuma: 1 };

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.#sums = kernel.plane(NODES * SUMS);
    this.#spread = kernel.plane(NODES * SUMS);
  }

  /** Fills `out`, shaped as {@link Look.grid}. Borrows the scene. */
  writeInto(scene: GradeScene, out: Float32Array): void {
    this.#splatSamples(scene.planes, scene.sky);
    this.#spreadSums();
    out.fill(0);
    const node = this.#node;
    for (let cell = 0; cell < CELLS; cell++) {
      const x = ((cell % GRID_WIDTH) + 0.5) / GRID_WIDTH;
      const y = (Math.floor(cell / GRID_WIDTH) + 0.5) / GRID_HEIGHT;
      const lamplight = scene.lamplight[cell] ?? 0;
      // Street lighting fades towards roofs, corners and the area right in front of the camera.
      const street = 1 - smoothstep(0, 0.8, (2 * x - 1) ** 2 * 0.5 + (1.7 * (y - 0.6)) ** 2);
      node.cell = cell;
      const leaf = scene.leaf[centreOf(cell)] ?? 0;
      node.light = (AMBIENT + STREET * street + LAMPLIGHT * lamplight) * mix(1, LEAF.light, leaf);
      node.chroma = mix(1, LEAF.chroma, leaf);
      node.warmth = Math.min(1, 0.45 * street + lamplight);
      node.y = y;
      this.#writeCell(scene, node, out);
    }
  }

  /** Writes all bins of the node's cell, from the brightest down. */
  #writeCell(scene: GradeScene, node: GradeNode, out: Float32Array): void {
    const total = this.#cellWeight(node.cell);
    const edgeSky = EDGE_SKY * (1 - smoothstep(0.28, 0.48, node.y));
    let skyAbove = 0;
    let lumaAbove = 1;
    for (let bin = GRID_BINS - 1; bin >= 0; bin--) {
      const from = (node.cell * GRID_BINS + bin) * SUMS;
      const weight = this.#sums[from] ?? 0;
      const share = weight / total;
      const measured = (this.#sums[from + 3] ?? 0) / (weight + 1e-3);
      // The few samples between a dark roof and a bright sky are edges. Treated as ground they would become a bright rim.
      const edge = edgeSky * skyAbove * (1 - smoothstep(0.08, 0.28, share));
      node.bin = bin;
      node.sky = Math.max(measured, edge);
      node.maxLuma = lumaAbove + mix(MAX_RISE.edge, MAX_RISE.wall, smoothstep(0.05, 0.3, share));
      lumaAbove = this.#writeNode(scene, node, out);
      skyAbove = Math.max(skyAbove, measured * smoothstep(0.01, 0.08, share));
    }
  }

  /** Weight of the samples in all bins of a cell. */
  #cellWeight(cell: number): number {
    let total = 1e-3;
    for (let bin = 0; bin < GRID_BINS; bin++) total += this.#sums[(cell * GRID_BINS + bin) * SUMS] ?? 0;
    return total;
  }

  /** Sums luma, U and sky of the samples by node. */
  #splatSamples(planes: GradePlanes, sky: Float32Array): void {
    const kernel = this.#kernel;
    kernel.calls.splat(
      kernel.addressOf(planes.luma),
      kernel.addressOf(planes.u),
      kernel.addressOf(sky),
      kernel.addressOf(this.#sums),
    );
  }

  /** Adds a share of the neighbours' sums to each node: nodes without samples get those around them. */
  #spreadSums(): void {
    const { calls } = this.#kernel;
    const [sums, spread] = [this.#kernel.addressOf(this.#sums), this.#kernel.addressOf(this.#spread)];
    calls.spread(sums, spread, GRID_BINS, GRID_WIDTH, 0.25);
    calls.spread(spread, sums, GRID_BINS * GRID_WIDTH, GRID_HEIGHT, 0.25);
    calls.spread(sums, spread, 1, GRID_BINS, 0.06);
    calls.spread(spread, sums, 1, GRID_BINS, 0.06);
  }

  /** Writes one node. Returns its night luma at the bin's luma, before the dusk is mixed in. */
  #writeNode({ tone, dayness: day }: GradeScene, node: GradeNode, out: Float32Array): number {
    const sums = this.#sums;
    const { bin, sky } = node;
    const from = (node.cell * GRID_BINS + bin) * SUMS;
    const weight = (sums[from] ?? 0) + 1e-3;
    const meanU = (sums[from + 1] ?? 0) / weight;
    const meanSky = (sums[from + 3] ?? 0) / weight;
    const variance = Math.max(0, (sums[from + 2] ?? 0) / weight - meanU * meanU);
    const covariance = (sums[from + 4] ?? 0) / weight - meanSky * meanU;
    const slope = Math.min(MAX_SLOPE, Math.max(-MAX_SLOPE, covariance / (variance + RIDGE)));

    const luma = bin / (GRID_BINS - 1);
    const lit = Math.min(tone.curve(luma) * node.light, MAX_GROUND_GAIN * luma);
    const skyLuma = mix(SKY.lumaTop, SKY.lumaHorizon, smoothstep(0, 0.6, node.y)) + SKY.cloud * (luma - 0.7);
    const groundShare = 1 - sky;
    const night = (lit + GROUND.floor) * groundShare + skyLuma * sky;
    // Where a node is too light, its ground gets darker, never its sky.
    const ground = night > node.maxLuma ? Math.max(0, lit - (night - node.maxLuma) / Math.max(0.05, groundShare)) : lit;
    const gain = bin === 0 ? Math.min(MAX_GROUND_GAIN, 0.5 * 7 * tone.curve(1 / 7) * node.light) : ground / luma;
    const warm = node.warmth * smoothstep(0.02, 0.3, ground);
    const groundU = mix(GROUND.coldU, GROUND.warmU, warm);
    const groundV = mix(GROUND.coldV, GROUND.warmV, warm);

    const at = (node.cell * GRID_BINS + bin) * AFFINE_SIZE;
    // The share of sky changes with U around the node's mean: slope * (U - meanU), as a coefficient and an offset.
    const stepY = (skyLuma - ground - GROUND.floor) * slope;
    const stepU = (SKY.u - groundU) * slope;
    const stepV = (SKY.v - groundV) * slope;
    out[at] = mix(1, gain * groundShare, day);
    out[at + 1] = day * stepY;
    out[at + 3] = day * (GROUND.floor * groundShare + skyLuma * sky - stepY * meanU);
    const chroma = mix(GROUND.chroma, GROUND.litChroma, warm) * node.chroma * groundShare + SKY.chroma * sky;
    out[at + 5] = mix(1, chroma + stepU, day);
    out[at + 7] = day * (mix(groundU, SKY.u, sky) - stepU * meanU);
    out[at + 9] = day * stepV;
    out[at + 10] = mix(1, chroma, day);
    out[at + 11] = day * (mix(groundV, SKY.v, sky) - stepV * meanU);
    return (ground + GROUND.floor) * groundShare + skyLuma * sky;
  }
}

/** Index of the sample at the centre of a cell. */
function centreOf(cell: number): number {
  const side = PLANE_WIDTH / GRID_WIDTH;
  const row = Math.floor(cell / GRID_WIDTH) * side + side / 2;
  return row * PLANE_WIDTH + (cell % GRID_WIDTH) * side + side / 2;
}
