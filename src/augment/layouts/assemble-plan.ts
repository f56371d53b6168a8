import { listNames } from '../../ingest/image-list.js';
import { isImagePath } from '../../image/image-extensions.js';
import type { DatasetPlan, FileCopy, Item, Unit } from '../dataset.js';
import { counted } from './counted.js';
import { nightPath } from './dataset-path.js';
import type { FrameSequence } from './find-sequences.js';
import type { PlanOptions } from './layout.js';
import type { LabelPairs } from './pair-labels.js';

/** What a layout knows of a set before units are made of it. Every file is in exactly one list; paths in the order of the tree. */
export interface Draft {
  readonly images: readonly string[];
  readonly videos: readonly string[];
  /** Labels of single images, text or image: they go where their images go. */
  readonly labels: readonly string[];
  /** Labels of many images, such as class names and lists. */
  readonly setLabels: readonly string[];
  /** Everything else, which is copied. */
  readonly others: readonly string[];
  /** Which labels belong to which images; default: none does. */
  readonly pairs?: LabelPairs;
  /** Sequences among {@link images}; default: all are single. */
  readonly sequences?: readonly FrameSequence[];
  /** Scene of a single image that shares one, such as the right camera's; undefined: its own. */
  readonly sceneOf?: (image: string) => string | undefined;
  /** Labels to rewrite, when these images change their name: output by source. Default: none. */
  readonly rewritten?: (renamed: ReadonlyMap<string, string>) => ReadonlySet<string>;
  readonly notices: readonly string[];
}

/** Extensions of images that nothing here reads: those of cameras' sensors, and of painting programs. */
const UNREAD_IMAGES = [
  ...['.dng', '.raw', '.cr2', '.cr3', '.nef', '.arw', '.orf', '.raf', '.rw2', '.pef', '.srw', '.3fr'],
  ...['.mpo', '.psd', '.ico', '.svg'],
];

/** Single images of one unit, at most. */
const IMAGES_OF_A_UNIT = 16;

/** Makes the plan of a draft: names of the outputs, frames kept, units, copies. */
export function assemblePlan(draft: Draft, { every = 1 }: PlanOptions): Omit<DatasetPlan, 'layout' | 'evidence'> {
  const { sequences = [] } = draft;
  const dropped = new Set(
    sequences.flatMap(({ frames }) => frames.filter((_, i) => i % every !== 0).map(({ path }) => path)),
  );
  const isKept = (path: string): boolean => !dropped.has(path);
  const labelImagesOf = (label: string): readonly string[] => draft.pairs?.imagesOf.get(label) ?? [];
  const isDropped = (label: string): boolean => labelImagesOf(label).length > 0 && !labelImagesOf(label).some(isKept);
  const labels = draft.labels.filter((label) => !isDropped(label));
  const sources = [...draft.images.filter(isKept), ...draft.videos];
  const copied = [...labels, ...draft.setLabels, ...draft.others];
  const { outputs, notices } = nameOutputs(sources, copied);

  const itemOf = (source: string, more: Partial<Item> = {}): Item => ({
    id: source,
    kind: isImagePath(source) ? 'image' : 'video',
    source,
    output: outputs.get(source) ?? source,
    ...more,
    labels: (draft.pairs?.labelsOf.get(source) ?? []).filter((label) => labelImagesOf(label).length === 1),
  });
  const inSequence = new Set(sequences.flatMap(({ frames }) => frames.map(({ path }) => path)));
  const singles = draft.images.filter((path) => !inSequence.has(path));
  const units: Omit<Unit, 'index'>[] = [
    ...draft.videos.map((path) => ({ kind: 'video' as const, items: [itemOf(path)] })),
    ...sequences.map(({ scene, frames }) => ({
      kind: 'sequence' as const,
      items: frames.filter(({ path }) => isKept(path)).map(({ path, timeS }) => itemOf(path, { scene, timeS })),
    })),
    ...chunks(singles, IMAGES_OF_A_UNIT).map((paths) => ({
      kind: 'images' as const,
      items: paths.map((path) => {
        const scene = draft.sceneOf?.(path);
        return itemOf(path, scene === undefined ? {} : { scene });
      }),
    })),
  ];
  const rewritten = draft.rewritten?.(outputs) ?? new Set<string>();
  const copyOf = (path: string, role: FileCopy['role']): FileCopy =>
    rewritten.has(path) ? { path, role, isRewritten: true } : { path, role };
  return {
    units: units.map((unit, index) => ({ index, ...unit })),
    copies: [
      ...[...labels, ...draft.setLabels].map((path) => copyOf(path, isImagePath(path) ? 'labelImage' : 'label')),
      ...draft.others.map((path) => copyOf(path, 'other')),
    ],
    notices: [
      ...draft.notices,
      ...droppedNotices(dropped, draft.labels.length - labels.length, every),
      ...unreadNotices(draft.others),
      ...notices,
    ],
  };
}

/** Outputs that differ from their sources. A night that would replace another file keeps its source's extension before its own. */
function nameOutputs(
  sources: readonly string[],
  copied: readonly string[],
): { outputs: ReadonlyMap<string, string>; notices: string[] } {
  const taken = new Set([...copied, ...sources.filter((source) => nightPath(source) === source)]);
  const outputs = new Map<string, string>();
  const collided: string[] = [];
  for (const source of sources) {
    const wanted = nightPath(source);
    if (wanted === source) continue;
    let output = wanted;
    if (taken.has(wanted)) {
      output = source;
      do output += extension(wanted);
      while (taken.has(output));
      collided.push(output);
    }
    taken.add(output);
    outputs.set(source, output);
  }
  const formats = new Set([...outputs].map(([from, to]) => `${extension(from)} to ${extension(to)}`));
  const alike = sameButForCase(taken);
  const count = collided.length;
  return {
    outputs,
    notices: [
      ...(outputs.size === 0
        ? []
        : [
            `${counted(outputs.size, 'file')} in a format that cannot be written (${[...formats].join(', ')}): ${listNames([...outputs.keys()])}`,
          ]),
      ...(count === 0
        ? []
        : [
            `${counted(count, 'night')} under the source's extension and its own, for another file has the name: ${listNames(collided)}`,
          ]),
      ...(alike.length === 0
        ? []
        : [
            `${counted(alike.length, 'name')} like another's but for case or the coding of accents, which some systems take for one: ${listNames(alike)}`,
          ]),
    ],
  };
}

function extension(path: string): string {
  return path.slice(path.lastIndexOf('.'));
}

function sameButForCase(paths: ReadonlySet<string>): string[] {
  const seen = new Set<string>();
  return [...paths].filter((path) => {
    const form = path.normalize('NFC').toLowerCase();
    const isSeen = seen.has(form);
    seen.add(form);
    return isSeen;
  });
}

/** A day that stays a day in a night set is named. */
function unreadNotices(others: readonly string[]): string[] {
  const unread = others.filter((path) => UNREAD_IMAGES.includes(extension(path).toLowerCase()));
  if (unread.length === 0) return [];
  return [`${counted(unread.length, 'image')} of a kind that is not read here, copied by day: ${listNames(unread)}`];
}

function droppedNotices(dropped: ReadonlySet<string>, labels: number, every: number): string[] {
  if (dropped.size === 0) return [];
  return [
    `left out ${counted(dropped.size, 'frame')} and ${counted(labels, 'label')} of theirs, for one frame in ${every} is kept: ${listNames([...dropped])}`,
  ];
}

function chunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
}
