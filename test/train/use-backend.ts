import { openBackend } from '../../src/train/backends/open-backend.js';

/** Makes wasm the current backend: the one of every machine. */
export async function useBackend(): Promise<void> {
  await openBackend('wasm');
}
