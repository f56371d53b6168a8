/** When a learning rate falls: in epochs, or in steps. */
export interface LinearDecay {
  /** Epochs at the initial rate; CycleGAN's is 100. */
  readonly constant: number;
  /** Epochs of linear decay to zero after them; CycleGAN's is 100. */
  readonly decay: number;
}

/**
 * The factor on the learning rate in an epoch, counted from 0, by CycleGAN's published rule: 1 in the constant epochs, then
 * `1 / (decay + 1)` less in each. The last has `1 / (decay + 1)`, what would follow it 0.
 */
export function learningRateFactor(epoch: number, { constant, decay }: LinearDecay): number {
  return Math.max(0, 1 - Math.max(0, epoch + 1 - constant) / (decay + 1));
}
