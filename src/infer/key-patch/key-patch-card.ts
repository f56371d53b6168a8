import {
  checkIdentity,
  checkObject,
  checkOneOf,
  checkOptionalFields,
  ModelCardError,
  type ModelCard,
  type ModelSource,
  type TrainingCard,
} from '../model-card.js';

/** Names of the inputs and outputs of the file. */
export const KEY_PATCH_PORTS = { patches: 'patches', noise: 'noise', mask: 'mask', image: 'image' } as const;

/** The card of a network that makes a night from a few patches of one: `NAME.json` beside `NAME.onnx`. */
export interface KeyPatchModelCard extends ModelCard {
  /** What sets it apart from the cards of other networks. */
  readonly kind: 'key-patch';
  /** SHA-256 of the model file, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Columns and rows of patches, mask and image: 4 times a power of 2. Colours are RGB in [-1, 1], NCHW. */
  readonly side: number;
  /** Patches of a set in training; the network takes any number. */
  readonly patches: readonly [fewest: number, most: number];
  readonly sources?: readonly ModelSource[];
  readonly training?: TrainingCard;
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Parses and checks the JSON text of a key-patch network's card. Throws {@link ModelCardError} or SyntaxError. */
export function parseKeyPatchCard(json: string): KeyPatchModelCard {
  const card = checkObject('the card', JSON.parse(json));
  checkOneOf('kind', card['kind'], ['key-patch']);
  checkIdentity(card);
  const { side, patches } = card;
  if (typeof side !== 'number' || side < 8 || !Number.isInteger(Math.log2(side / 4))) {
    throw new ModelCardError('side', '4 times a power of 2, at least 8', side);
  }
  const isRange =
    Array.isArray(patches) && patches.length === 2 && patches.every((count) => Number.isInteger(count) && count >= 1);
  if (!isRange) throw new ModelCardError('patches', 'two counts, the fewest and the most', patches);
  checkOptionalFields(card);
  return card as unknown as KeyPatchModelCard; // every required field was checked above
}
