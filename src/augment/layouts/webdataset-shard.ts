import { posix } from 'node:path';
import { extensionOf, isImagePath } from '../../image/image-extensions.js';
import { nightPath, withExtension } from './dataset-path.js';
import { readTarMembers, type TarMember } from './tar-members.js';

/** What becomes of a member: `image` is translated; `unwritable` is an image in a format that is not written; the rest is copied. */
export type MemberRole = 'image' | 'labelImage' | 'unwritable' | 'json' | 'other';

/** A member of a shard. */
export interface ShardMember extends TarMember {
  readonly role: MemberRole;
  /**
   * `SHARD.tar/NAME`; of the second member of one name `SHARD.tar/STEM#2.EXTENSION`. A path inside the shard, whatever the name: files that a
   * run writes are named for it.
   */
  readonly id: string;
}

/** Members that follow each other and share a key: one sample, as WebDataset reads it. */
export interface ShardSample {
  /** Folder and name up to the first dot. */
  readonly key: string;
  readonly members: readonly ShardMember[];
}

/** Words between the dots of a member's name that make an image of it a label: `000.seg.png`. */
const LABEL_WORDS: ReadonlySet<string> = new Set([
  ...['seg', 'segmentation', 'mask', 'masks', 'label', 'labels', 'labelids', 'gt', 'semantic', 'instance', 'instances'],
  ...['panoptic', 'depth', 'disparity', 'disp', 'flow', 'normal', 'normals', 'annotation', 'target'],
]);

/** Reads the samples of a shard, in order. @param shard its path in the set. Throws NocturneError for a damaged one. */
export async function readShard(localPath: string, shard: string): Promise<readonly ShardSample[]> {
  const samples: { key: string; members: ShardMember[] }[] = [];
  const counts = new Map<string, number>();
  for (const member of await readTarMembers(localPath, shard)) {
    const path = pathOf(member.name);
    const count = (counts.get(path) ?? 0) + 1;
    counts.set(path, count);
    const number = count > 1 ? `#${count}` : '';
    const id = `${shard}/${withExtension(path, number + posix.extname(path))}`;
    const full = { ...member, id, role: member.isFile ? roleOf(member.name) : ('other' as const) };
    const key = keyOf(member.name);
    const last = samples.at(-1);
    if (last?.key === key) last.members.push(full);
    else samples.push({ key, members: [full] });
  }
  return samples;
}

/** What a member is, by its name. Hidden files (`._000.jpg` of macOS) are none of the set's. */
export function roleOf(name: string): MemberRole {
  const [first = '', ...words] = posix.basename(name).toLowerCase().split('.');
  if (first === '') return 'other';
  if (extensionOf(name) === '.json') return 'json';
  if (!isImagePath(name)) return 'other';
  const parts = words.slice(0, -1).flatMap((word) => word.split(/[_-]/));
  if (parts.some((word) => LABEL_WORDS.has(word))) return 'labelImage';
  return nightPath(name) === name ? 'image' : 'unwritable';
}

/** A member's name without `.`, `..` and empty parts: `./a.jpg` is `a.jpg`, `../a.jpg` too. */
function pathOf(name: string): string {
  return posix.normalize(`/${name}`).slice(1);
}

function keyOf(name: string): string {
  const base = posix.basename(name);
  const dot = base.indexOf('.', 1);
  return posix.join(posix.dirname(name), dot < 0 ? base : base.slice(0, dot));
}
