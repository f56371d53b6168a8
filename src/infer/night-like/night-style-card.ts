import { STYLE_TRAITS } from '../../lighting/style-traits.js';
import { checkNumber, checkObject, checkTensor, ModelCardError, parseTrainedCard } from '../model-card.js';
import type { TensorCard, TrainedModelCard } from '../model-card.js';
import type { PlainRegression } from './plain-statistics.js';
import { PATCH_CHANNELS, PATCH_COUNT, PATCH_SIDE } from './photo-patches.js';

/** A trait that a night-style network reads: its mean and deviation among the styles that it was trained on. */
export interface TraitCard {
  readonly name: string;
  readonly mean: number;
  readonly deviation: number;
}

/** The card of a night-style network, which reads `[24, 4, 32, 32]`: see `photoPatches`. */
export interface NightStyleCard extends TrainedModelCard {
  readonly outputs: {
    /** `[1, 2 T + 1, 1, 1]` float32: T traits, in deviations, to add to those of `plain`; T logarithms of their variance; the logit of a night. */
    readonly style: TensorCard;
  };
  /** In the order of `STYLE_TRAITS`. */
  readonly traits: readonly TraitCard[];
  /** Traits by plain statistics, on their own scales: what the network adds to. */
  readonly plain: PlainRegression;
}

/** Input of a night-style network. */
export const PATCHES_SHAPE = [PATCH_COUNT, PATCH_CHANNELS, PATCH_SIDE, PATCH_SIDE] as const;

/** Parses and checks the JSON text of a night-style network's card. Throws {@link ModelCardError} or SyntaxError. */
export function parseNightStyleCard(json: string): NightStyleCard {
  const card = parseTrainedCard(json, PATCHES_SHAPE);
  const outputs = checkObject('outputs', card['outputs']);
  const shape = [1, 2 * STYLE_TRAITS.length + 1, 1, 1];
  checkTensor('outputs.style', checkObject('outputs.style', outputs['style']), shape);
  const { traits } = card;
  if (!Array.isArray(traits)) throw new ModelCardError('traits', 'a list', traits);
  STYLE_TRAITS.forEach(({ name }, i) => {
    const trait = checkObject(`traits[${i}]`, traits[i]);
    if (trait['name'] !== name) throw new ModelCardError(`traits[${i}].name`, name, trait['name']);
    checkNumber(`traits[${i}].mean`, trait['mean']);
    checkNumber(`traits[${i}].deviation`, trait['deviation']);
  });
  const plain = checkObject('plain', card['plain']);
  checkNumbers('plain.bias', plain['bias']);
  const { weights } = plain;
  if (!Array.isArray(weights)) throw new ModelCardError('plain.weights', 'a list', weights);
  STYLE_TRAITS.forEach((_, i) => checkNumbers(`plain.weights[${i}]`, weights[i]));
  return card as unknown as NightStyleCard; // every required field was checked above
}

function checkNumbers(field: string, values: unknown): void {
  if (!Array.isArray(values) || !values.every((value) => Number.isFinite(value))) {
    throw new ModelCardError(field, 'a list of numbers', values);
  }
}
