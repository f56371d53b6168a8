import type { PlaneKernel } from '../../image/plane-kernel.js';
import { PLANE_WIDTH, mix, smoothstep, type GradePlanes } from './grade-planes.js';
import type { GradeTone } from './grade-tone.js';
import { AFFINE_SIZE, GRID_BINS, GRID_HEIGHT, GRID_WIDTH } from '../../look/look.js';

const CELLS = GRID_HEIGHT * GRID_WIDTH;
const NODES = CELLS * GRID_BINS;
/** Numbers kept for each node: weight, sums of U, U^2, sky, sky times U, and three zeros. */
const SUMS = 8;

/** Night sky: luma at the top and at the horizon, where the town's light reaches it, and its blue and red difference. */
const SKY = { lumaTop: 0.028, lumaHorizon: 0.066, cloud: 0.03, u: 0.034, v: -0.012, chroma: 0.06 };
/** Ground: light that is everywhere, chroma kept, moonlight's cast in the dark and lamplight's in the bright. */
const GROUND = {
  floor: 0.012,
  chroma: 0.38,
  litChroma: 0.55,
  coldU: 0.012,
  coldV: -0.005,
  warmU: -0.021,
  warmV: 0.015,
};
/** Ridge of the regression of sky on U, in U^2: a difference of 0.03 counts half. */
const RIDGE = 0.0009;
/** Steepest change of sky with U; a blue sky and a grey wall are about 0.12 apart. */
const MAX_SLOPE = 8;

/** Light on the ground where no lamp is near, what the street's own lighting adds, and what lamps do, of the scene's mean. */
const AMBIENT = 0.68;
const STREET = 0.42;
const LAMPLIGHT = 0.55;

/** What of light and of colour leaves keep beside other things: no lamp shines green. */
const LEAF = { light: 0.55, chroma: 0.5 };

/** The ground is nowhere lighter than this share of the day. */
const LIGHTEST = 0.42;
/** How much of an edge goes with the sky, at the top of the picture. */
const EDGE_SKY = 0.9;
/**
 * How much lighter than the next brighter bin a node may be: an edge, and a wall that fills a good share of its cell.
 * Only beneath sky is a bin lighter than the next at all; steeper, every edge between the two would be drawn as a line.
 */
const RISE = { edge: 0.012, wall: 0.045 };

/** What a grid is written from. */
export interface GradeScene {
  readonly planes: GradePlanes;
  /** `[72, 128]`: 0 no sky, 1 sky. */
  readonly sky: Float32Array;
  readonly tone: GradeTone;
  /** 1 for day, 0 for a picture that is night already, between in dusk. */
  readonly dayness: number;
  /** `[9, 16]`: lamplight around each cell, 0 to 1. */
  readonly lamplight: Float32Array;
  /** `[72, 128]`: the share of leaves around each sample. */
  readonly leaf: Float32Array;
}

/** One node of the grid: a cell's bin. The same object serves all nodes of all frames. */
interface GradeNode {
  cell: number;
  bin: number;
  /** Light on the ground of the cell, and how warm it is. */
  light: number;
  warmth: number;
  /** Share of their colour that things keep. */
  colour: number;
  /** Height of the cell, from 0 at the top. */
  y: number;
  /** The node's share of sky. */
  sky: number;
  /** The most luma the node may have. */
  most: number;
}

/**
 * Writes the bilateral grid of a grade: sky and ground each have their own curve, and each node of the grid mixes them
 * as the picture around it does. Where sky and wall are equally bright, blue tells them apart. Memory is taken once.
 */
