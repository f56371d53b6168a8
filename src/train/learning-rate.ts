/** A linear decay of the learning rate; in epochs or in steps. */
export interface LinearDecay {
  /** Epochs at the initial rate; CycleGAN uses 100. */
  readonly constant: number;
  /** Epochs of linear decay to zero after them; CycleGAN uses 100. */
  readonly decay: number;
}

/**
 * The factor on the learning rate in an epoch (the first is 0), by CycleGAN's published rule: 1 in the constant epochs, then
 * `1 / (decay + 1)` less in each. It is `1 / (decay + 1)` in the last epoch and 0 after it.
 */
export function learningRateFactor(epoch: number, { constant, decay }: LinearDecay): number {
  return Math.max(0, 1 - Math.max(0, epoch + 1 - constant) / (decay + 1));
}
