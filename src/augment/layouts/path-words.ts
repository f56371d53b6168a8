import { isImagePath } from '../../image/image-extensions.js';
import { folderOf, stemOf } from './dataset-path.js';

/** Words of folders that hold the images of a set. */
const IMAGE_WORDS = new Set([
  ...['image', 'images', 'img', 'imgs', 'rgb', 'jpegimages', 'leftimg8bit', 'rightimg8bit', 'stillsraw', 'jpg', 'jpgs'],
  ...['frames', 'colored'],
]);

/** Words of folders whose images are labels. */
const LABEL_IMAGE_WORDS = new Set([
  ...['mask', 'masks', 'segmentation', 'segmentations', 'segmentationclass', 'segmentationobject', 'semantic'],
  ...[
    'semantics',
    'semseg',
    'instance',
    'instances',
    'panoptic',
    'depth',
    'depths',
    'disparity',
    'disparities',
    'disp',
  ],
  ...[
    'gtfine',
    'gtcoarse',
    'groundtruth',
    'labelids',
    'labeltrainids',
    'instanceids',
    'labeledapproved',
    'opticalflow',
  ],
  ...['trainannot', 'valannot', 'testannot', 'annot'],
]);

/** Words that labels have in common with other things: what an image under such a name holds, its content says. */
const DOUBTFUL_WORDS = new Set([
  ...[
    'label',
    'labels',
    'labeled',
    'labelled',
    'annotation',
    'annotations',
    'annots',
    'gt',
    'seg',
    'segs',
    'flow',
    'l',
    'color',
  ],
  ...['colour', 'normal', 'normals', 'id', 'ids', 'index', 'class', 'classes', 'polygons'],
]);

/** Words of folders of other labels and of sensors. */
const SENSOR_WORDS = new Set([
  ...['ann', 'anns', 'calib', 'calibration', 'velodyne', 'points', 'lidar', 'oxts', 'camera', 'vehicle', 'timestamp'],
  ...['xml', 'xmls', 'txt', 'json', 'obj', 'map', 'occ', 'noc', 'planes', 'sequence', 'full'],
]);

/** The words of a name: parts between `_`, `-`, `.` and spaces, and of camel case; lower case. */
function wordsOf(name: string): string[] {
  const whole = name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
  if (IMAGE_WORDS.has(whole) || LABEL_IMAGE_WORDS.has(whole)) return [whole];
  return name
    .split(/[^\p{L}\p{N}]+/u)
    .flatMap((part) => {
      const lower = part.toLowerCase();
      const isKnown = IMAGE_WORDS.has(lower) || LABEL_IMAGE_WORDS.has(lower) || DOUBTFUL_WORDS.has(lower);
      return isKnown ? [lower] : part.split(/(?<=\p{Ll})(?=\p{Lu})/u).map((word) => word.toLowerCase());
    })
    .filter((word) => word !== '');
}

const isNumber = (word: string): boolean => /^\d+$/.test(word);

/** KITTI's cameras, which labels have too: `groundtruth/image_02/0000000005.png`. */
const CAMERA_FOLDER = /^image_0?\d$/;

/** What the names on a path say of an image file. `doubtful`: a word that only sometimes means a label; undefined: nothing. */
export type NameVerdict = 'image' | 'labelImage' | 'doubtful' | undefined;

/** Returns a judge of image files: by their own name, else by the innermost folder whose name says something. */
export function nameJudge(): (path: string) => NameVerdict {
  const judgeFolders = remembering(verdictOfFolders);
  return (path) => {
    const words = wordsOf(stemOf(path));
    const own = [words.at(-1) ?? '', ...(words.slice(1).every(isNumber) ? words.slice(0, 1) : [])];
    if (words.length > 1 && own.some((word) => LABEL_IMAGE_WORDS.has(word))) return 'labelImage';
    const folders = judgeFolders(folderOf(path));
    const isDoubtful = words.length > 1 && own.some((word) => DOUBTFUL_WORDS.has(word));
    return isDoubtful && folders !== 'labelImage' ? 'doubtful' : folders;
  };
}

/** A function of folders that works once for each: sets have many files in few folders. */
function remembering<T>(work: (folder: string) => T): (folder: string) => T {
  const known = new Map<string, { readonly result: T }>();
  return (folder) => {
    const entry = known.get(folder) ?? { result: work(folder) };
    known.set(folder, entry);
    return entry.result;
  };
}

function verdictOfFolders(path: string): NameVerdict {
  const folders = path.split('/').reverse();
  const verdict = folders.map(verdictOfFolder).find((found) => found !== undefined);
  return verdict ?? (folders.some((name) => CAMERA_FOLDER.test(name)) ? 'image' : undefined);
}

function verdictOfFolder(folder: string): NameVerdict {
  if (CAMERA_FOLDER.test(folder)) return undefined;
  const words = wordsOf(folder);
  if (words.some((word) => LABEL_IMAGE_WORDS.has(word))) return 'labelImage';
  // `flow`, `flow_occ`, `viz_flow_noc`; a folder `traffic_flow` is none.
  if (words.includes('flow') && words.every((word) => ['flow', 'occ', 'noc', 'viz', 'optical'].includes(word)))
    return 'labelImage';
  if (words.some((word) => DOUBTFUL_WORDS.has(word))) return 'doubtful';
  return words.some((word) => IMAGE_WORDS.has(word)) ? 'image' : undefined;
}

const ROLE_SETS = [IMAGE_WORDS, LABEL_IMAGE_WORDS, DOUBTFUL_WORDS, SENSOR_WORDS];
const isRole = (word: string): boolean => ROLE_SETS.some((words) => words.has(word));

/**
 * A name without the words that say what a file is: `aachen_000000_000019_gtFine_labelIds` and `aachen_000000_000019_leftImg8bit` are both
 * `aachen_000000_000019`; `mask_12` and `image_12` are both `12`; `a.jpg.json` is `a`.
 */
export function bareStem(path: string): string {
  let stem = stemOf(path);
  if (isImagePath(stem)) stem = stemOf(stem);
  for (;;) {
    const [, rest, last] = /^(.+)[_.-](\p{L}[\p{L}\p{N}]*)$/u.exec(stem) ?? [];
    if (rest === undefined || last === undefined || !wordsOf(last).every(isRole)) break;
    stem = rest;
  }
  const [, first = '', number] = /^(\p{L}+)[_.-]?(\p{N}+)$/u.exec(stem) ?? [];
  return number !== undefined && isRole(first.toLowerCase()) ? number : stem;
}

/**
 * Returns a function of paths: what an image and its labels have in common, their path without the folders and words that say what each is,
 * and without an extension. `training/image_2/000001.png`, `training/label_2/000001.txt` and `training/calib/000001.txt` all have the key
 * `training/000001`.
 */
export function pairKeys(): (path: string) => string {
  const bareFolders = remembering((folder) => pairFolders(folder).join('/'));
  return (path) => {
    const folders = bareFolders(folderOf(path));
    return folders === '' ? bareStem(path) : `${folders}/${bareStem(path)}`;
  };
}

/** The folders of a path without those, and without the words, that say what its files are. */
export function pairFolders(folder: string): string[] {
  return folder
    .split('/')
    .map(bareFolder)
    .filter((name) => name !== '');
}

function bareFolder(folder: string): string {
  const [, split] = /^(train|val|test)annot$/.exec(folder) ?? [];
  if (split !== undefined) return split;
  const words = wordsOf(folder);
  const rest = words.filter((word) => !isRole(word));
  if (rest.length === words.length) return folder;
  return rest.filter((word) => !isNumber(word)).join('_');
}
