import type { FileHandle } from 'node:fs/promises';
import { NocturneError } from '../../core/errors.js';
import type { ShardMember } from '../layouts/webdataset-shard.js';
import type { Store } from '../store/store.js';
import { readRange } from './shard-writer.js';

/** Largest image and JSON member that is read, bytes: it is held in memory whole. Other members have no limit. */
export const MAX_MEMBER_BYTES = 256 * 1024 * 1024;

/** A store that reads the members of an open shard by their ids. Borrows the file. */
export function memberStore(base: Store, file: FileHandle, members: readonly ShardMember[]): Store {
  const byId = new Map(members.map((member) => [member.id, member]));
  return withMethods(base, {
    async read(id) {
      const member = byId.get(id);
      if (!member) throw unreadable('INPUT_NOT_FOUND', `${id} is not in its shard any more.`);
      const { bytes, dataStart, hasExtendedSize } = member;
      if (bytes > MAX_MEMBER_BYTES || hasExtendedSize) {
        const limit = `${MAX_MEMBER_BYTES / 1024 ** 2} MiB`;
        throw unreadable('INPUT_UNSUPPORTED', `${id} has ${bytes} bytes; images in shards may have ${limit}.`);
      }
      return readRange(file, dataStart, dataStart + bytes);
    },
  });
}

/** A store that keeps what is written to the set in memory, for a shard; what is written beside the set goes to the base. */
export function nightStore(base: Store, nights: Map<string, Uint8Array>): Store {
  return withMethods(base, {
    async write(path, bytes) {
      if (path.startsWith(BESIDE)) await base.write(path, bytes);
      else nights.set(path, bytes);
    },
  });
}

/** Where a run writes what is not part of the set. */
const BESIDE = 'nocturne/';

function withMethods(base: Store, own: Partial<Pick<Store, 'read' | 'write'>>): Store {
  return {
    label: base.label,
    list: () => base.list(),
    read: (path) => base.read(path),
    size: (path) => base.size(path),
    write: (path, bytes) => base.write(path, bytes),
    writeFile: (path, work) => base.writeFile(path, work),
    withLocalFile: (path, work) => base.withLocalFile(path, work),
    remove: (path) => base.remove(path),
    ...own,
  };
}

function unreadable(code: 'INPUT_NOT_FOUND' | 'INPUT_UNSUPPORTED', message: string): NocturneError {
  return new NocturneError({
    code,
    stage: 'ingest',
    message,
    remedy: 'Make the shard again, or leave the sample out.',
  });
}
