import { NocturneError } from '../../core/errors.js';
import { readModelFile } from '../model-file.js';
import type { NetworkSession } from '../network-session.js';
import { openNetworkSession } from '../open-session.js';
import { reasonOf } from '../ort-runtime.js';
import { KEY_PATCH_PORTS, parseKeyPatchCard, type KeyPatchModelCard } from './key-patch-card.js';

/** Numbers of the noise. */
export const KEY_PATCH_NOISE = 128;

/** A night made from patches. The caller owns it. */
export interface MadeNight {
  /** `[3, S, S]`: RGB in [-1, 1]. */
  readonly image: Float32Array;
  /** `[S, S]`: where the network puts the patches, 0 to 1. */
  readonly mask: Float32Array;
}

/**
 * Opens a key-patch network. @param path the `.onnx` file, its card, or their folder. @param threads on the CPU; default 1.
 * Throws NocturneError MODEL_NOT_FOUND or MODEL_INVALID.
 */
export async function openKeyPatchNetwork(path: string, threads = 1): Promise<KeyPatchNetwork> {
  const file = await readModelFile(path, parseKeyPatchCard);
  return new KeyPatchNetwork(file.card, file.path, await openNetworkSession(file, { device: 'cpu', threads }));
}

/** Makes nights from patches (Lee et al. 2018). One call after another. */
export class KeyPatchNetwork implements AsyncDisposable {
  readonly card: KeyPatchModelCard;
  readonly #path: string;
  readonly #session: NetworkSession;

  constructor(card: KeyPatchModelCard, path: string, session: NetworkSession) {
    this.card = card;
    this.#path = path;
    this.#session = session;
  }

  /**
   * Makes a night from patches, in any order. Borrows them. @param patches at least one, each `[3, S, S]`, RGB in [-1, 1].
   * @param noise 128 numbers in [-1, 1]: others give another night. Throws RangeError for other sizes, NocturneError MODEL_FAILED.
   */
  async make(patches: readonly Float32Array[], noise: Float32Array): Promise<MadeNight> {
    const { side } = this.card;
    const length = 3 * side * side;
    const wrong = patches.find((patch) => patch.length !== length);
    if (patches.length === 0 || wrong) {
      throw new RangeError(`patches must be at least one of ${length} numbers, got ${wrong ? wrong.length : 'none'}`);
    }
    if (noise.length !== KEY_PATCH_NOISE) {
      throw new RangeError(`noise must be ${KEY_PATCH_NOISE} numbers, got ${noise.length}`);
    }
    const data = new Float32Array(patches.length * length);
    patches.forEach((patch, i) => data.set(patch, i * length));
    const inputs = {
      [KEY_PATCH_PORTS.patches]: { data, shape: [patches.length, 3, side, side] },
      [KEY_PATCH_PORTS.noise]: { data: noise, shape: [1, KEY_PATCH_NOISE, 1, 1] },
    };
    const outputs = await this.#session
      .run(inputs, [KEY_PATCH_PORTS.image, KEY_PATCH_PORTS.mask])
      .catch((cause: unknown) => {
        const message = `${this.#path} failed: ${reasonOf(cause)}.`;
        throw new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message, cause });
      });
    const { image, mask } = outputs;
    if (image?.data.length !== length || mask?.data.length !== side * side) {
      const message = `${this.#path} must give an image and a mask of ${side}x${side}.`;
      throw new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message });
    }
    return { image: image.data, mask: mask.data };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#session.close();
  }
}
