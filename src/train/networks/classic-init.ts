import type { Init } from './ops.js';

/** How the published CycleGAN starts its kernels; biases start at 0. */
export const classicInit: Init = { kind: 'normal', stddev: 0.02 };
