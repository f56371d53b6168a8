import { extensionOf } from '../../image/image-extensions.js';
import { counted } from './counted.js';
import type { Layout } from './layout.js';
import { rewriteLabel } from './night-label.js';
import { groupBy, pairLabels } from './pair-labels.js';
import { pairKeys } from './path-words.js';
import { planLabelled } from './plan-labelled.js';
import { sortFiles } from './sort-files.js';

/** Share of the label images that must have the name of an image. */
const MIN_PAIRED = 0.5;

/** Images beside label images: CamVid in its forms, Cityscapes, and every set of images with masks or depth of their names. */
export const masksLayout: Layout = {
  name: 'masks',
  async detect(tree) {
    const { images, labelImages } = await sortFiles(tree);
    const { imagesOf } = pairLabels(images, labelImages);
    const paired = labelImages.filter((label) => (imagesOf.get(label)?.length ?? 0) > 0);
    const [label] = paired;
    if (label === undefined || paired.length < labelImages.length * MIN_PAIRED) return undefined;
    return `${counted(paired.length, 'label image')} beside images, ${label} of ${imagesOf.get(label)?.[0] ?? ''}`;
  },
  async plan(tree, options) {
    const { images } = await sortFiles(tree);
    const pairKey = pairKeys();
    const moments = groupBy(images, pairKey);
    return planLabelled(tree, options, {
      isLabel: (path) => ['.json', '.txt', '.xml'].includes(extensionOf(path)) && moments.has(pairKey(path)),
      // The left and the right camera of one moment.
      sceneOf: (image) => ((moments.get(pairKey(image))?.length ?? 0) > 1 ? pairKey(image) : undefined),
      isLabelled: true,
    });
  },
  rewrite: rewriteLabel,
};
