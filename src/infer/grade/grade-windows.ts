import { BoxBlur } from '../../image/blur.js';
import type { PlaneKernel } from '../../image/plane-kernel.js';
import { TopHat } from '../../image/top-hat.js';
import { PLANE_HEIGHT, PLANE_SIZE, PLANE_WIDTH, mix, smoothstep, type GradePlanes } from './grade-planes.js';
import type { Sky } from './grade-sky.js';

/** Height above which panes are, and the first row below. */
const LOWEST = 0.54;
const LOWEST_ROW = Math.ceil(LOWEST * PLANE_HEIGHT);
/** A pane that shows no lamp behind it by day, beside one that does. */
const UNLIT = 0.33;
/** Samples around one in which edges are counted. */
const EDGE_RADIUS = 5;

/**
 * Panes of facades: small and darker than the wall around them, above the street, among edges that run level and
 * upright, on what is neither leaf nor sky. Memory is taken once, none per call.
 */
export class WindowFinder {
  /** `[72, 128]`: 0 no window, 1 a window that could be lit. */
  readonly mask: Float32Array;
  /** `[72, 128]`: the share of leaves around each sample. */
  readonly leaf: Float32Array;
  readonly #topHat: TopHat;
  readonly #blur: BoxBlur;
  readonly #slanted: Float32Array;
  readonly #edges: Float32Array;

  constructor(kernel: PlaneKernel) {
    this.mask = kernel.plane(PLANE_SIZE);
    this.#topHat = new TopHat(kernel, PLANE_WIDTH, PLANE_HEIGHT, 1);
    this.#blur = new BoxBlur(kernel, PLANE_WIDTH, PLANE_HEIGHT);
    this.#slanted = kernel.plane(PLANE_SIZE);
    this.#edges = kernel.plane(PLANE_SIZE);
    this.leaf = kernel.plane(PLANE_SIZE);
  }

  /** Fills {@link mask}. Borrows the planes and the sky. */
  find(planes: GradePlanes, sky: Sky): void {
    const { luma, u, v } = planes;
    const [slanted, edges, leaf, mask] = [this.#slanted, this.#edges, this.leaf, this.mask];
    slanted.fill(0);
    edges.fill(0);
    // What lies lower than the means below reach is nobody's wall.
    for (let y = 1; y < Math.min(PLANE_HEIGHT - 1, LOWEST_ROW + EDGE_RADIUS); y++) {
      for (let x = 1; x < PLANE_WIDTH - 1; x++) {
        const i = y * PLANE_WIDTH + x;
        const gx = (luma[i + 1] ?? 0) - (luma[i] ?? 0);
        const gy = (luma[i + PLANE_WIDTH] ?? 0) - (luma[i] ?? 0);
        const ground = 1 - (sky.mask[i] ?? 0);
        slanted[i] = 2 * Math.abs(gx * gy) * ground;
        edges[i] = (gx * gx + gy * gy) * ground;
      }
    }
    this.#blur.blurInto(slanted, [EDGE_RADIUS, EDGE_RADIUS], 'inside', slanted);
    this.#blur.blurInto(edges, [EDGE_RADIUS, EDGE_RADIUS], 'inside', edges);
    for (let i = 0; i < PLANE_SIZE; i++) {
      const green = -(u[i] ?? 0) - 0.6 * (v[i] ?? 0);
      leaf[i] = smoothstep(0.015, 0.05, green);
    }
    this.#blur.blurInto(leaf, [4, 4], 'inside', leaf);
    this.#topHat.blackInto(planes.luma, mask);
    mask.fill(0, LOWEST_ROW * PLANE_WIDTH);
    for (let y = 0, i = 0; y < LOWEST_ROW; y++) {
      const height = heightOf(y);
      for (let x = 0; x < PLANE_WIDTH; x++, i++) {
        const hat = mask[i] ?? 0;
        const small = smoothstep(0.03, 0.14, hat) * height;
        mask[i] = 0;
        if (small === 0) continue;
        // What the pane is darker than is the wall; a white one in the sun is a vehicle's body as often.
        const wall = hat + (luma[i] ?? 0);
        const bright = smoothstep(0.2, 0.45, wall) * (1 - 0.7 * smoothstep(0.78, 0.95, wall));
        mask[i] = small * bright * this.#facade(i, sky) * mix(UNLIT, 1, roomLight(planes, i));
      }
    }
  }

  /** How much a sample belongs to a facade, 0 to 1. Valid after {@link find}. Borrows the sky. */
  facadeAt(i: number, sky: Sky): number {
    return i >= LOWEST_ROW * PLANE_WIDTH ? 0 : heightOf(Math.floor(i / PLANE_WIDTH)) * this.#facade(i, sky);
  }

  /** Level and upright edges, no leaves, no sky around. */
  #facade(i: number, sky: Sky): number {
    const edges = this.#edges[i] ?? 0;
    const upright = 1 - smoothstep(0.36, 0.52, (this.#slanted[i] ?? 0) / (edges + 1e-4));
    const busy = smoothstep(0.002, 0.01, edges);
    const built = 1 - smoothstep(0.25, 0.6, this.leaf[i] ?? 0);
    return upright * busy * built * (1 - smoothstep(0.05, 0.35, sky.near[i] ?? 0));
  }
}

/** 1 where facades are, 0 from {@link LOWEST} down. */
function heightOf(row: number): number {
  return 1 - smoothstep(0.4, LOWEST, row / PLANE_HEIGHT);
}

/** How much a sample looks lit by a lamp indoors by day: warm, and not for want of light. */
export function roomLight({ luma, vividU, vividV }: GradePlanes, i: number): number {
  const warm = smoothstep(0.08, 0.12, -(vividU[i] ?? 0)) * smoothstep(0.03, 0.06, vividV[i] ?? 0);
  return warm === 0 ? 0 : warm * smoothstep(0.3, 0.45, luma[i] ?? 0);
}
