import { Random } from '../core/random.js';
import { objectId, type Side } from './city.js';
import { hash, isCrossing } from './street-plan.js';

/** A traffic sign on a post. */
export interface StreetSign {
  readonly id: number;
  readonly side: Side;
  readonly z: number;
  /** Selects shape, colours and size, 0 to 2^20. */
  readonly appearance: number;
}

/** Length of the kerb for one traffic sign, metres. */
const SIGN_SPACING = 11;

/** Returns the traffic signs from z0 to z1. @param share share of the places at the kerb that have one. */
export function streetSigns(seed: number, share: number, z0: number, z1: number): StreetSign[] {
  const signs: StreetSign[] = [];
  for (let i = Math.ceil(z0 / SIGN_SPACING); i * SIGN_SPACING <= z1; i++) {
    const random = new Random(hash(seed, 53, i));
    if (random.next() >= share) continue;
    const z = i * SIGN_SPACING + random.between(0, SIGN_SPACING / 2);
    const side = random.next() < 0.7 ? 1 : -1;
    if (!isCrossing(z)) signs.push({ id: objectId('sign', i), side, z, appearance: random.below(1 << 20) });
  }
  return signs;
}
