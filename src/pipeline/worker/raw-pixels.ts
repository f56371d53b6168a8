import { NocturneError } from '../../core/errors.js';
import type { FrameSink } from '../../core/frame-sink.js';
import type { Frame } from '../../core/frame.js';
import type { Logger } from '../../core/logger.js';
import { FramePlanes } from '../../image/frame-planes.js';
import { rgbToFrame, type RgbImage } from '../../image/rgb-image.js';
import type { ImageNetwork } from '../../infer/image-network/image-network.js';
import { toImage } from '../../infer/image-network/image-tensor.js';
import type { ModelCard } from '../../infer/model-card.js';
import type { Placement } from '../../infer/network-session.js';
import { openImageNetworkAt } from '../../infer/open-generator.js';
import type { FrameSource } from '../../ingest/frame-source.js';
import { NO_COUNTS, type LookCounts } from '../look-thread-messages.js';
import type { StageTimes } from '../stage-times.js';
import type { ModelSettings } from '../stream-settings.js';
import { writeBehind } from './write-behind.js';

/** The stage of `--raw-pixels`: what an image network makes of each frame, at the network's own size, in place of a look. */
export class RawPixels implements AsyncDisposable {
  readonly #network: ImageNetwork;
  readonly #planes = new FramePlanes();
  /** Memory of the last frame's planes and image, for the next one. */
  #day: Float32Array | undefined;
  #night: Uint8Array | undefined;
  #size = { width: 0, height: 0 };

  private constructor(network: ImageNetwork) {
    this.#network = network;
  }

  /** Opens the network. Throws NocturneError CONFIG_INVALID for a generator that makes looks, else as `openGenerator` does. */
  static async open(model: ModelSettings, logger: Logger): Promise<RawPixels> {
    const network = await openImageNetworkAt({ ...model, logger });
    if (network) return new RawPixels(network);
    const message = `--raw-pixels needs a generator that makes images, got ${model.generator}, which makes looks.`;
    const remedy = 'Leave --raw-pixels out, or give an image network to --generator; see docs/models.md.';
    throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'infer', message, remedy });
  }

  /** Of the last image; 0x0 before the first. */
  get size(): { readonly width: number; readonly height: number } {
    return this.#size;
  }

  get card(): ModelCard {
    return this.#network.card;
  }

  get placement(): Placement {
    return this.#network.placement;
  }

  /** Without looks nothing replaces a frame, and nothing is steadied or measured. */
  get counts(): LookCounts {
    return NO_COUNTS;
  }

  /** The network's image of a frame. Borrows the frame, lends the image until the next call. One call at a time. Throws NocturneError MODEL_FAILED. */
  async imageOf(frame: Frame): Promise<RgbImage> {
    const planes = this.#planes.read(frame, this.#network.sizeFor(frame), this.#day);
    this.#day = planes.data;
    const tensor = await this.#network.run(planes);
    const image = toImage(tensor, this.#network.card.output, this.#night);
    this.#night = image.data;
    this.#size = { width: image.width, height: image.height };
    return image;
  }

  /** The same as a frame with the times, colour and display aspect of the day, which it takes; the caller closes the night. */
  async nightOf(day: Frame): Promise<Frame> {
    using frame = day;
    const image = await this.imageOf(frame);
    const { pts, duration, capturedAt, discontinuity, color } = frame;
    return rgbToFrame(image, color, { pts, duration, capturedAt, discontinuity, sampleAspect: aspectOf(frame, image) });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#network.close();
  }
}

/** What {@link runRawPipeline} works with. */
export interface RawStages {
  readonly source: FrameSource;
  readonly network: RawPixels;
  readonly times: StageTimes;
  readonly sink: FrameSink;
  /** Called after each frame that the sink took. */
  readonly onFrame?: () => void;
}

/** The story of `runPipeline` without looks: every frame of the source becomes the network's own image. Closes no stage. */
export async function runRawPipeline(stages: RawStages, signal: AbortSignal): Promise<void> {
  await writeBehind(rawFrames(stages, signal), stages);
}

/** The network's images, in order; the caller closes them. */
async function* rawFrames({ source, network, times }: RawStages, signal: AbortSignal): AsyncGenerator<Frame, void> {
  for await (const day of source.frames(signal)) yield await times.measureAsync('look', () => network.nightOf(day));
}

/** The sample aspect at which an image of another size is shown as wide as the frame. */
function aspectOf(frame: Frame, image: RgbImage): readonly [number, number] {
  const width = frame.width * frame.sampleAspect[0] * (image.height & ~1);
  const height = frame.height * frame.sampleAspect[1] * (image.width & ~1);
  const divisor = greatestDivisor(width, height);
  return [width / divisor, height / divisor];
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
