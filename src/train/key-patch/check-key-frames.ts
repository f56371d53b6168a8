import { NocturneError } from '../../core/errors.js';
import type { KeyFrame } from './key-frame.js';

/** Fewer frames are learned by heart. */
const MIN_FRAMES = 50;
/** Mean luma above which a night is doubtful: those of real nights are 0.21 on average, of days 0.48. */
const MAX_NIGHT_LUMA = 0.42;
/** Names in a line. */
const NAMED = 3;

/**
 * Checks the frames of a run: lines with counts and what is doubtful. Throws NocturneError INPUT_NOT_VIDEO where there are too few to
 * train and to hold some back.
 */
export function checkKeyFrames(
  { train, validation }: { readonly train: readonly KeyFrame[]; readonly validation: readonly KeyFrame[] },
  source: string,
): readonly string[] {
  if (train.length < 2 || validation.length < 2) {
    const message = `${source} holds too few nights: ${train.length} to train and ${validation.length} to hold back.`;
    const remedy = `Pass at least ${MIN_FRAMES} nights.`;
    throw new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'train', message, remedy });
  }
  const all = [...train, ...validation];
  const labelled = all.reduce((sum, frame) => sum + frame.labelled, 0);
  const found = all.reduce((sum, { regions, labelled: known }) => sum + regions.length - known, 0);
  const groups = new Set(all.map(({ group }) => group)).size;
  const bright = all.filter((frame) => meanLuma(frame.image.data) > MAX_NIGHT_LUMA).map(({ name }) => name);
  const names = bright.slice(0, NAMED).join(', ') + (bright.length > NAMED ? ', ...' : '');
  return [
    `${train.length} nights of ${groups} groups, ${validation.length} held back; key regions: ${labelled} labelled, ${found} found by contrast`,
    ...(train.length < MIN_FRAMES ? [`warning: ${train.length} nights are few: they are learned by heart`] : []),
    ...(bright.length > 0 ? [`warning: ${bright.length} frames are bright for nights: ${names}`] : []),
  ];
}

/** BT.709, 0 to 1. */
function meanLuma(rgb: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < rgb.length; i += 3) {
    sum += 0.2126 * (rgb[i] ?? 0) + 0.7152 * (rgb[i + 1] ?? 0) + 0.0722 * (rgb[i + 2] ?? 0);
  }
  return sum / (255 * (rgb.length / 3));
}
