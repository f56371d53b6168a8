import { BoxBlur } from '../../image/blur.js';
import type { PlaneKernel } from '../../image/plane-kernel.js';
import { TopHat } from '../../image/top-hat.js';
import { PLANE_HEIGHT, PLANE_SIZE, PLANE_WIDTH, mix, smoothstep, type GradePlanes } from './grade-planes.js';
import type { Sky } from './grade-sky.js';

/** Height below which there are no panes, from 0 at the top to 1; the first row below it. */
const LOWEST = 0.54;
const LOWEST_ROW = Math.ceil(LOWEST * PLANE_HEIGHT);
/** Strength of a pane without a visible lamp behind it by day, relative to one with a lamp. */
const UNLIT = 0.33;
/** Radius of the area in which edges are measured, samples. */
const EDGE_RADIUS = 5;

/**
 * Finds window panes of facades: small and darker than the wall around them, above the street, among horizontal and vertical
 * edges, not in leaves or sky. Allocates its memory once.
 */
export class WindowFinder {
  /** `[72, 128]`: 0 no window, 1 a window that could be lit. */
  readonly mask: Float32Array;
  /** `[72, 128]`: the share of leaves around each sample. */
  readonly leaf: Float32Array;
  readonly #topHat: TopHat;
  readonly #blur: BoxBlur;
  /** Energy of diagonal edges around each sample. */
  readonly #diagonal: Float32Array;
  /** Energy of all edges around each sample. */
  readonly #edges: Float32Array;

  constructor(kernel: PlaneKernel) {
    this.mask = kernel.plane(PLANE_SIZE);
    this.#topHat = new TopHat(kernel, PLANE_WIDTH, PLANE_HEIGHT, 1);
    this.#blur = new BoxBlur(kernel, PLANE_WIDTH, PLANE_HEIGHT);
    this.#diagonal = kernel.plane(PLANE_SIZE);
    this.#edges = kernel.plane(PLANE_SIZE);
    this.leaf = kernel.plane(PLANE_SIZE);
  }

  /** Fills {@link mask} and {@link leaf}. Borrows the planes and the sky. */
  find(planes: GradePlanes, sky: Sky): void {
    this.#measureEdges(planes.luma, sky.mask);
    this.#findLeaves(planes);
    this.#findPanes(planes, sky);
  }

  /** Writes the energies of edges, without those of the sky. */
  #measureEdges(luma: Float32Array, sky: Float32Array): void {
    const [diagonal, edges] = [this.#diagonal.fill(0), this.#edges.fill(0)];
    // The blurs for rows of panes read no row below this.
    for (let y = 1; y < Math.min(PLANE_HEIGHT - 1, LOWEST_ROW + EDGE_RADIUS); y++) {
      for (let x = 1; x < PLANE_WIDTH - 1; x++) {
        const i = y * PLANE_WIDTH + x;
        const gx = (luma[i + 1] ?? 0) - (luma[i] ?? 0);
        const gy = (luma[i + PLANE_WIDTH] ?? 0) - (luma[i] ?? 0);
        const ground = 1 - (sky[i] ?? 0);
        diagonal[i] = 2 * Math.abs(gx * gy) * ground;
        edges[i] = (gx * gx + gy * gy) * ground;
      }
    }
    this.#blur.blurInto(diagonal, [EDGE_RADIUS, EDGE_RADIUS], 'inside', diagonal);
    this.#blur.blurInto(edges, [EDGE_RADIUS, EDGE_RADIUS], 'inside', edges);
  }

  #findLeaves({ u, v }: GradePlanes): void {
    const { leaf } = this;
    for (let i = 0; i < PLANE_SIZE; i++) {
      const green = -(u[i] ?? 0) - 0.6 * (v[i] ?? 0);
      leaf[i] = smoothstep(0.015, 0.05, green);
    }
    this.#blur.blurInto(leaf, [4, 4], 'inside', leaf);
  }

  #findPanes(planes: GradePlanes, sky: Sky): void {
    const { mask } = this;
    this.#topHat.blackInto(planes.luma, mask);
    mask.fill(0, LOWEST_ROW * PLANE_WIDTH);
    for (let y = 0, i = 0; y < LOWEST_ROW; y++) {
      const height = facadeHeight(y);
      for (let x = 0; x < PLANE_WIDTH; x++, i++) {
        const hat = mask[i] ?? 0;
        const small = smoothstep(0.03, 0.14, hat) * height;
        mask[i] = 0;
        if (small === 0) continue;
        // Luma of the wall around the pane. A white wall in the sun is just as often the body of a vehicle.
        const wall = hat + (planes.luma[i] ?? 0);
        const bright = smoothstep(0.2, 0.45, wall) * (1 - 0.7 * smoothstep(0.78, 0.95, wall));
        mask[i] = small * bright * this.#facade(i, sky) * mix(UNLIT, 1, roomLight(planes, i));
      }
    }
  }

  /** How much a sample belongs to a facade, 0 to 1. Valid after {@link find}. Borrows the sky. */
  facadeAt(i: number, sky: Sky): number {
    return i >= LOWEST_ROW * PLANE_WIDTH ? 0 : facadeHeight(Math.floor(i / PLANE_WIDTH)) * this.#facade(i, sky);
  }

  /** The same without the height: horizontal and vertical edges, no leaves, no sky around. */
  #facade(i: number, sky: Sky): number {
    const edges = this.#edges[i] ?? 0;
    const aligned = 1 - smoothstep(0.36, 0.52, (this.#diagonal[i] ?? 0) / (edges + 1e-4));
    const busy = smoothstep(0.002, 0.01, edges);
    const built = 1 - smoothstep(0.25, 0.6, this.leaf[i] ?? 0);
    return aligned * busy * built * (1 - smoothstep(0.05, 0.35, sky.near[i] ?? 0));
  }
}

/** 1 in the rows of facades, 0 from {@link LOWEST} down. */
function facadeHeight(row: number): number {
  return 1 - smoothstep(0.4, LOWEST, row / PLANE_HEIGHT);
}

/** How much a sample seems lit by an indoor lamp by day, 0 to 1: warm and not dark. */
export function roomLight({ luma, vividU, vividV }: GradePlanes, i: number): number {
  const warm = smoothstep(0.08, 0.12, -(vividU[i] ?? 0)) * smoothstep(0.03, 0.06, vividV[i] ?? 0);
  return warm === 0 ? 0 : warm * smoothstep(0.3, 0.45, luma[i] ?? 0);
}
