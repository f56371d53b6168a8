import { extensionOf } from '../../image/image-extensions.js';
import { NocturneError } from '../../core/errors.js';
import type { Item, LabelledBox } from '../dataset.js';
import type { DatasetTree, Layout } from './layout.js';
import { rewriteLabel } from './night-label.js';
import { pairLabels } from './pair-labels.js';
import { planLabelled } from './plan-labelled.js';
import { readIfAllowed } from './read-if-allowed.js';
import { sortFiles, spread } from './sort-files.js';
import { VocXml } from './voc-xml.js';

/** Annotations that are read to judge all. */
const SAMPLES = 64;

const isXml = (path: string): boolean => extensionOf(path) === '.xml';

/** Pascal VOC: one XML file an image, in `Annotations/`, `annotations/` or beside the image; masks in `SegmentationClass/`. */
export const vocLayout: Layout = {
  name: 'voc',
  async detect(tree) {
    const { images, others } = await sortFiles(tree);
    const { labelsOf } = pairLabels(images, others.filter(isXml));
    const pairs = [...labelsOf].flatMap(([image, [label]]) => (label === undefined ? [] : [{ image, label }]));
    for (const { image, label } of spread(pairs, SAMPLES)) {
      if (await readAnnotation(tree, label)) return `${label} annotates ${image}`;
    }
    return undefined;
  },
  async plan(tree, options) {
    const { others } = await sortFiles(tree);
    const annotations = others.filter(isXml);
    const samples = await Promise.all(spread(annotations, SAMPLES).map((path) => readAnnotation(tree, path)));
    const namesDay = samples.some((sample) => sample?.namesDay ?? false);
    return planLabelled(tree, options, {
      isLabel: isXml,
      isSetLabel: (path) => /(?:^|\/)ImageSets\//i.test(path),
      rewritten: namesDay ? annotations : [],
      isLabelled: true,
    });
  },
  rewrite: (copy, bytes, items) => {
    const annotation = isXml(copy.path) ? annotationOf(bytes, copy.path) : undefined;
    return annotation
      ? Promise.resolve(annotation.forNight(renamedOf(items).get(copy.path)))
      : rewriteLabel(copy, bytes, items);
  },
  async boxes(tree, items) {
    const boxes = new Map<string, readonly LabelledBox[]>();
    for (const item of items) {
      const label = item.labels.find(isXml);
      const annotation = label === undefined ? undefined : await readAnnotation(tree, label);
      if (annotation) boxes.set(item.id, annotation.boxes);
    }
    return boxes;
  },
};

async function readAnnotation(tree: DatasetTree, path: string): Promise<VocXml | undefined> {
  const bytes = await readIfAllowed(tree, path);
  return bytes && annotationOf(bytes, path);
}

/** An annotation; undefined where the file is none. */
function annotationOf(bytes: Uint8Array, path: string): VocXml | undefined {
  try {
    return new VocXml(bytes, path);
  } catch (error) {
    if (error instanceof NocturneError) return undefined;
    throw error;
  }
}

/** Found once for the items of a set: it has as many annotations. */
const renamedByItems = new WeakMap<readonly Item[], ReadonlyMap<string, Item>>();

/** Items whose output has another name than their source, by label. */
function renamedOf(items: readonly Item[]): ReadonlyMap<string, Item> {
  const known = renamedByItems.get(items);
  if (known) return known;
  const renamed = items.filter(({ source, output }) => source !== output);
  const byLabel = new Map(renamed.flatMap((item) => item.labels.map((label) => [label, item] as const)));
  renamedByItems.set(items, byLabel);
  return byLabel;
}
