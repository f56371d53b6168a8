import { invalid, readModelBytes, readWeights, sha256Of } from '../model-file.js';
import type { NetworkFile } from '../open-ort-session.js';

/** Reads a network that a stream has read before. Throws NocturneError MODEL_NOT_FOUND, or MODEL_INVALID when it has changed since. */
export async function readNetworkFile(path: string, sha256: string): Promise<NetworkFile> {
  const bytes = await readModelBytes(path, 'model');
  if (sha256Of(bytes) !== sha256) throw invalid(`the model ${path} has changed since its stream opened it.`);
  return { path, bytes, externalData: await readWeights(path, bytes) };
}
