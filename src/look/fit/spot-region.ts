import type { Planes } from './fit-kernel.js';

/** Largest distance of a spot's edge from its brightest sample, in samples: a larger one is the lights layer's. */
const MAX_REACH = 10;
/** Share of its peak at which a spot ends. */
const EDGE = 0.5;
/** Smallest spot, samples: fewer are noise. */
const MIN_AREA = 3;
/** Smallest share of its ellipse that a spot fills, and largest ratio of its radii: lamps are compact. */
const MIN_FILL = 0.62;
const MAX_RATIO = 3.2;

/** A compact spot, in samples of its image. */
export interface SpotRegion {
  readonly x: number;
  readonly y: number;
  /** Half axes of the ellipse with its area and proportions. */
  readonly halfX: number;
  readonly halfY: number;
  /** Its mean over its peak: 0.72 of a Gaussian, 1 of a box. */
  readonly flatness: number;
  readonly peak: number;
}

/** Finds the compact spots of a plane: connected samples above half of their peak. */
export class SpotRegions {
  #visited = new Uint8Array();
  readonly #queue = new Int32Array((2 * MAX_REACH + 1) ** 2);

  /** Returns the spots with a peak of at least `least`. Borrows the plane. */
  find({ planes: [spots = new Float32Array()], width, height, stride }: Planes, least: number): SpotRegion[] {
    if (this.#visited.length === spots.length) this.#visited.fill(0);
    else this.#visited = new Uint8Array(spots.length);
    const found: SpotRegion[] = [];
    for (let y = 1; y < height - 1; y++) {
      for (let i = y * stride + 1, end = i + width - 2; i < end; i++) {
        const value = spots[i] ?? 0;
        if (value < least || this.#visited[i] !== 0 || !isPeak(spots, i, stride)) continue;
        const region = this.#grow(spots, i, { width, height, stride });
        if (region) found.push(region);
      }
    }
    return found;
  }

  /** Measures the spot around a peak; undefined for one that is no lamp's. */
  #grow(spots: Float32Array, peak: number, { width, height, stride }: Omit<Planes, 'planes'>): SpotRegion | undefined {
    const [queue, visited] = [this.#queue, this.#visited];
    const [peakX, peakY, top] = [peak % stride, Math.floor(peak / stride), spots[peak] ?? 0];
    queue[0] = peak;
    visited[peak] = 1;
    let [area, sum, sumX, sumY, sumXX, sumYY] = [0, 0, 0, 0, 0, 0];
    let isWhole = true;
    for (let next = 0, count = 1; next < count; next++) {
      const i = queue[next] ?? 0;
      const [dx, dy] = [(i % stride) - peakX, Math.floor(i / stride) - peakY];
      const value = spots[i] ?? 0;
      area++;
      sum += value;
      sumX += dx;
      sumY += dy;
      sumXX += dx * dx;
      sumYY += dy * dy;
      if (Math.max(Math.abs(dx), Math.abs(dy)) >= MAX_REACH) {
        isWhole = false;
        continue;
      }
      for (const step of [-1, 1, -stride, stride]) {
        const at = i + step;
        const x = at % stride;
        if (at < 0 || x >= width || at >= height * stride) continue;
        const neighbour = spots[at] ?? 0;
        if (visited[at] !== 0 || neighbour < EDGE * top || count >= queue.length) continue;
        if (neighbour > 1.02 * top) isWhole = false; // the flank of a brighter one
        visited[at] = 1;
        queue[count++] = at;
      }
    }
    const [meanX, meanY] = [sumX / area, sumY / area];
    // A sample is a box: a twelfth is its own variance.
    const spreadX = 2 * Math.sqrt(sumXX / area - meanX * meanX + 1 / 12);
    const spreadY = 2 * Math.sqrt(sumYY / area - meanY * meanY + 1 / 12);
    const fill = area / (Math.PI * spreadX * spreadY);
    const ratio = Math.max(spreadX / spreadY, spreadY / spreadX);
    if (!isWhole || area < MIN_AREA || fill < MIN_FILL || ratio > MAX_RATIO) return undefined;
    const scale = Math.sqrt(Math.min(1, fill));
    return {
      x: peakX + meanX + 0.5,
      y: peakY + meanY + 0.5,
      halfX: scale * spreadX,
      halfY: scale * spreadY,
      flatness: sum / (area * top),
      peak: top,
    };
  }
}

function isPeak(spots: Float32Array, i: number, stride: number): boolean {
  const value = spots[i] ?? 0;
  for (let row = i - stride; row <= i + stride; row += stride) {
    for (let at = row - 1; at <= row + 1; at++) if ((spots[at] ?? 0) > value) return false;
  }
  return true;
}
