import { NocturneError } from '../../core/errors.js';
import { silentLogger, type Logger } from '../../core/logger.js';
import type { Micros } from '../../core/time.js';
import { PlaneResizer, type PlaneSize } from '../../image/resize-planes.js';
import {
  DETAIL_HEIGHT,
  DETAIL_WIDTH,
  THUMBNAIL_HEIGHT,
  THUMBNAIL_WIDTH,
  type Thumbnail,
} from '../../image/thumbnail.js';
import { createLookFitter } from '../../look/fit/create-look-fitter.js';
import type { LookFitter, YuvPlanes } from '../../look/fit/look-fitter.js';
import { isFiniteLook, type Look } from '../../look/look.js';
import type { Motion } from '../../temporal/motion.js';
import type { Generator } from '../generator.js';
import type { ModelFile } from '../model-file.js';
import type { Placement } from '../network-session.js';
import type { SessionOptions } from '../open-session.js';
import type { ImageModelCard } from './image-card.js';
import { openImageNetwork, type ImageNetwork } from './image-network.js';
import { fromTensor } from './image-tensor.js';

/** Options of {@link openImageGenerator}. */
export interface ImageGeneratorOptions extends SessionOptions {
  readonly file: ModelFile<ImageModelCard>;
  readonly logger?: Logger;
}

/**
 * Opens a generator on a network that makes images: what flows on is the look fitted to (its input, its output), so that a network of
 * 256 x 256 turns video of any size into night. Throws NocturneError MODEL_INVALID or DEVICE_UNAVAILABLE.
 */
export async function openImageGenerator(options: ImageGeneratorOptions): Promise<Generator> {
  const { file, logger = silentLogger, ...where } = options;
  const started = performance.now();
  const network = await openImageNetwork(file, where);
  const openMs = Math.round(performance.now() - started);
  const { device } = network.placement;
  logger.debug({ model: file.path, version: file.card.version, device, openMs }, 'The image network is ready.');
  return new ImageGenerator(network, await createLookFitter());
}

const THUMBNAIL: PlaneSize = { width: THUMBNAIL_WIDTH, height: THUMBNAIL_HEIGHT };
const DETAIL: PlaneSize = { width: DETAIL_WIDTH, height: DETAIL_HEIGHT };

class ImageGenerator implements Generator {
  readonly card: ImageModelCard;
  readonly wantsDetail: boolean;
  readonly #network: ImageNetwork;
  readonly #fitter: LookFitter;
  readonly #resizers = new Map<string, PlaneResizer>();
  #isClosed = false;
  /** Time of the frame that was announced last; undefined once it was translated. */
  #announced: Micros | undefined;
  /** Whether the last fit was of the same scene of the same video. */
  #hasFit = false;

  constructor(network: ImageNetwork, fitter: LookFitter) {
    const { width, height } = network.card.input;
    this.card = network.card;
    this.wantsDetail = width > THUMBNAIL_WIDTH || height > THUMBNAIL_HEIGHT;
    this.#network = network;
    this.#fitter = fitter;
  }

  get device(): string {
    return this.placement.device;
  }

  get isElsewhere(): boolean {
    return this.#network.isElsewhere;
  }

  get placement(): Placement {
    return this.#network.placement;
  }

  advance({ pts }: Thumbnail, motion: Motion | undefined): void {
    this.#announced = pts;
    if (!motion) this.#hasFit = false;
  }

  async translate({ data, detail, pts }: Thumbnail): Promise<Look> {
    if (this.#isClosed) throw new TypeError('translate needs an open generator, got a closed one');
    const isVideo = pts === this.#announced;
    this.#announced = undefined;
    const source = detail ? { ...DETAIL, data: detail } : { ...THUMBNAIL, data };
    const { width, height } = this.card.input;
    // An enlarged day shows no more than the day itself: the look is fitted at the smaller size.
    const fitted = { width: Math.min(width, source.width), height: Math.min(height, source.height) };
    const day = this.#resize(source, { width, height });
    const night = fromTensor(await this.#network.run(day), this.card.output);
    const look = this.#fitter.fit(
      this.#resize(isSameSize(day, fitted) ? day : source, fitted),
      this.#resize(night, fitted),
      { continuing: isVideo && this.#hasFit, aspect: THUMBNAIL_WIDTH / THUMBNAIL_HEIGHT },
    );
    if (isVideo) this.#hasFit = true;
    if (!isFiniteLook(look)) {
      const message = `${this.card.name} gave an image whose look is not finite.`;
      throw new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message, fatal: false });
    }
    return look;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#network.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** An image at another size. Lends an image that has it; the caller owns others. */
  #resize(image: YuvPlanes, size: PlaneSize): YuvPlanes {
    if (isSameSize(image, size)) return image;
    const key = [image.width, image.height, size.width, size.height].join(' ');
    const resizer = this.#resizers.get(key) ?? new PlaneResizer(image, size);
    this.#resizers.set(key, resizer);
    const out = new Float32Array(3 * size.width * size.height);
    resizer.resizeAllInto(image.data, out);
    return { ...size, data: out };
  }
}

function isSameSize(a: PlaneSize, b: PlaneSize): boolean {
  return a.width === b.width && a.height === b.height;
}
