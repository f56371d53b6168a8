import type { Facing } from './scene.js';

/** The facings in the order of the votes. */
const FACINGS: readonly Facing[] = ['front', 'rear', 'side'];
/** Memory of the votes in seconds. */
const MEMORY_SECONDS = 1.5;
/** Weight of a vote from motion; a read's weight is 1. */
const MOTION_WEIGHT = 3;
/** Power to which many votes raise a share, less 1, and how many votes do: reads of one vehicle are not independent. */
const SHARPENING = 0.6;
const SHARP_VOTES = 6;
/** Lead of another facing at which the facing changes. */
const MIN_LEAD = 0.1;

/** Which side of a vehicle the camera sees, decided by votes along its track. */
export class FacingVotes {
  readonly #votes = new Float64Array(FACINGS.length);
  #weight = 0;
  #best = -1;

  /** The side that is decided on. */
  get facing(): Facing {
    return FACINGS[this.#best] ?? 'side';
  }

  /** Share of the votes for it, 0 to 1. */
  get score(): number {
    return this.shareOf(this.facing);
  }

  /** Share of the votes for a side, 0 to 1; many votes that agree are surer than one. */
  shareOf(facing: Facing): number {
    if (this.#weight <= 0) return 0;
    const power = 1 + SHARPENING * (1 - Math.exp((1 - this.#weight) / SHARP_VOTES));
    let sum = 0;
    for (const vote of this.#votes) sum += vote ** power;
    return (this.#votes[FACINGS.indexOf(facing)] ?? 0) ** power / sum;
  }

  /**
   * Adds what a read says. @param score confidence of the facing, 0 to 1; the other facings share what is left.
   * @param motion the side that the vehicle's motion shows. @param seconds since the last read.
   */
  add(facing: Facing, score: number, motion: Facing | undefined, seconds: number): void {
    const decay = Math.exp(-seconds / MEMORY_SECONDS);
    const rest = (1 - score) / (FACINGS.length - 1);
    const motionWeight = motion ? MOTION_WEIGHT : 0;
    for (const [i, other] of FACINGS.entries()) {
      const vote = (other === facing ? score : rest) + (other === motion ? motionWeight : 0);
      this.#votes[i] = decay * (this.#votes[i] ?? 0) + vote;
    }
    this.#weight = decay * this.#weight + 1 + motionWeight;
    const best = this.#votes.indexOf(Math.max(...this.#votes));
    const lead = ((this.#votes[best] ?? 0) - (this.#votes[this.#best] ?? 0)) / this.#weight;
    if (this.#best < 0 || lead > MIN_LEAD) this.#best = best;
  }
}
