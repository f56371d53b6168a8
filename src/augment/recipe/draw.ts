import type { DialName } from '../../core/controls.js';
import type { LampKind } from '../../look/look.js';

/** What one variant of one scene looks like. Plain data, written to the manifest: with it, the same item gives the same bytes. */
export interface Draw {
  /** Night style: a name of the package, or a key of the recipe's `styles`. */
  readonly style: string;
  /** Dials that differ from their defaults. */
  readonly dials: Readonly<Partial<Record<DialName, number>>>;
  /** Kinds of lamp that stay dark. */
  readonly darkKinds: readonly LampKind[];
  /** Sensor noise; undefined: the style's grain. */
  readonly noise?: { readonly iso: number };
  /** Blur of the own motion while the shutter is open; undefined: none. */
  readonly motionBlur?: {
    /** Seconds. */
    readonly exposureS: number;
    /** How fast the image moves, widths of the image a second. */
    readonly speed: number;
    /** Degrees from horizontal; undefined: away from the point that the camera drives towards. */
    readonly angle?: number;
  };
  /** Light that lamps scatter over the whole lens, 0 none to 1 a dirty windscreen. */
  readonly glare?: number;
  /** Error of the white balance. */
  readonly whiteBalance?: {
    /** Mireds from neutral: above 0 warmer. */
    readonly mireds: number;
    /** Above 0 more magenta, below more green; shares of green. */
    readonly tint: number;
  };
  /** The night around the labelled objects is made by a network: synthetic; undefined: it is the night of the image itself. */
  readonly background?: {
    /** Path of the key-patch network. */
    readonly model: string;
  };
  /** Quality of written JPEG and WebP, 1 to 100. */
  readonly jpegQuality?: number;
  /** Constant rate factor of a written video. */
  readonly crf?: number;
}
