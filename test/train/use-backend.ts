import { openBackend } from '../../src/train/backends/open-backend.js';

/** Makes the backend current that every machine has. */
export async function useBackend(): Promise<void> {
  await openBackend('wasm');
}
