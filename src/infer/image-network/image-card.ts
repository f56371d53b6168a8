import {
  checkIdentity,
  checkObject,
  checkOneOf,
  checkOptionalFields,
  checkString,
  ModelCardError,
  type ModelCard,
  type ModelSource,
  type TrainingCard,
} from '../model-card.js';

/** Orders of an image's axes: channels first, or last. */
export const IMAGE_LAYOUTS = ['NCHW', 'NHWC'] as const;

/** Orders of an image's channels. */
export const IMAGE_COLORS = ['RGB', 'BGR'] as const;

/** How the numbers of an input or output make an image. */
export interface ImagePort {
  /** Name in the model. */
  readonly name: string;
  readonly layout: (typeof IMAGE_LAYOUTS)[number];
  /** What black and white are: `[-1, 1]` after a tanh, `[0, 1]`, `[0, 255]`. */
  readonly range: readonly [black: number, white: number];
  /** Order of the channels. */
  readonly colors: (typeof IMAGE_COLORS)[number];
}

/** The input of an image network. */
export interface ImageInput extends ImagePort {
  /** Columns at which the network runs: its own, or those chosen for a network that takes any. */
  readonly width: number;
  /** Rows, as `width`. */
  readonly height: number;
  /**
   * Set for a network that takes any size: its sides are multiples of this. With raw pixels such a network runs at the size of the frame;
   * without this field, at `width` x `height`.
   */
  readonly multiple?: number;
}

/** The card of a network that turns an image into an image, such as a CycleGAN generator: `NAME.json` beside its model. */
export interface ImageModelCard extends ModelCard {
  /** What sets it apart from the cards of other networks. */
  readonly kind: 'image';
  /** SHA-256 of the model file, 64 hexadecimal digits. */
  readonly sha256: string;
  readonly input: ImageInput;
  readonly output: ImagePort;
  readonly sources?: readonly ModelSource[];
  readonly training?: TrainingCard;
  readonly metrics?: Readonly<Record<string, number>>;
}

/** True for the card of any network whose looks are fitted to images that it makes. */
export function isFittedCard(card: ModelCard): boolean {
  return 'kind' in card && (card.kind === 'image' || card.kind === 'two-pathway');
}

/** Sides of an image that a card may name, in pixels: a look is fitted to 32 x 32 or more; 8192 is beyond any video. */
const [MIN_SIDE, MAX_SIDE] = [32, 8192] as const;

/** Parses and checks the JSON text of an image network's card. Throws {@link ModelCardError} or SyntaxError. */
export function parseImageCard(json: string): ImageModelCard {
  const card = checkObject('the card', JSON.parse(json));
  checkOneOf('kind', card['kind'], ['image']);
  checkIdentity(card);
  const input = checkPort('input', card['input']);
  for (const side of ['width', 'height']) checkCount(`input.${side}`, input[side], MIN_SIDE);
  if (input['multiple'] !== undefined) checkMultiple(input);
  checkPort('output', card['output']);
  checkOptionalFields(card);
  return card as unknown as ImageModelCard; // every required field was checked above
}

function checkPort(field: string, value: unknown): Record<string, unknown> {
  const port = checkObject(field, value);
  checkString(`${field}.name`, port['name']);
  checkOneOf(`${field}.layout`, port['layout'], IMAGE_LAYOUTS);
  checkOneOf(`${field}.colors`, port['colors'], IMAGE_COLORS);
  const range: unknown = port['range'];
  const isRange =
    Array.isArray(range) && range.length === 2 && range.every((end) => Number.isFinite(end)) && range[0] !== range[1];
  if (!isRange) throw new ModelCardError(`${field}.range`, 'two different numbers, black and white', range);
  return port;
}

function checkMultiple({ width, height, multiple }: Record<string, unknown>): void {
  const step = checkCount('input.multiple', multiple, 1);
  for (const [side, value] of Object.entries({ width, height })) {
    if (Number(value) % step !== 0) throw new ModelCardError(`input.${side}`, `a multiple of ${step}`, value);
  }
}

function checkCount(field: string, value: unknown, min: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= MAX_SIDE) return value;
  throw new ModelCardError(field, `an integer from ${min} to ${MAX_SIDE}`, value);
}
