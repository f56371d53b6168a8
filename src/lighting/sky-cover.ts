import { SURFACES, SURFACE_SIZE, type Scene } from '../scene/scene.js';
import { boxMeanInto } from './box-mean.js';
import type { DaySamples } from './day-samples.js';
import { guidedFilterInto } from './guided-filter.js';
import { COLUMNS, createPlane, ROWS, SAMPLES, smoothStep } from './samples.js';

const SKY = SURFACES.indexOf('sky') * SURFACE_SIZE;
/** Surfaces that are never sky, however bright and plain: facades, vehicles, signs, signals, walls. */
const SOLID = (['facade', 'vehicle', 'sign', 'signal', 'wall', 'person'] as const).map(
  (name) => SURFACES.indexOf(name) * SURFACE_SIZE,
);
/** Rows at the top of the frame; what is sky must touch them. */
const TOP_ROWS = 2;

/**
 * The sky, cleaned: what the scene calls sky, grown over what touches it and is as bright and as plain, and over its fringe.
 * A pale rim left around a dark sky is the second most telling fault of a night.
 */
export class SkyCover {
  /** Share of sky, `[72, 128]`, 0 to 1. */
  readonly cover = createPlane();
  readonly #texture = createPlane();
  readonly #isCandidate = new Uint8Array(SAMPLES);
  readonly #queue = new Int32Array(SAMPLES);

  read(scene: Scene, day: DaySamples): void {
    const { surfaces } = scene;
    const bright = brightnessOf(surfaces, day.luma);
    if (bright === 0) {
      this.cover.fill(0);
      return;
    }
    const texture = this.#texture;
    boxMeanInto(day.luma, texture, 1);
    const horizon = scene.horizon * ROWS;
    for (let i = 0; i < SAMPLES; i++) {
      const luma = day.luma[i] ?? 0;
      let solid = 0;
      for (const plane of SOLID) solid += surfaces[plane + i] ?? 0;
      const isPlain = Math.abs(luma - (texture[i] ?? 0)) < 0.03 && luma > 0.8 * bright;
      const grows = isPlain && Math.floor(i / COLUMNS) < horizon && solid < 0.5;
      this.#isCandidate[i] = (surfaces[SKY + i] ?? 0) > 0.5 || grows ? 1 : 0;
    }
    this.#flood();
    for (let i = 0; i < SAMPLES; i++) {
      const isSure = (surfaces[SKY + i] ?? 0) > 0.75;
      this.cover[i] = isSure || this.#isCandidate[i] === 2 ? 1 : 0;
    }
    guidedFilterInto(day.luma, this.cover, this.cover, 2, 2e-4);
    for (let i = 0; i < SAMPLES; i++) this.cover[i] = smoothStep(0.1, 0.6, this.cover[i] ?? 0);
  }

  /** Marks with 2 the candidates that connect to the top of the frame. */
  #flood(): void {
    const [marks, queue] = [this.#isCandidate, this.#queue];
    let end = 0;
    const visit = (sample: number): void => {
      if (marks[sample] !== 1) return;
      marks[sample] = 2;
      queue[end++] = sample;
    };
    for (let i = 0; i < TOP_ROWS * COLUMNS; i++) visit(i);
    for (let next = 0; next < end; next++) {
      const sample = queue[next] ?? 0;
      const column = sample % COLUMNS;
      if (column > 0) visit(sample - 1);
      if (column < COLUMNS - 1) visit(sample + 1);
      if (sample >= COLUMNS) visit(sample - COLUMNS);
      if (sample < SAMPLES - COLUMNS) visit(sample + COLUMNS);
    }
  }
}

/** Mean luma of the sure sky; 0 where there is none. */
function brightnessOf(surfaces: Float32Array, luma: Float32Array): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < SAMPLES; i++) {
    if ((surfaces[SKY + i] ?? 0) <= 0.6) continue;
    sum += luma[i] ?? 0;
    count++;
  }
  return count < 8 ? 0 : sum / count;
}
