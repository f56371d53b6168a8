import { NocturneError } from '../../core/errors.js';
import { extensionOf, isImagePath } from '../../image/image-extensions.js';
import type { DatasetPlan, FileCopy, Unit } from '../dataset.js';
import { counted, countedNotice } from './counted.js';
import type { DatasetTree, Layout } from './layout.js';
import { readShard, type MemberRole, type ShardSample } from './webdataset-shard.js';

const SHARD = '.tar';
/** Shards as they are sometimes packed. Their bytes would depend on the machine's zlib, so they are left out. */
const PACKED_SHARD = /\.(?:tar\.gz|tgz|tar\.zst|tar\.xz|tar\.bz2)$/i;
/** Lists of places in a shard, which its night has not. */
const INDEX_EXTENSION = '.idx';

/** Tar shards of samples: members of one name and several extensions. Each shard is a unit; what is not an image stays as it is. */
export const webdataset: Layout = {
  name: 'webdataset',

  detect({ files }) {
    if (files.some(({ path }) => isImagePath(path))) return Promise.resolve(undefined); // a set with an archive of something beside it
    const shards = files.filter(({ path }) => extensionOf(path) === SHARD).length;
    if (shards > 0) return Promise.resolve(counted(shards, 'tar shard'));
    const packed = files.filter(({ path }) => PACKED_SHARD.test(path)).length;
    return Promise.resolve(packed > 0 ? counted(packed, 'compressed tar shard') : undefined);
  },

  plan: planShards,
};

async function planShards(tree: DatasetTree): Promise<Omit<DatasetPlan, 'layout' | 'evidence'>> {
  const units: Unit[] = [];
  const copies: FileCopy[] = [];
  const left = new LeftOut();
  for (const { path } of tree.files) {
    if (PACKED_SHARD.test(path)) left.add(PACKED, path);
    else if (extensionOf(path) === INDEX_EXTENSION) left.add(INDEXES, path);
    else if (extensionOf(path) === SHARD) await addShard(tree, path, { units, copies, left });
    else copies.push({ path, role: 'other' });
  }
  if (units.length === 0) throw noShard(tree, left.notices);
  return { units, copies, notices: left.notices };
}

async function addShard(
  { store }: DatasetTree,
  path: string,
  { units, copies, left }: { readonly units: Unit[]; readonly copies: FileCopy[]; readonly left: LeftOut },
): Promise<void> {
  try {
    const samples = await store.withLocalFile(path, (localPath) => readShard(localPath, path));
    const members = samples.flatMap((sample) => sample.members);
    const ids = (role: MemberRole): string[] => members.filter((m) => m.role === role).map(({ id }) => id);
    left.add(UNWRITABLE, ...ids('unwritable'));
    left.addNotices(path, samples);
    const items = ids('image').map((id) => ({ id, kind: 'image', source: path, output: path, labels: [] }) as const);
    if (items.length > 0) units.push({ index: units.length, kind: 'shard', items });
    else copies.push({ path, role: 'other' });
  } catch (error) {
    if (!(error instanceof NocturneError) || !error.code.startsWith('INPUT_')) throw error;
    left.addLine(`left out: ${error.message}`);
  }
}

/** Why files are left out, of one and of many. */
type Why = readonly [one: string, many: string];
const PACKED: Why = [
  'compressed shard, left out (unpack it: gunzip)',
  'compressed shards, left out (unpack them: gunzip)',
];
const INDEXES: Why = [
  'index of places in a day shard, left out (make it again from the night shard)',
  'indexes of places in day shards, left out (make them again from the night shards)',
];
const UNWRITABLE: Why = [
  'image in a shard in a format that is not written, copied as it is',
  'images in shards in a format that is not written, copied as they are',
];

/** What is not translated, and why. */
class LeftOut {
  readonly #names = new Map<Why, string[]>();
  readonly #lines: string[] = [];

  /** One line each. */
  get notices(): string[] {
    return [...this.#lines, ...[...this.#names].flatMap(([why, names]) => countedNotice(names, ...why))];
  }

  add(why: Why, ...names: readonly string[]): void {
    const known = this.#names.get(why) ?? [];
    for (const name of names) known.push(name);
    this.#names.set(why, known);
  }

  addLine(line: string): void {
    this.#lines.push(line);
  }

  /** Notes a shard without images, or with samples that have none. */
  addNotices(shard: string, samples: readonly ShardSample[]): void {
    const without = samples.filter(({ members }) => members.every(({ role }) => role !== 'image')).length;
    if (without === samples.length) this.addLine(`${shard} has no images that can become night: copied as it is`);
    else if (without > 0)
      this.addLine(`${shard}: ${without} of ${samples.length} samples have no image that can become night`);
  }
}

function noShard({ store }: DatasetTree, notices: readonly string[]): NocturneError {
  const message = `${store.label} has no tar shard with images. ${notices.join('; ')}`.trim();
  return new NocturneError({
    code: 'INPUT_UNSUPPORTED',
    stage: 'ingest',
    message,
    remedy: 'Pass --layout, or unpack the shards.',
  });
}
