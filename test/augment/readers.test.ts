import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nocturne } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import * as readers from './field-readers.js';
import * as sets from './field-sets.js';
import { hasPythonModule, runPython } from './independent-reader.js';
import { filesIn, manifestOf } from './run/day-set.js';

/** A set of one layout, and who reads it. */
interface Case {
  readonly layout: string;
  /** Undefined where what it is made of is missing. */
  readonly files: sets.SetFiles | undefined;
  readonly reader: string;
  readonly modules: readonly string[];
  /** What of its labels becomes night, for what the reader gives. */
  readonly atNight?: (labels: unknown) => unknown;
  /** Label files with a changed attribute. */
  readonly rewritten?: RegExp;
  readonly isNight: RegExp;
}

const days = await sets.labelledDays();
const isJpeg = /\.jpg$/;
const camvid = sets.camvidSet();
/** Asked once: pandas takes a second. */
const MODULES = ['PIL', 'numpy', 'pycocotools', 'yaml', 'webdataset', 'pyarrow', 'pandas'].filter(hasPythonModule);
const hasModules = (...names: readonly string[]): boolean => names.every((name) => MODULES.includes(name));

const CASES: readonly Case[] = [
  {
    ...{
      layout: 'kitti',
      files: await sets.kittiSet(days),
      reader: readers.KITTI_READER,
      modules: [],
      isNight: /image_2/,
    },
  },
  {
    ...{
      layout: 'coco',
      files: sets.cocoSet(days),
      reader: readers.COCO_READER,
      modules: ['pycocotools'],
      isNight: isJpeg,
    },
  },
  { ...{ layout: 'yolo', files: sets.yoloSet(days), reader: readers.YOLO_READER, modules: ['yaml'], isNight: isJpeg } },
  { ...{ layout: 'voc', files: await sets.vocSet(days), reader: readers.VOC_READER, modules: [], isNight: isJpeg } },
  {
    ...{ layout: 'bdd100k', files: sets.bddSet(days), reader: readers.BDD_READER, modules: [], isNight: isJpeg },
    rewritten: /det_train\.json$/,
    atNight: (labels) => {
      const [attributes, boxes] = labels as [object, unknown];
      return [{ ...attributes, timeofday: 'night' }, boxes];
    },
  },
  {
    ...{
      layout: 'masks',
      files: await sets.cityscapesSet(days),
      reader: readers.CITYSCAPES_READER,
      modules: [],
      isNight: /leftImg8bit\.png$/,
    },
  },
  { ...{ layout: 'masks', files: camvid, reader: readers.CAMVID_READER, modules: [], isNight: /^train\// } },
  {
    ...{
      layout: 'nuscenes',
      files: sets.nuscenesSet(days),
      reader: readers.NUSCENES_READER,
      modules: [],
      isNight: isJpeg,
    },
    rewritten: /scene\.json$/,
    atNight: (labels) => {
      const [description, ...others] = labels as [string, ...unknown[]];
      return [`Night, ${description}`, ...others];
    },
  },
  {
    ...{
      layout: 'webdataset',
      files: await sets.webdatasetSet(days),
      reader: readers.WEBDATASET_READER,
      modules: ['webdataset'],
    },
    isNight: /\.tar$/,
    atNight: (labels) => {
      const [record, cls] = labels as [object, unknown];
      return [{ ...record, timeofday: 'night' }, cls];
    },
  },
];

const root = temporaryFolder();

/** The grade needs no network. */
const FLAGS = ['--generator', 'grade', '--rejects', 'keep', '--nights', 'translate', '--no-report', '--jobs', '2'];

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const ownFiles = (folder: string): string[] => filesIn(folder).filter((path) => !path.startsWith('nocturne/'));

describe.each(CASES.map((one, number) => ({ ...one, number })))('a set of $layout ($number)', (one) => {
  const input = join(root, `day-${one.number}`);

  it.skipIf(one.files === undefined).each([1, 2])('keeps its layout and labels, in %i variants', async (variants) => {
    for (const [path, bytes] of Object.entries(one.files ?? {})) {
      mkdirSync(dirname(join(input, path)), { recursive: true });
      writeFileSync(join(input, path), bytes);
    }
    const output = join(root, `night-${one.number}-${variants}`);
    const { exitCode, stderr } = await nocturne(['augment', input, output, ...FLAGS, '--variants', String(variants)]);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain(`: ${one.layout} (`);
    const paths = ownFiles(input);
    const folders = variants === 1 ? [output] : [join(output, 'variant-0'), join(output, 'variant-1')];
    for (const folder of folders) {
      expect(ownFiles(folder)).toEqual(paths);
      const changed = paths.filter((path) => hashOf(join(folder, path)) !== hashOf(join(input, path)));
      expect(changed).toEqual(paths.filter((path) => one.isNight.test(path) || one.rewritten?.test(path)));
      expectRead(one, input, folder);
    }
    if (variants === 2) {
      const [first = '', second = ''] = folders;
      const differing = paths.filter((path) => hashOf(join(first, path)) !== hashOf(join(second, path)));
      expect(differing).toEqual(paths.filter((path) => one.isNight.test(path)));
      expect(ownFiles(output)).toEqual(folders.flatMap((_, k) => paths.map((path) => `variant-${k}/${path}`)));
    }
    expectManifest(output, variants);
  });
});

/** The reader of the field finds at night what it finds by day: the same names, sizes and labels, and darker pixels. */
function expectRead({ reader, modules, atNight = (labels) => labels }: Case, input: string, folder: string): void {
  if (!hasModules('PIL', 'numpy', ...modules)) return;
  const day = runPython(reader, input) as readers.ReadSample[]; // printed by the reader
  const night = runPython(reader, folder) as readers.ReadSample[];
  expect(day.length).toBeGreaterThan(0);
  expect(night.map(({ name, size, labels }) => ({ name, size, labels }))).toEqual(
    day.map(({ name, size, labels }) => ({ name, size, labels: atNight(labels) })),
  );
  for (const [i, { mean }] of night.entries()) expect(mean).toBeLessThan(0.75 * (day[i]?.mean ?? 0));
}

function expectManifest(output: string, variants: number): void {
  const rows = manifestOf(output);
  for (const row of rows) expect(hashOf(join(output, row.output))).toBe(row.outputSha256);
  expect(rows.filter(({ variant }) => variant === variants - 1)).toHaveLength(rows.length / variants);
  if (variants === 1 || !hasModules('pyarrow', 'pandas')) return;
  expect(runPython(readers.MANIFEST_READER, output)).toEqual({
    rows: rows.map((row) => [row.item, row.variant, row.output, row.outputSha256, row.verdict]),
    same: true,
  });
}