export class GradeGrid {
  readonly #kernel: PlaneKernel;
  readonly #sums: Float32Array;
  readonly #spread: Float32Array;
  readonly #node: GradeNode = { cell: 0, bin: 0, light: 0, warmth: 0, colour: 1, y: 0, sky: 0, most: 1 };

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.#sums = kernel.plane(NODES * SUMS);
    this.#spread = kernel.plane(NODES * SUMS);
  }

  /** Fills `out`, shaped as {@link Look.grid}. Borrows the scene. */
  writeInto(scene: GradeScene, out: Float32Array): void {
    this.#collect(scene.planes, scene.sky);
    this.#spreadSums();
    out.fill(0);
    const node = this.#node;
    for (let cell = 0; cell < CELLS; cell++) {
      const x = ((cell % GRID_WIDTH) + 0.5) / GRID_WIDTH;
      const y = (Math.floor(cell / GRID_WIDTH) + 0.5) / GRID_HEIGHT;
      const lamplight = scene.lamplight[cell] ?? 0;
      // Light comes from the street: it fades towards roofs, corners and what is near the camera's feet.
      const street = 1 - smoothstep(0, 0.8, (2 * x - 1) ** 2 * 0.5 + (1.7 * (y - 0.6)) ** 2);
      node.cell = cell;
      const leaf = scene.leaf[centreOf(cell)] ?? 0;
      node.light = (AMBIENT + STREET * street + LAMPLIGHT * lamplight) * mix(1, LEAF.light, leaf);
      node.colour = mix(1, LEAF.chroma, leaf);
      node.warmth = Math.min(1, 0.45 * street + lamplight);
      node.y = y;
      this.#writeCell(scene, node, out);
    }
  }

  /** All bins of a node's cell, from the bright ones down. */
  #writeCell(scene: GradeScene, node: GradeNode, out: Float32Array): void {
    const total = this.#weigh(node.cell);
    const high = EDGE_SKY * (1 - smoothstep(0.28, 0.48, node.y));
    let skyAbove = 0;
    let above = 1;
    for (let bin = GRID_BINS - 1; bin >= 0; bin--) {
      const from = (node.cell * GRID_BINS + bin) * SUMS;
      const weight = this.#sums[from] ?? 0;
      const share = weight / total;
      const seen = (this.#sums[from + 3] ?? 0) / (weight + 1e-3);
      // The few samples between a dark roof and a bright sky are edges: left to the ground they would shine as a rim.
      const edge = high * skyAbove * (1 - smoothstep(0.08, 0.28, share));
      node.bin = bin;
      node.sky = Math.max(seen, edge);
      node.most = above + mix(RISE.edge, RISE.wall, smoothstep(0.05, 0.3, share));
      above = this.#writeNode(scene, node, out);
      skyAbove = Math.max(skyAbove, seen * smoothstep(0.01, 0.08, share));
    }
  }

  /** Samples in all bins of a cell. */
  #weigh(cell: number): number {
    let total = 1e-3;
    for (let bin = 0; bin < GRID_BINS; bin++) total += this.#sums[(cell * GRID_BINS + bin) * SUMS] ?? 0;
    return total;
  }

  #collect(planes: GradePlanes, sky: Float32Array): void {
    const kernel = this.#kernel;
    kernel.calls.splat(
      kernel.addressOf(planes.luma),
      kernel.addressOf(planes.u),
      kernel.addressOf(sky),
      kernel.addressOf(this.#sums),
    );
  }

  /** Lends each node a little of its neighbours', so that one that saw nothing still knows what is around it. */
  #spreadSums(): void {
    const { calls } = this.#kernel;
    const [sums, spread] = [this.#kernel.addressOf(this.#sums), this.#kernel.addressOf(this.#spread)];
    calls.spread(sums, spread, GRID_BINS, GRID_WIDTH, 0.25);
    calls.spread(spread, sums, GRID_BINS * GRID_WIDTH, GRID_HEIGHT, 0.25);
    calls.spread(sums, spread, 1, GRID_BINS, 0.06);
    calls.spread(spread, sums, 1, GRID_BINS, 0.06);
  }

  /** Writes one node. Returns its luma at the bin's own, before dusk is mixed in. */
  #writeNode({ tone, dayness: day }: GradeScene, node: GradeNode, out: Float32Array): number {
    const sums = this.#sums;
    const { bin, sky } = node;
    const from = (node.cell * GRID_BINS + bin) * SUMS;
    const weight = (sums[from] ?? 0) + 1e-3;
    const meanU = (sums[from + 1] ?? 0) / weight;
    const seen = (sums[from + 3] ?? 0) / weight;
    const variance = Math.max(0, (sums[from + 2] ?? 0) / weight - meanU * meanU);
    const covariance = (sums[from + 4] ?? 0) / weight - seen * meanU;
    const slope = Math.min(MAX_SLOPE, Math.max(-MAX_SLOPE, covariance / (variance + RIDGE)));

    const luma = bin / (GRID_BINS - 1);
    const lit = Math.min(tone.curve(luma) * node.light, LIGHTEST * luma);
    const skyLuma = mix(SKY.lumaTop, SKY.lumaHorizon, smoothstep(0, 0.6, node.y)) + SKY.cloud * (luma - 0.7);
    const keep = 1 - sky;
    const night = (lit + GROUND.floor) * keep + skyLuma * sky;
    // Beside sky the ground gives way, never the sky.
    const ground = night > node.most ? Math.max(0, lit - (night - node.most) / Math.max(0.05, keep)) : lit;
    const gain = bin === 0 ? Math.min(LIGHTEST, 0.5 * 7 * tone.curve(1 / 7) * node.light) : ground / luma;
    const warm = node.warmth * smoothstep(0.02, 0.3, ground);
    const groundU = mix(GROUND.coldU, GROUND.warmU, warm);
    const groundV = mix(GROUND.coldV, GROUND.warmV, warm);

    const at = (node.cell * GRID_BINS + bin) * AFFINE_SIZE;
    // The sky's share changes with U around the node's mean: slope * (U - meanU), split into a coefficient and an offset.
    const stepY = (skyLuma - ground - GROUND.floor) * slope;
    const stepU = (SKY.u - groundU) * slope;
    const stepV = (SKY.v - groundV) * slope;
    out[at] = mix(1, gain * keep, day);
    out[at + 1] = day * stepY;
    out[at + 3] = day * (GROUND.floor * keep + skyLuma * sky - stepY * meanU);
    const chroma = mix(GROUND.chroma, GROUND.litChroma, warm) * node.colour * keep + SKY.chroma * sky;
    out[at + 5] = mix(1, chroma + stepU, day);
    out[at + 7] = day * (mix(groundU, SKY.u, sky) - stepU * meanU);
    out[at + 9] = day * stepV;
    out[at + 10] = mix(1, chroma, day);
    out[at + 11] = day * (mix(groundV, SKY.v, sky) - stepV * meanU);
    return (ground + GROUND.floor) * keep + skyLuma * sky;
  }
}

/** The sample in the middle of a cell. */
function centreOf(cell: number): number {
  const side = PLANE_WIDTH / GRID_WIDTH;
  const row = Math.floor(cell / GRID_WIDTH) * side + side / 2;
  return row * PLANE_WIDTH + (cell % GRID_WIDTH) * side + side / 2;
}
