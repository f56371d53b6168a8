import { NocturneError } from '../../src/core/errors.js';
import type { Backend } from '../../src/train/backends/backend.js';
import { openBackend } from '../../src/train/backends/open-backend.js';

/** The training backends of this machine. Warns about missing ones, with what to install. */
export async function presentBackends(): Promise<Backend['name'][]> {
  const present: Backend['name'][] = [];
  for (const name of ['tensorflow', 'webgpu', 'wasm'] as const) {
    try {
      const backend = await openBackend(name);
      await backend.close();
      present.push(name);
    } catch (error) {
      if (!(error instanceof NocturneError) || error.code !== 'DEVICE_UNAVAILABLE') throw error;
      console.warn(`SKIPPED on the ${name} backend: ${error.toLine()}`);
    }
  }
  return present;
}
