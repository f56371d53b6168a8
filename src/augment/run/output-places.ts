/** Folder of what Nocturne adds to a set. */
export const OWN_FOLDER = 'nocturne';

/** Where the set of a variant starts: the root of the output, or a folder where there are several; empty or with `/` at its end. */
export function variantRoot(variant: number, variants: number): string {
  return variants === 1 ? '' : `variant-${variant}/`;
}

/** The same for nights that were rejected. */
export function rejectedRoot(variant: number, variants: number): string {
  return `${OWN_FOLDER}/rejected/${variantRoot(variant, variants)}`;
}
