import type { Facing } from './scene.js';

/** The facings in the order of the votes. */
const FACINGS: readonly Facing[] = ['front', 'rear', 'side'];
/** Memory of the votes in seconds. */
const MEMORY_SECONDS = 1.5;
/** Weight of a vote from motion; a read's weight is 1. */
const MOTION_WEIGHT = 2;
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

  /** Share of the votes for a side, 0 to 1. */
  shareOf(facing: Facing): number {
    return this.#weight > 0 ? (this.#votes[FACINGS.indexOf(facing)] ?? 0) / this.#weight : 0;
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
