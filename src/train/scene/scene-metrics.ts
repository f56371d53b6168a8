import { SURFACES, type Surface } from '../../scene/scene.js';
import { overlap, type FoundVehicle } from '../../scene/vehicle-peaks.js';
import { boxOf, type LabelledVehicle } from './labelled-scene.js';

/** Surfaces that are measured together: their labels are often confused, and the night treats them alike. */
export const MEASURED = {
  sky: ['sky'],
  ground: ['road', 'ground'],
  facade: ['facade', 'window', 'wall'],
  vegetation: ['vegetation'],
  vehicle: ['vehicle'],
  person: ['person'],
  pole: ['pole', 'lampHead'],
  sign: ['sign', 'signal'],
} as const satisfies Record<string, readonly Surface[]>;

/** One of {@link MEASURED}. */
export type MeasuredSurface = keyof typeof MEASURED;

/** The measured surfaces whose mean is the score. */
export const SCORED = ['sky', 'ground', 'facade', 'vegetation', 'vehicle'] as const;

/** Names of the measured surfaces. */
export const MEASURED_NAMES = Object.keys(MEASURED) as readonly MeasuredSurface[]; // Object.keys widens to string[]

/** For each surface of {@link SURFACES} the index of its measured surface. */
export const MEASURED_INDEX: readonly number[] = SURFACES.map((surface) =>
  MEASURED_NAMES.findIndex((name) => (MEASURED[name] as readonly Surface[]).includes(surface)),
);

/** Counts how often each label is read as what. */
export class SurfaceConfusion {
  readonly #counts = new Float64Array(MEASURED_NAMES.length ** 2);

  /** Adds samples: measured surfaces as labelled and as read; -1 is not counted. */
  add(labelled: number, read: number, count = 1): void {
    if (labelled < 0 || read < 0) return;
    const at = labelled * MEASURED_NAMES.length + read;
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
  }

  /** Intersection over union of each measured surface; NaN where neither labelled nor read. */
  iou(): Readonly<Record<MeasuredSurface, number>> {
    const size = MEASURED_NAMES.length;
    const at = (i: number, j: number): number => this.#counts[i * size + j] ?? 0;
    const entries = MEASURED_NAMES.map((name, i) => {
      let union = -at(i, i);
      for (let j = 0; j < size; j++) union += at(i, j) + at(j, i);
      return [name, at(i, i) / union] as const;
    });
    return Object.fromEntries(entries) as Record<MeasuredSurface, number>; // one entry per name
  }

  /** Mean of the {@link SCORED} ones. */
  get mean(): number {
    const iou = this.iou();
    return SCORED.reduce((sum, name) => sum + iou[name], 0) / SCORED.length;
  }

  /** Share of the samples that are read as labelled. */
  get accuracy(): number {
    const right = MEASURED_NAMES.reduce((sum, _, i) => sum + (this.#counts[i * (MEASURED_NAMES.length + 1)] ?? 0), 0);
    return right / this.#counts.reduce((sum, count) => sum + count, 0);
  }
}

/** How well vehicles are found. */
export interface VehicleScores {
  /** Labelled vehicles of at least 24 pixels at 640 that are found, a share. */
  readonly found: number;
  /** Found vehicles that are labelled, a share; those smaller or without a label of facing do not count against it. */
  readonly precision: number;
  /** Found ones whose facing is right, a share. */
  readonly facing: number;
  /** Mean distance of lamps from their labels, in widths of the vehicle. */
  readonly lampOffset: number;
  /** Labelled vehicles. */
  readonly count: number;
}

/** Smallest measured width of a vehicle, a share of the image's. */
export const MIN_WIDTH = 24 / 640;
/** Intersection over union from which a vehicle is found. */
const MIN_OVERLAP = 0.4;

/** A found vehicle and the labelled one that it is, if any. */
export interface VehicleMatch {
  readonly found: FoundVehicle;
  readonly labelled: LabelledVehicle | undefined;
}

/** Matches found vehicles, in their order, with the labelled ones that they overlap most; each of these at most once. */
export function matchVehicles(labelled: readonly LabelledVehicle[], found: readonly FoundVehicle[]): VehicleMatch[] {
  const free = new Set(labelled);
  return found.map((vehicle) => {
    let best: LabelledVehicle | undefined;
    let bestOverlap = MIN_OVERLAP;
    for (const candidate of free) {
      const shared = overlap(boxOf(candidate), vehicle.box);
      if (shared >= bestOverlap) [best, bestOverlap] = [candidate, shared];
    }
    if (best) free.delete(best);
    return { found: vehicle, labelled: best };
  });
}

/** Compares found vehicles with labelled ones, over many images. */
export class VehicleMatches {
  #labelled = 0;
  #found = 0;
  #read = 0;
  #confirmed = 0;
  #rightFacing = 0;
  #lampOffsets = 0;
  #lamps = 0;

  add(labelled: readonly LabelledVehicle[], found: readonly FoundVehicle[], aspect: number): void {
    const isMeasured = (vehicle: LabelledVehicle): boolean =>
      vehicle.facing !== undefined && boxOf(vehicle).width >= MIN_WIDTH;
    this.#labelled += labelled.filter(isMeasured).length;
    for (const { found: vehicle, labelled: match } of matchVehicles(labelled, found)) {
      if (vehicle.box.width >= MIN_WIDTH) {
        this.#read++;
        if (match) this.#confirmed++;
      }
      if (!match || !isMeasured(match)) continue;
      this.#found++;
      if (match.facing === vehicle.facing) this.#rightFacing++;
      for (const [i, place] of [match.left, match.right].entries()) {
        const lamp = vehicle.lamps[i];
        if (!place || !lamp) continue;
        this.#lampOffsets += Math.hypot(place[0] - lamp.x, (place[1] - lamp.y) / aspect) / boxOf(match).width;
        this.#lamps++;
      }
    }
  }

  get scores(): VehicleScores {
    return {
      found: this.#found / this.#labelled,
      precision: this.#confirmed / this.#read,
      facing: this.#rightFacing / this.#found,
      lampOffset: this.#lampOffsets / this.#lamps,
      count: this.#labelled,
    };
  }
}
