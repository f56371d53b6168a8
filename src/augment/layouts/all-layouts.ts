import { imagesLayout, videosLayout } from './images.js';
import type { Layout } from './layout.js';

/** Every layout, specific ones before general ones: the first whose {@link Layout.detect} finds evidence is taken. */
export const ALL_LAYOUTS: readonly Layout[] = [videosLayout, imagesLayout];
