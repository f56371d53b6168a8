import { parse } from 'yaml';
import { nameOf } from './dataset-path.js';
import type { DatasetTree } from './layout.js';
import { readLines } from './read-lines.js';

/** Folders that a YOLO yaml or class list may lie under the root of its set, at most. */
const MAX_DEPTH = 2;
/** Splits of a YOLO yaml. */
const SPLITS = ['train', 'val', 'valid', 'test'];
/** Files of one class name a line. */
const CLASS_LISTS = ['classes.txt', 'obj.names', 'classes.names', '_darknet.labels'];

/** What the yaml or class list of a YOLO set says. */
export interface YoloConfig {
  /** The file. */
  readonly path: string;
  /** Class names by index. */
  readonly names: ReadonlyMap<number, string>;
  /** Splits with the images they name; of a class list none. */
  readonly splits: ReadonlyMap<string, readonly string[]>;
  /** The folder that the splits are in, as the yaml names it. */
  readonly root: string | undefined;
  /** Numbers that follow each box, for each key point: 2 or 3; undefined: none. */
  readonly keypoints: number | undefined;
}

/** Reads the `data.yaml` of a YOLO set: any yaml with class names and splits. Undefined where there is none. */
export async function readYoloYaml(tree: DatasetTree): Promise<YoloConfig | undefined> {
  for (const path of nearRoot(tree, (name) => /\.ya?ml$/i.test(name))) {
    const value = await parsed(tree, path);
    const splits = new Map(
      SPLITS.map((split) => [split, textsOf(value[split])] as const).filter(([, to]) => to.length > 0),
    );
    const names = namesOf(value['names']);
    const shape: readonly unknown[] = Array.isArray(value['kpt_shape']) ? value['kpt_shape'] : [];
    const root = typeof value['path'] === 'string' ? value['path'] : undefined;
    const keypoints = typeof shape[1] === 'number' ? shape[1] : undefined;
    if (names.size > 0 && splits.size > 0) return { path, names, splits, root, keypoints };
  }
  return undefined;
}

/** Reads the class list of a YOLO set, one name a line. Undefined where there is none. */
export async function readClassList(tree: DatasetTree): Promise<YoloConfig | undefined> {
  const [path] = nearRoot(tree, isClassList);
  if (path === undefined) return undefined;
  const lines = await readLines(tree, path);
  const names = new Map(lines.map((line, i) => [i, line.trim()] as const).filter(([, line]) => line !== ''));
  return { path, names, splits: new Map(), root: undefined, keypoints: undefined };
}

/** Whether a file is named as a list of class names is. */
export function isClassList(name: string): boolean {
  return CLASS_LISTS.includes(name.toLowerCase());
}

/**
 * What in a yaml leads elsewhere than to this set's images, one line each: a night set's copy of it leads there too.
 */
export function configNotices({ files }: DatasetTree, { path, splits, root }: YoloConfig): string[] {
  const isAbsolute = (text: string): boolean => /^(?:\/|[a-z]:[\\/]|~)/i.test(text);
  const absolute = [...(root === undefined ? [] : [root]), ...[...splits.values()].flat()].filter(isAbsolute);
  const hasPath = (text: string): boolean => {
    const wanted = text.replace(/^(?:\.{1,2}\/)+/, '').replace(/\/+$/, '');
    return wanted === '' || wanted === '.' || files.some(({ path: file }) => `/${file}`.includes(`/${wanted}`));
  };
  const missing = [...splits].flatMap(([split, to]) =>
    to.filter((text) => !isAbsolute(text) && !hasPath(text)).map((text) => `${split}: ${text}`),
  );
  return [
    ...(absolute.length === 0
      ? []
      : [`${path} names ${absolute.join(', ')}: its copy leads to the day set still, until you change it`]),
    ...(missing.length === 0 ? [] : [`${path} names what is not in this set: ${missing.join(', ')}`]),
  ];
}

function nearRoot({ files }: DatasetTree, isWanted: (name: string) => boolean): string[] {
  const depth = (path: string): number => path.split('/').length;
  return files
    .map(({ path }) => path)
    .filter((path) => isWanted(nameOf(path)) && depth(path) <= MAX_DEPTH + 1)
    .sort((a, b) => depth(a) - depth(b));
}

async function parsed(tree: DatasetTree, path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = parse(new TextDecoder().decode(await tree.store.read(path)));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}; // every member is unknown
  } catch {
    return {}; // no yaml, so no YOLO yaml
  }
}

function textsOf(value: unknown): string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((text) => typeof text === 'string');
}

/** Names as a list or by index. */
function namesOf(value: unknown): Map<number, string> {
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(Object.entries(value).map(([index, name]) => [Number(index), String(name)]));
}
