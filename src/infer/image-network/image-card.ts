import type { ModelCard, ModelSource, TrainingCard } from '../model-card.js';

/** How the numbers of an input or output make an image. */
export interface ImagePort {
  /** Name in the model. */
  readonly name: string;
  readonly layout: 'NCHW' | 'NHWC';
  /** What black and white are: `[-1, 1]` after a tanh, `[0, 1]`, `[0, 255]`. */
  readonly range: readonly [black: number, white: number];
  /** Order of the channels. */
  readonly colors: 'RGB' | 'BGR';
}

/** The card of a network that turns an image into an image, such as a CycleGAN generator: `NAME.json` beside its model. */
export interface ImageModelCard extends ModelCard {
  /** What sets it apart from the cards of other networks. */
  readonly kind: 'image';
  /** SHA-256 of the model file, 64 hexadecimal digits. */
  readonly sha256: string;
  /** The size, in pixels, at which the network runs: its own, or the one chosen for a network that takes any. */
  readonly input: ImagePort & { readonly width: number; readonly height: number };
  readonly output: ImagePort;
  readonly sources?: readonly ModelSource[];
  readonly training?: TrainingCard;
  readonly metrics?: Readonly<Record<string, number>>;
}
