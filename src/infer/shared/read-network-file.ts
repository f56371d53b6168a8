import { createHash } from 'node:crypto';
import { readExternalData, type ExternalData } from '../external-data.js';
import { invalid, readModelBytes } from '../model-file.js';

/** A network's file, without its card. */
export interface NetworkFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly externalData: readonly ExternalData[];
}

/** Reads a network that a stream has read before. Throws NocturneError MODEL_NOT_FOUND, or MODEL_INVALID when it has changed since. */
export async function readNetworkFile(path: string, sha256: string): Promise<NetworkFile> {
  const bytes = await readModelBytes(path, 'model');
  if (hashOf(bytes) !== sha256) throw invalid(`the model ${path} has changed since its stream opened it.`);
  return { path, bytes, externalData: await readExternalData(path, bytes) };
}

/** SHA-256 of a model's file, hexadecimal. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
