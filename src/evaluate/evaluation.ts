import type { Estimate } from './bootstrap.js';
import type { ToneCurve } from './tone-curve.js';
import type { BlobCounts } from './invented-lights.js';
import type { LampHonesty } from './lamp-honesty.js';
import type { LampBlinkCounts } from './lamp-blinks.js';
import type { LightsByNumber } from './lights-distance.js';
import type { ToneRange, Tones } from './tones.js';

/** The sets that are compared with real nights. `result` is the output of the evaluated generator. */
export type ComparedName = 'day' | 'grade' | 'curve' | 'result' | 'floor';

/** The distance of every set to real nights; smaller is closer. */
export interface Comparison {
  /** The unchanged input. */
  readonly day: DistanceEstimate;
  /** The built-in grade. */
  readonly grade: DistanceEstimate;
  /** The global tone curve that is best by this distance. */
  readonly curve: DistanceEstimate & ToneCurve;
  /** The generator. */
  readonly result: DistanceEstimate;
  /** Real nights to other real nights: another reference, or the two halves of this one. */
  readonly floor: DistanceEstimate & { readonly of: string };
}

/** A distance with its confidence interval. */
export interface DistanceEstimate extends Estimate {
  /** Sliced Wasserstein distance only: by pyramid level, finest first. */
  readonly levels?: readonly number[];
  /** Lights distance only: by number. */
  readonly byNumber?: LightsByNumber;
}

/** The luma statistics of a set. */
type ToneTable = Readonly<Record<keyof Tones, ToneRange>>;

/** Fréchet and kernel distances between the outputs of a feature network. */
export interface FeatureDistances {
  readonly fid: Readonly<Record<ComparedName, number>>;
  readonly kid: Readonly<Record<ComparedName, number>>;
}

/** All measurements against one reference. */
export interface ReferenceResult {
  readonly path: string;
  /** Number of images. */
  readonly images: number;
  readonly layout: Comparison;
  readonly swd: Comparison;
  readonly lights: Comparison;
  /** Luma statistics of the real nights. */
  readonly tones: ToneTable;
  /** Only with a feature network. */
  readonly features?: FeatureDistances;
}

/** How much of the day's structure remains, mean over images. */
export interface StructureEstimate extends Estimate {
  /** Share of the samples that were compared as edges. */
  readonly edges: number;
}

/** Coloured blobs per thousand images. `mean` and `ci` count the invented ones, all hues. */
export interface InventedLightsEstimate extends Estimate {
  /** Blobs without a counterpart of their hue in the input. */
  readonly invented: BlobCounts;
  /** All blobs. */
  readonly blobs: BlobCounts & { readonly total: number };
  /** Increase of all blobs over the input, as a share of the input's; null if the input has none. */
  readonly overInput: number | null;
}

/** The lamps of looks per hundred images, by kind, and those without evidence in the day. */
export type LampsResult = LampHonesty;

/** Run time of one stage per frame, milliseconds. */
export interface StageCost {
  readonly p50: number;
  readonly p95: number;
}

/** Cost of a frame at the input's size, frames processed one after another. */
export interface Cost {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** `read` is decoding; `look` is the generator at 256x144; `apply` is at the frame's size, grain included. */
  readonly stages: Readonly<Record<'read' | 'thumbnail' | 'look' | 'apply', StageCost>>;
  /** CPU threads of the network. */
  readonly threads: number;
  /** Peak memory of the process up to this measurement, which runs before images are loaded. */
  readonly peakMemoryBytes: number;
}

/** Temporal steadiness of a sequence of frames. */
export interface SteadinessValues {
  /**
   * Mean squared difference of luma between a frame and the motion-compensated previous one, over the variance of luma; only
   * where the motion is consistent (Lai et al. 2018).
   */
  readonly warpingError: number;
  /** The same, not divided by the variance. */
  readonly squaredError: number;
  /** Root mean square of the relative change of the mean luma from frame to frame; for nights, the day's own change is removed. */
  readonly flicker: number;
}

/** Steadiness of consecutive frames of a clip: before encoding, without grain. */
export interface Steadiness {
  /** Pairs of consecutive frames, cuts left out. */
  readonly pairs: number;
  readonly cuts: number;
  readonly day: SteadinessValues;
  /** Each frame with the look that the generator made for it. */
  readonly unsmoothed: SteadinessValues;
  /** With the default smoothing. */
  readonly result: SteadinessValues;
  /** One constant grid up to each cut, without lights: the error of a night that does not change at all. */
  readonly held: SteadinessValues;
  /** The lamps of the result, and those that go out and on again within a second. */
  readonly lamps: LampBlinkCounts;
}

/**
 * The result of `nocturne eval`. Plain data. A value that no image has, such as lamp contrast without a lamp, is NaN, and null
 * in JSON.
 */
export interface Evaluation {
  /** Version of this format. */
  readonly format: 1;
  readonly input: { readonly path: string; readonly images: number };
  readonly generator: {
    readonly name: string;
    readonly version: string;
    readonly device: string;
    /** Images that used a fallback because the network failed. */
    readonly fallbacks: number;
  };
  readonly seed: number;
  /** Name of the first reference, which `layout`, `swd`, `lights` and `tones.real` refer to. */
  readonly reference: string;
  readonly layout: Comparison;
  readonly swd: Comparison;
  readonly lights: Comparison;
  /** By name, in the given order. */
  readonly references: Readonly<Record<string, ReferenceResult>>;
  readonly tones: Readonly<Record<'day' | 'grade' | 'curve' | 'result' | 'real', ToneTable>>;
  readonly structure: Readonly<Record<'day' | 'grade' | 'curve' | 'result', StructureEstimate>> & {
    readonly edgeThreshold: number;
  };
  readonly inventedLights: Readonly<Record<'day' | 'grade' | 'curve' | 'result', InventedLightsEstimate>> & {
    readonly thresholds: {
      readonly saturation: number;
      readonly luma: number;
      readonly size: readonly [number, number];
      readonly counterpartSaturation: number;
      readonly counterpartReach: number;
    };
  };
  /** Of the variants that a look makes; zeros where looks list no lamps. */
  readonly lamps: Readonly<Record<'grade' | 'result', LampsResult>> & {
    /** Luma or chroma, chroma, share of the width. */
    readonly thresholds: { readonly contrast: number; readonly chroma: number; readonly reach: number };
  };
  readonly cost: Cost;
  /** Only for a clip; null for separate images. */
  readonly steadiness: Steadiness | null;
  /** Notes for people, one line each. */
  readonly notices: readonly string[];
}
