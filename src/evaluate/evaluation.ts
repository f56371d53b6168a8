import type { Estimate } from './bootstrap.js';
import type { Curve } from './best-curve.js';
import type { BlobCounts } from './honesty.js';
import type { ToneRange, Tones } from './tones.js';

/** What is measured beside each other. `result` is that of the generator that is judged. */
export type RowName = 'day' | 'grade' | 'curve' | 'result' | 'floor';

/** A distance to real nights, of every row; smaller is nearer. */
export interface Comparison {
  /** The pictures as they came. */
  readonly day: DistanceEstimate;
  /** Under the built-in physics. */
  readonly grade: DistanceEstimate;
  /** Under the global curve that does best by this distance. */
  readonly curve: DistanceEstimate & Curve;
  /** Under the generator. */
  readonly result: DistanceEstimate;
  /** Of real nights to other real nights: another reference, or the two halves of this one. */
  readonly floor: DistanceEstimate & { readonly of: string };
}

/** A distance with its interval. */
export interface DistanceEstimate extends Estimate {
  /** By level, finest first; of the sliced Wasserstein distance. */
  readonly levels?: readonly number[];
}

/** A set's luma figures. */
export type ToneTable = Readonly<Record<keyof Tones, ToneRange>>;

/** Fréchet and kernel distances of a feature network's features. */
export interface FeatureDistances {
  readonly fid: Readonly<Record<RowName, number>>;
  readonly kid: Readonly<Record<RowName, number>>;
}

/** Everything that is measured against one reference. */
export interface ReferenceResult {
  readonly path: string;
  /** Pictures measured. */
  readonly pictures: number;
  readonly layout: Comparison;
  readonly swd: Comparison;
  /** The real nights' own figures. */
  readonly tones: ToneTable;
  /** With a feature network only. */
  readonly features?: FeatureDistances;
}

/** How much of the drawing is left, mean over pictures. */
export interface StructureEstimate extends Estimate {
  /** Share of the samples that are edges and were compared. */
  readonly edges: number;
}

/** Coloured blobs for a thousand pictures. `mean` and `ci` are of the invented ones, all hues. */
export interface HonestyEstimate extends Estimate {
  /** With no counterpart of that hue in the input. */
  readonly invented: BlobCounts;
  /** All there are. */
  readonly blobs: BlobCounts & { readonly total: number };
  /** Blobs more than the input has, as a share of the input's; 0 for the input; null where that has none. */
  readonly overInput: number | null;
}

/** Milliseconds of one stage. */
export interface StageCost {
  readonly p50: number;
  readonly p95: number;
}

/** What a frame costs, one after another, at the input's own size. */
export interface Cost {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** `read` is decoding; `look` is the generator at 256x144; `apply` is at the frame's size, grain included. */
  readonly stages: Readonly<Record<'read' | 'thumbnail' | 'look' | 'apply', StageCost>>;
  /** Threads of a network on the processor. */
  readonly threads: number;
  /** Most memory of the process until then, before any pictures are held. */
  readonly peakMemoryBytes: number;
}

/** How steady a sequence of pictures is. */
export interface SteadyRow {
  /**
   * Mean squared difference of luma between neighbours, one warped to the other, over the variance of luma: Lai et al.
   * 2018, where motion is to be trusted.
   */
  readonly warpingError: number;
  /** The same, not divided. */
  readonly squaredError: number;
  /** Root mean square of the relative change of the mean luma from frame to frame; of nights, beyond the day's own. */
  readonly flicker: number;
}

/** Steadiness of consecutive frames of a clip: before encoding, without grain. */
export interface Steadiness {
  /** Neighbours that were compared; not those with a cut between them. */
  readonly pairs: number;
  readonly cuts: number;
  readonly day: SteadyRow;
  /** Every frame with the generator's own look. */
  readonly unsmoothed: SteadyRow;
  /** With the default smoothing. */
  readonly result: SteadyRow;
  /** One grid for all pictures up to a cut, without lights: nothing of it moves, so the rest is the contrast of that night. */
  readonly held: SteadyRow;
}

/**
 * What `nocturne eval` found out. Plain data; a figure that no picture has, such as lamp contrast without a lamp, is NaN, and
 * null in JSON.
 */
export interface Evaluation {
  /** Version of this form. */
  readonly format: 1;
  readonly input: { readonly path: string; readonly pictures: number };
  readonly generator: {
    readonly name: string;
    readonly version: string;
    readonly device: string;
    /** Pictures whose look came from elsewhere because the network failed. */
    readonly fallbacks: number;
  };
  readonly seed: number;
  /** Name of the first reference: `layout`, `swd` and `tones.real` are against it. */
  readonly reference: string;
  readonly layout: Comparison;
  readonly swd: Comparison;
  /** By name, in the order given. */
  readonly references: Readonly<Record<string, ReferenceResult>>;
  readonly tones: Readonly<Record<'day' | 'grade' | 'curve' | 'result' | 'real', ToneTable>>;
  readonly structure: Readonly<Record<'day' | 'grade' | 'curve' | 'result', StructureEstimate>> & {
    readonly edgeThreshold: number;
  };
  readonly honesty: Readonly<Record<'day' | 'grade' | 'curve' | 'result', HonestyEstimate>> & {
    readonly thresholds: {
      readonly saturation: number;
      readonly luma: number;
      readonly size: readonly [number, number];
      readonly counterpartSaturation: number;
      readonly counterpartReach: number;
    };
  };
  readonly cost: Cost;
  /** Of a clip; null for pictures that do not follow each other. */
  readonly steadiness: Steadiness | null;
  /** For people, one line each. */
  readonly notices: readonly string[];
}
