import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { paddedEnd, TAR_BLOCK, type TarMember } from '../layouts/tar-members.js';

/** Bytes copied at once. */
const COPY_BYTES = 1 << 20;
/** Fields of a tar header: offset and length in bytes. POSIX 1003.1, ustar. */
const SIZE = [124, 12] as const;
const CHECKSUM = [148, 8] as const;

/** Where the members of a tar file are read from. */
export interface ShardSource {
  /** Borrowed. */
  readonly file: FileHandle;
  readonly members: readonly TarMember[];
}

/** Writes a tar file whose members are those of another: as they are, or with other data under the same headers. */
export class ShardWriter {
  readonly #from: ShardSource;
  readonly #to: FileHandle;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  /** Borrows both files. */
  constructor(from: ShardSource, to: FileHandle) {
    this.#from = from;
    this.#to = to;
  }

  /** Size and SHA-256 (hex) of what was written; once, at the end. */
  digest(): { readonly bytes: number; readonly sha256: string } {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** Copies headers and data of a member. */
  async copy(member: TarMember): Promise<void> {
    await this.#copyRange(member.headerStart, paddedEnd(member));
  }

  /** Writes other data under a member's headers: only its size, and the checksum over that, change. Borrows the data. */
  async replace(member: TarMember, data: Uint8Array): Promise<void> {
    const headers = await readRange(this.#from.file, member.headerStart, member.dataStart);
    setSize(headers.subarray(headers.length - TAR_BLOCK), data.length);
    await this.#write(headers);
    await this.#write(data);
    await this.#write(new Uint8Array(paddedEnd({ dataStart: 0, bytes: data.length }) - data.length));
  }

  /** Copies what follows the last member: the zeros that end a tar file. */
  async finish(): Promise<void> {
    const last = this.#from.members.at(-1);
    const { size } = await this.#from.file.stat();
    await this.#copyRange(last ? paddedEnd(last) : 0, size);
  }

  async #copyRange(start: number, end: number): Promise<void> {
    for (let at = start; at < end; at += COPY_BYTES) {
      await this.#write(await readRange(this.#from.file, at, Math.min(end, at + COPY_BYTES)));
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#to.appendFile(bytes);
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }
}

/** Reads a part of a file; shorter where the file ends before. */
export async function readRange(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(end - start);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, start + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

/** Sets the size in a header, in octal as every writer does, and its checksum; the marks that end both fields stay. */
function setSize(header: Buffer, bytes: number): void {
  setOctal(header, SIZE, bytes);
  header.fill(' ', CHECKSUM[0], CHECKSUM[0] + CHECKSUM[1]);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, CHECKSUM[0], 'latin1');
}

function setOctal(header: Buffer, [offset, length]: readonly [number, number], value: number): void {
  header.write(value.toString(8).padStart(length - 1, '0'), offset, 'latin1');
}
