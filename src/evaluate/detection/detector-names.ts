import { readFile } from 'node:fs/promises';
import { decodeText } from '../../core/decode-text.js';
import { NocturneError } from '../../core/errors.js';
import { COCO_NAMES, COCO_NAMES_BY_ID } from './coco-names.js';

/** Words for COCO's own lists in place of a file: 80 names without gaps, or by category id with gaps. */
const COCO_LISTS: Readonly<Record<string, readonly string[]>> = { coco: COCO_NAMES, 'coco-ids': COCO_NAMES_BY_ID };

/** Names of what is no object: the first class of networks that count from 1. */
const BACKGROUND = ['background', '__background__', 'bg', 'n/a'];

/**
 * Reads the names of a detector's classes: a text file with one a line, by class number from 0, or `coco` or `coco-ids`. A first line
 * `background` is the class of networks that count from 1. Throws NocturneError CONFIG_INVALID.
 */
export async function readClassNames(pathOrList: string): Promise<readonly string[]> {
  const list = COCO_LISTS[pathOrList];
  if (list) return list;
  try {
    const lines = decodeText(await readFile(pathOrList)).split(/\r?\n/);
    while (lines.at(-1)?.trim() === '') lines.pop();
    if (lines.length === 0) throw new Error('it is empty');
    return lines.map(withoutBackground);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const reason = error instanceof Error ? error.message : String(error);
    throw new NocturneError({
      code: 'CONFIG_INVALID',
      stage: 'config',
      message: isMissing ? `${pathOrList} does not exist.` : `cannot read ${pathOrList}: ${reason}.`,
      remedy: 'Give a text file with one class name a line to --detector-classes, or coco or coco-ids.',
      cause: error,
    });
  }
}

/**
 * The names that a model states about itself: Ultralytics' `names`, a Python dictionary or list, or JSON. Undefined where
 * it states none.
 */
export function namesInMetadata(metadata: ReadonlyMap<string, string>): readonly string[] | undefined {
  const text = metadata.get('names') ?? metadata.get('classes');
  if (text === undefined) return undefined;
  const names: string[] = [];
  const quoted = /(?:["']?(\d+)["']?\s*:\s*)?(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(?=[,}\]])/g;
  for (const [, number, single, double] of text.matchAll(quoted)) {
    names[number === undefined ? names.length : Number(number)] = (single ?? double ?? '').replaceAll(/\\(.)/g, '$1');
  }
  return names.length === 0
    ? undefined
    : Array.from(names, (name: string | undefined) => withoutBackground(name ?? ''));
}

/**
 * Names by class index. @param given by the user or the model. @param classCount scores of each box; undefined: not known.
 * Returns undefined where they are not known, and throws RangeError, with a clause for people, where they do not fit.
 */
export function namesFor(
  given: readonly string[] | undefined,
  classCount: number | undefined,
): readonly string[] | undefined {
  if (given && classCount !== undefined && given.length !== classCount) {
    if (given.length === classCount + 1 && given[0] === '') return given.slice(1);
    if (given.length === classCount - 1) return ['', ...given]; // SSD's first class is the background
    throw new RangeError(`it has ${classCount} classes, and ${given.length} names were given`);
  }
  if (given) return given;
  return [COCO_NAMES, COCO_NAMES_BY_ID, COCO_NAMES_BY_ID.slice(1)].find(({ length }) => length === classCount);
}

/** Empty for what is no object. */
function withoutBackground(name: string): string {
  const trimmed = name.trim();
  return BACKGROUND.includes(trimmed.toLowerCase()) ? '' : trimmed;
}
