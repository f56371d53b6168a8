import { createReadStream } from 'node:fs';
import { extract } from 'tar-stream';
import { NocturneError } from '../../core/errors.js';
import { recordOf } from './json-record.js';

/** A member of a tar file, and where its parts are; offsets in bytes from the file's start. */
export interface TarMember {
  readonly name: string;
  /** Whether it is a regular file; else a folder, link or device. */
  readonly isFile: boolean;
  /** Where its headers begin, those with long names included. Its last header is the 512 bytes before {@link dataStart}. */
  readonly headerStart: number;
  readonly dataStart: number;
  readonly bytes: number;
  /** Whether its size stands in an extended header, as sizes of 8 GiB and more do. */
  readonly hasExtendedSize: boolean;
}

/** Size of a block of a tar file, bytes. */
export const TAR_BLOCK = 512;

/** Where the data of a member ends, with the zeros that fill its last block. */
export function paddedEnd({ dataStart, bytes }: Pick<TarMember, 'dataStart' | 'bytes'>): number {
  return dataStart + Math.ceil(bytes / TAR_BLOCK) * TAR_BLOCK;
}

/** Lists the members of a tar file in order. Throws NocturneError INPUT_UNSUPPORTED for one that ends early or is none. */
export async function readTarMembers(localPath: string, label: string): Promise<readonly TarMember[]> {
  const members: TarMember[] = [];
  const entries = extract();
  const source = createReadStream(localPath, { highWaterMark: READ_BYTES });
  source.on('error', (error) => entries.destroy(error));
  source.pipe(entries);
  try {
    for await (const entry of entries) {
      const { name, type, size, pax } = entry.header;
      const isFile = type === 'file' || type === 'contiguous-file';
      const previous = members.at(-1);
      members.push({
        name,
        isFile,
        headerStart: previous ? paddedEnd(previous) : 0,
        dataStart: entry.offset + TAR_BLOCK,
        bytes: type === 'directory' ? 0 : size,
        hasExtendedSize: recordOf(pax)['size'] !== undefined,
      });
      entry.resume();
    }
  } catch (error) {
    throw damaged(label, error instanceof Error ? error.message : String(error), error);
  } finally {
    source.destroy();
  }
  return members;
}

/** Bytes read at once. */
const READ_BYTES = 1 << 20;

function damaged(label: string, why: string, cause: unknown): NocturneError {
  const message = `${label} cannot be read as a tar file: ${why}.`;
  const remedy = 'Copy the shard again, or leave it out of the set.';
  return new NocturneError({ code: 'INPUT_UNSUPPORTED', stage: 'ingest', message, remedy, cause });
}
