import { NocturneError } from '../../core/errors.js';
import { silentLogger, type Logger } from '../../core/logger.js';
import type { Micros } from '../../core/time.js';
import { enlargeThumbnailInto } from '../../image/enlarge-thumbnail.js';
import { isFiniteArray } from '../../image/is-finite-array.js';
import { PlaneResizer } from '../../image/resize-planes.js';
import {
  DETAIL_HEIGHT,
  DETAIL_WIDTH,
  THUMBNAIL_HEIGHT,
  THUMBNAIL_WIDTH,
  type Thumbnail,
} from '../../image/thumbnail.js';
import { createLookFitter } from '../../look/fit/create-look-fitter.js';
import type { LookFitter } from '../../look/fit/look-fitter.js';
import { isFiniteLook, type Look } from '../../look/look.js';
import { KEY_REGIONS, keyRegions } from '../../scene/key-regions.js';
import { SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH } from '../../scene/scene.js';
import { openSceneReader, type SceneReader } from '../../scene/scene-reader.js';
import type { Motion } from '../../temporal/motion.js';
import type { Generator } from '../generator.js';
import { invalid, readModelFile, type ModelFile } from '../model-file.js';
import type { NetworkSession, Placement } from '../network-session.js';
import { openNetworkSession, type SessionOptions } from '../open-session.js';
import { reasonOf } from '../ort-runtime.js';
import { parseTwoPathwayCard, type TwoPathwayCard } from './two-pathway-card.js';

/** Options of {@link openTwoPathwayGenerator}. */
export interface TwoPathwayGeneratorOptions extends Omit<SessionOptions, 'prefersGpu'> {
  /** Folder, card or `.onnx` file of a two-pathway network. */
  readonly model: string;
  readonly logger?: Logger;
}

/**
 * Opens a generator on a two-pathway network: the scene network of the package finds the key regions of a frame, the network makes the night of
 * both, and what flows on is the look fitted to it. Throws NocturneError MODEL_NOT_FOUND, MODEL_INVALID or DEVICE_UNAVAILABLE.
 */
export async function openTwoPathwayGenerator(options: TwoPathwayGeneratorOptions): Promise<Generator> {
  const { model, logger = silentLogger, ...where } = options;
  const started = performance.now();
  const file = await readModelFile(model, parseTwoPathwayCard);
  const session = await openNetworkSession(file, where);
  let reader: SceneReader | undefined;
  try {
    reader = await openSceneReader(where);
    const generator = new TwoPathwayGenerator({ file, session, reader, fitter: await createLookFitter() });
    await generator.tryOut();
    const openMs = Math.round(performance.now() - started);
    logger.debug(
      { model: file.path, version: file.card.version, device: session.placement.device, openMs },
      'The two-pathway network is ready.',
    );
    return generator;
  } catch (error) {
    await reader?.close();
    await session.close();
    throw error;
  }
}

/** What a generator runs; taken. */
interface RunningNetworks {
  readonly file: ModelFile<TwoPathwayCard>;
  readonly session: NetworkSession;
  readonly reader: SceneReader;
  readonly fitter: LookFitter;
}

/** Planes of an image. */
const IMAGE = 3;
/** Luma of the frame on which a network is tried. */
const TRIAL_LUMA = 0.4;

class TwoPathwayGenerator implements Generator {
  readonly wantsDetail = true;
  readonly #networks: RunningNetworks;
  readonly #width: number;
  readonly #height: number;
  readonly #images: PlaneResizer;
  readonly #regions: PlaneResizer;
  /** A thumbnail enlarged to `[3, 256, 448]`. */
  readonly #enlarged = new Float32Array(IMAGE * DETAIL_WIDTH * DETAIL_HEIGHT);
  #isClosed = false;
  /** Time of the frame that was announced last; undefined once it was translated. */
  #announced: Micros | undefined;
  /** Whether the last fit was of the same scene of the same video. */
  #hasFit = false;

