import { KEY_REGIONS, type KeyRegion } from '../../scene/key-regions.js';
import {
  checkObject,
  checkTensor,
  ModelCardError,
  parseTrainedCard,
  type TensorCard,
  type TrainedModelCard,
} from '../model-card.js';

/** Planes of an image. */
const IMAGE = 3;
/** Sides that a network may have: outputs at a quarter of its size, and what a look can be fitted to. */
const SIDES = { step: 4, min: 32, max: 1024 } as const;

/** The card of a two-pathway network, which makes the night of a frame from the frame and its key regions. */
export interface TwoPathwayCard extends TrainedModelCard {
  /** What sets it apart from the cards of other networks. */
  readonly kind: 'two-pathway';
  /** `[1, 7, H, W]` float32: Y, U, V of the frame (BT.709 full range), then a plane for each of `regions`, 0 to 1. */
  readonly input: TrainedModelCard['input'];
  /** Kinds of the region planes, in their order. */
  readonly regions: readonly KeyRegion[];
  /** `[1, 3, H, W]` float32: Y, U, V of the night. */
  readonly output: TensorCard;
}

/** Parses and checks the JSON text of a two-pathway network's card. Throws {@link ModelCardError} or SyntaxError. */
export function parseTwoPathwayCard(json: string): TwoPathwayCard {
  const parsed = checkObject('the card', JSON.parse(json));
  const { shape } = checkObject('input', parsed['input']);
  const [height, width] = sidesOf(shape);
  const card = parseTrainedCard(json, [1, IMAGE + KEY_REGIONS.length, height, width]);
  if (card['kind'] !== 'two-pathway') throw new ModelCardError('kind', 'two-pathway', card['kind']);
  if (JSON.stringify(card['regions']) !== JSON.stringify(KEY_REGIONS)) {
    throw new ModelCardError('regions', KEY_REGIONS.join(', '), card['regions']);
  }
  checkTensor('output', checkObject('output', card['output']), [1, IMAGE, height, width]);
  return card as unknown as TwoPathwayCard; // every required field was checked above
}

/** Rows and columns of a shape `[1, C, H, W]`. */
function sidesOf(shape: unknown): readonly [height: number, width: number] {
  const sides: unknown[] = Array.isArray(shape) && shape.length === 4 ? shape.slice(2) : [];
  const [height, width] = sides;
  if (isSide(height) && isSide(width)) return [height, width];
  throw new ModelCardError(
    'input.shape',
    `[1, ${IMAGE + KEY_REGIONS.length}, H, W] with sides from ${SIDES.min} to ${SIDES.max}`,
    shape,
  );
}

function isSide(value: unknown): value is number {
  return typeof value === 'number' && value % SIDES.step === 0 && value >= SIDES.min && value <= SIDES.max;
}
