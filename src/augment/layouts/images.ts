import { extensionOf } from '../../image/image-extensions.js';
import { counted } from './counted.js';
import type { DatasetTree, Layout } from './layout.js';
import { rewriteLabel } from './night-label.js';
import { pairKeys } from './path-words.js';
import { planLabelled } from './plan-labelled.js';
import { sortFiles } from './sort-files.js';

/** Extensions of files that may say something about the image of the same name. */
const SIDECARS = ['.txt', '.json', '.xml', '.csv', '.yaml', '.yml'];

/** Any tree of images. Videos among them become night too; files of an image's name go where it goes. */
export const imagesLayout: Layout = {
  name: 'images',
  async detect(tree) {
    const { images, videos } = await sortFiles(tree);
    if (images.length === 0) return undefined;
    const more = videos.length === 0 ? '' : ` and ${counted(videos.length, 'video')}`;
    return `${counted(images.length, 'image')}${more}, in no layout of labels that is known`;
  },
  plan: planTree,
  rewrite: rewriteLabel,
};

/** Any tree of videos. Images among them become night too. */
export const videosLayout: Layout = {
  name: 'videos',
  async detect(tree) {
    const { images, videos } = await sortFiles(tree);
    if (videos.length === 0 || images.length > 0) return undefined;
    return `${counted(videos.length, 'video')} and no image`;
  },
  plan: planTree,
  rewrite: rewriteLabel,
};

async function planTree(tree: DatasetTree, options: Parameters<Layout['plan']>[1]): ReturnType<Layout['plan']> {
  const { images, videos } = await sortFiles(tree);
  const pairKey = pairKeys();
  const keys = new Set([...images, ...videos].map(pairKey));
  return planLabelled(tree, options, {
    isLabel: (path) => SIDECARS.includes(extensionOf(path)) && keys.has(pairKey(path)),
    isLabelled: false,
  });
}