  constructor(networks: RunningNetworks) {
    const [, , height = 0, width = 0] = networks.file.card.input.shape;
    this.#networks = networks;
    this.#width = width;
    this.#height = height;
    this.#images = new PlaneResizer({ width: DETAIL_WIDTH, height: DETAIL_HEIGHT }, { width, height });
    this.#regions = new PlaneResizer({ width: SURFACE_WIDTH, height: SURFACE_HEIGHT }, { width, height });
  }

  get card(): TwoPathwayCard {
    return this.#networks.file.card;
  }

  get device(): string {
    return this.placement.device;
  }

  get placement(): Placement {
    return this.#networks.session.placement;
  }

  get isElsewhere(): boolean {
    return this.#networks.session.isElsewhere ?? false;
  }

  advance({ pts }: Thumbnail, motion: Motion | undefined): void {
    this.#announced = pts;
    if (!motion) this.#hasFit = false;
  }

  async translate({ data, detail, pts }: Thumbnail): Promise<Look> {
    if (this.#isClosed) throw new TypeError('translate needs an open generator, got a closed one');
    const isVideo = pts === this.#announced;
    this.#announced = undefined;
    if (!detail) enlargeThumbnailInto(data, this.#enlarged);
    const { day, night } = await this.#makeNight(detail ?? this.#enlarged, !isVideo);
    const size = { width: this.#width, height: this.#height };
    const aspect = THUMBNAIL_WIDTH / THUMBNAIL_HEIGHT;
    const continuing = isVideo && this.#hasFit;
    const look = this.#networks.fitter.fit({ ...size, data: day }, { ...size, data: night }, { continuing, aspect });
    if (isVideo) this.#hasFit = true;
    if (!isFiniteLook(look)) throw failed(`${this.card.name} gave an image whose look is not finite.`);
    return look;
  }

  /** Runs the network once, so that one that does not work fails here and not on the first frame. Throws NocturneError MODEL_INVALID. */
  async tryOut(): Promise<void> {
    const grey = this.#enlarged.fill(0).fill(TRIAL_LUMA, 0, DETAIL_WIDTH * DETAIL_HEIGHT);
    try {
      await this.#makeNight(grey, false);
    } catch (error) {
      throw invalid(`${this.#networks.file.path} does not run: ${reasonOf(error)}.`, error);
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#networks.reader.close();
    await this.#networks.session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The day at the network's size and its night, `[3, H, W]` each. Throws NocturneError `MODEL_FAILED`. */
  async #makeNight(detail: Float32Array, isStill: boolean): Promise<{ day: Float32Array; night: Float32Array }> {
    const { reader, session, file } = this.#networks;
    const { input, output } = this.card;
    const pixels = this.#width * this.#height;
    const planes = new Float32Array((IMAGE + KEY_REGIONS.length) * pixels);
    this.#images.resizeAllInto(detail, planes.subarray(0, IMAGE * pixels));
    const regions = keyRegions(await reader.read(detail, { isStill }));
    for (let k = 0; k < KEY_REGIONS.length; k++) {
      const source = { data: regions, start: k * SURFACE_SIZE, stride: SURFACE_WIDTH };
      this.#regions.resizeInto(source, planes, (IMAGE + k) * pixels);
    }
    let night: Float32Array | undefined;
    try {
      const outputs = await session.run({ [input.name]: { data: planes, shape: input.shape } }, [output.name]);
      night = outputs[output.name]?.data;
    } catch (cause) {
      throw failed(`${file.path} failed: ${reasonOf(cause)}.`, cause);
    }
    if (night?.length !== IMAGE * pixels) {
      throw failed(
        `${file.path}: output ${output.name} must be ${IMAGE * pixels} numbers, got ${night?.length ?? 'none'}.`,
      );
    }
    if (!isFiniteArray(night)) throw failed(`${file.path} gave an image that is not finite.`);
    return { day: planes.subarray(0, IMAGE * pixels), night };
  }
}

function failed(message: string, cause?: unknown): NocturneError {
  return new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message, fatal: false, cause });
}
