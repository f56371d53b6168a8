import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DEFAULT_CONTROLS, lightingOf, type LightingControls } from '../core/controls.js';
import { NocturneError } from '../core/errors.js';
import { silentLogger, type Logger } from '../core/logger.js';
import type { Micros } from '../core/time.js';
import { enlargeThumbnailInto } from '../image/enlarge-thumbnail.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH, type Thumbnail } from '../image/thumbnail.js';
import { Lighting } from '../lighting/lighting.js';
import { readNightStyle, type NightStyle } from '../lighting/night-style.js';
import type { GrainSigma } from '../look/grain-sigma.js';
import { isFiniteLook, type Look } from '../look/look.js';
import { openSceneReader, type SceneReader } from '../scene/scene-reader.js';
import { SceneTracker, stillScene } from '../scene/scene-tracker.js';
import type { Motion } from '../temporal/motion.js';
import type { Generator } from './generator.js';
import type { ModelCard } from './model-card.js';
import type { Device } from './ort-generator.js';

/** Options of {@link openLitGenerator}. */
export interface LitGeneratorOptions {
  /** A night style: a name or the path of a JSON file. */
  readonly style: string;
  /** Seed of what is drawn for each thing: which window is lit, what colour a lamp has. */
  readonly seed: number;
  /** Scene network: folder, card or `.onnx` file; default: the one of the package. */
  readonly model?: string;
  /** The same of the vehicle network; default: the folder `vehicle` beside that of `model`, if there is one. */
  readonly vehicleModel?: string;
  /** Where the scene network runs; default `auto`, the CPU. */
  readonly device?: Device;
  /** Threads of the scene network on the CPU; default 1. */
  readonly threads?: number;
  readonly logger?: Logger;
}

/**
 * Opens the generator that turns the sun off and the lamps on: a network reads what stands where, formulas light it in a night
 * style. Throws NocturneError CONFIG_INVALID for the style, MODEL_NOT_FOUND, MODEL_INVALID or DEVICE_UNAVAILABLE for the network.
 */
export async function openLitGenerator(options: LitGeneratorOptions): Promise<Generator> {
  const { style, seed, model, threads = 1, logger = silentLogger } = options;
  const vehicleModel = options.vehicleModel ?? (model === undefined ? undefined : vehicleModelBeside(model));
  const device = options.device === 'webgpu' ? 'webgpu' : 'cpu';
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`threads must be an integer of 1 or more, got ${threads}`);
  }
  const nightStyle = readNightStyle(style);
  const started = performance.now();
  const models = { ...(model !== undefined && { model }), ...(vehicleModel !== undefined && { vehicleModel }) };
  const reader = await openSceneReader({ device, threads, ...models });
  const openMs = Math.round(performance.now() - started);
  logger.debug(
    { model: reader.card.name, version: reader.card.version, device, threads, openMs, style },
    'The scene network is ready.',
  );
  const lighting = await Lighting.open(nightStyle, seed);
  return new LitGenerator(reader, { lighting, style: nightStyle, seed, device });
}

interface LitNight {
  readonly lighting: Lighting;
  readonly style: NightStyle;
  readonly seed: number;
  readonly device: string;
}

class LitGenerator implements Generator {
  readonly card: ModelCard;
  readonly device: string;
  readonly wantsDetail = true;
  readonly grain: GrainSigma;
  readonly #reader: SceneReader;
  readonly #lighting: Lighting;
  readonly #seed: number;
  readonly #tracker: SceneTracker;
  /** A thumbnail enlarged to `[3, 256, 448]`. */
  readonly #enlarged = new Float32Array(3 * DETAIL_WIDTH * DETAIL_HEIGHT);
  #controls = lightingOf(DEFAULT_CONTROLS);
  /** Time of the frame that was announced last; undefined once it was translated. */
  #announced: Micros | undefined;

  constructor(reader: SceneReader, { lighting, style, seed, device }: LitNight) {
    const { version, licence } = reader.card;
    const description = `the sun off and the lamps on: a scene network and the night style ${style.name}`;
    this.card = { name: 'lit', version, licence, description };
    this.device = device;
    this.grain = style.grain;
    this.#reader = reader;
    this.#lighting = lighting;
    this.#seed = seed;
    this.#tracker = new SceneTracker(seed);
  }

  setLighting(lighting: LightingControls): void {
    this.#controls = lighting;
  }

  advance({ pts }: Thumbnail, motion: Motion | undefined, seconds: number): void {
    this.#announced = pts;
    if (motion) this.#tracker.advance(motion, seconds);
    else this.#tracker.reset();
  }

  async translate({ data, detail, pts }: Thumbnail): Promise<Look> {
    const isAnnounced = pts === this.#announced;
    this.#announced = undefined;
    if (!detail) enlargeThumbnailInto(data, this.#enlarged);
    const found = await this.#reader.read(detail ?? this.#enlarged, { isStill: !isAnnounced });
    if (isAnnounced) this.#tracker.update(found);
    const scene = isAnnounced ? this.#tracker.scene : stillScene(found, this.#seed);
    const { sunElevation: hour, ...dials } = this.#controls;
    const look = this.#lighting.light(scene, data, { hour, dials });
    if (!isFiniteLook(look)) throw failed('the lighting gave a look that is not finite.');
    return look;
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The vehicle network in the folder beside that of a scene network; undefined where there is none. */
function vehicleModelBeside(model: string): string | undefined {
  const folder = /\.(onnx|json)$/i.test(model) ? dirname(model) : model;
  const path = join(dirname(resolve(folder)), 'vehicle');
  return existsSync(path) ? path : undefined;
}

function failed(message: string): NocturneError {
  return new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message, fatal: false });
}
