import { hasNoNetwork, isPackageGenerator } from '../../infer/generator-names.js';
import type { ModelSettings, ShareMode } from '../stream-settings.js';

/**
 * True when a live stream runs its network in the generator process. `auto`: on a GPU, which is one for all streams; and for a model that is not the
 * package's, which may be slow, large or harmful: there a frame never waits for it, and it cannot end the stream. The package's own networks on
 * the CPU take a few milliseconds in the stream's own worker.
 */
export function usesGeneratorProcess({ generator, device }: ModelSettings, share: ShareMode): boolean {
  if (share === 'off' || hasNoNetwork(generator)) return false;
  const isOnGpu = device !== 'auto' && device !== 'cpu';
  return share === 'on' || isOnGpu || !isPackageGenerator(generator);
}
