import { imagesLayout, videosLayout } from './images.js';
import { kittiLayout } from './kitti.js';
import type { Layout } from './layout.js';
import { masksLayout } from './masks.js';
import { vocLayout } from './voc.js';
import { yoloLayout } from './yolo.js';

/** Every layout, specific ones before general ones: the first whose {@link Layout.detect} finds evidence is taken. */
export const ALL_LAYOUTS: readonly Layout[] = [
  // webdataset, nuscenes, bdd100k, coco
  kittiLayout,
  vocLayout,
  yoloLayout,
  masksLayout,
  videosLayout,
  imagesLayout,
];
