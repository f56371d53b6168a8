export { STYLE_NAMES } from '../lighting/night-style.js';

/** Generators of the package, by the names that `openGenerator` takes; any other name is a path. */
export const GENERATOR_NAMES = ['auto', 'lit', 'nightgrid', 'grade', 'grade:deep'] as const;

/** True for a generator of the package. */
export function isPackageGenerator(name: string): boolean {
  return GENERATOR_NAMES.some((known) => known === name);
}

/** True for a generator without a network. */
export function hasNoNetwork(name: string): boolean {
  return name === 'grade' || name === 'grade:deep';
}
