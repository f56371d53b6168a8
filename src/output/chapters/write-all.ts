import type { FileHandle } from 'node:fs/promises';

/** Writes all bytes at a position of the file. A full disk may write a part of them before it fails. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
