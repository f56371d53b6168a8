import { extensionOf } from '../../image/image-extensions.js';
import { counted } from './counted.js';
import { nameOf } from './dataset-path.js';
import type { DatasetTree, Layout } from './layout.js';
import { rewriteLabel } from './night-label.js';
import { pairLabels } from './pair-labels.js';
import { pairKeys } from './path-words.js';
import { planLabelled } from './plan-labelled.js';
import { readIfAllowed } from './read-if-allowed.js';
import { linesOf } from './read-lines.js';
import { sortFiles, spread } from './sort-files.js';
import { yoloBoxes, yoloValues } from './yolo-boxes.js';
import { configNotices, isClassList, readYoloYaml } from './yolo-config.js';

/** Labels that are read to judge all. */
const SAMPLES = 16;

const isText = (path: string): boolean => extensionOf(path) === '.txt' && !isClassList(nameOf(path));

/** YOLO: one text file an image, in `labels/` as its image in `images/`, or beside it; class names in a yaml or a list. */
export const yoloLayout: Layout = {
  name: 'yolo',
  async detect(tree) {
    const { images, others } = await sortFiles(tree);
    const config = await readYoloYaml(tree);
    if (config && images.length > 0)
      return `${config.path} names ${counted(config.names.size, 'class', 'classes')} and ${[...config.splits.keys()].join(', ')}`;
    const { labelsOf } = pairLabels(images, others.filter(isText));
    const pairs = [...labelsOf].flatMap(([image, [label]]) => (label === undefined ? [] : [{ image, label }]));
    let evidence: string | undefined;
    for (const { image, label } of spread(pairs, SAMPLES)) {
      const verdict = await isYoloLabel(tree, label);
      if (verdict === false) return undefined;
      if (verdict) evidence ??= `${label} holds classes and boxes for ${image}`;
    }
    return evidence;
  },
  async plan(tree, options) {
    const config = await readYoloYaml(tree);
    const pairKey = pairKeys();
    const keys = new Set((await sortFiles(tree)).images.map(pairKey));
    const isLabel = (path: string): boolean =>
      isText(path) && (keys.has(pairKey(path)) || /(?:^|\/)labels\//.test(path));
    const planned = await planLabelled(tree, options, {
      isLabel,
      isSetLabel: (path) => !isLabel(path) && (path === config?.path || isClassList(nameOf(path)) || isSplitList(path)),
      isLabelled: true,
    });
    return { ...planned, notices: [...planned.notices, ...(config ? configNotices(tree, config) : [])] };
  },
  rewrite: rewriteLabel,
  boxes: yoloBoxes,
};

const isSplitList = (path: string): boolean =>
  /^(?:train|val|valid|test|trainval)\w*\.txt$|\.data$/i.test(nameOf(path));

/**
 * Whether every line of a file is a YOLO label; undefined for an empty file, which says that its image shows nothing, and for one that this
 * user may not read, which its image's row names.
 */
async function isYoloLabel(tree: DatasetTree, path: string): Promise<boolean | undefined> {
  const bytes = await readIfAllowed(tree, path);
  if (bytes === undefined) return undefined;
  const lines = linesOf(bytes).filter((line) => line.trim() !== '');
  return lines.length === 0 ? undefined : lines.every((line) => yoloValues(line) !== undefined);
}
