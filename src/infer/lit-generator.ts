import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DEFAULT_CONTROLS, lightingOf, type LightingControls } from '../core/controls.js';
import { NocturneError } from '../core/errors.js';
import { silentLogger, type Logger } from '../core/logger.js';
import type { Micros } from '../core/time.js';
import { enlargeThumbnailInto } from '../image/enlarge-thumbnail.js';
import type { PhotoSource } from '../image/photo.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH, type Thumbnail } from '../image/thumbnail.js';
import { withoutLamps, withoutThings } from '../lighting/dark-kinds.js';
import { Lighting } from '../lighting/lighting.js';
import { readNightStyle, type NightStyle } from '../lighting/night-style.js';
import { townColor } from '../lighting/street-lamps.js';
import type { GrainSigma } from '../look/grain-sigma.js';
import { isFiniteLook, type LampKind, type Look } from '../look/look.js';
import type { FoundScene } from '../scene/found-scene.js';
import type { Scene } from '../scene/scene.js';
import { openSceneReader, type SceneReader } from '../scene/scene-reader.js';
import { SceneTracker, stillScene } from '../scene/scene-tracker.js';
import type { Motion } from '../temporal/motion.js';
import type { Generator, Night } from './generator.js';
import type { ModelCard } from './model-card.js';
import { describeReading, styleLike } from './night-like/style-like.js';
import type { Placement } from './network-session.js';
import type { SessionOptions } from './open-session.js';

/** Options of {@link openLitGenerator}. */
export interface LitGeneratorOptions extends Omit<SessionOptions, 'prefersGpu'> {
  /** A night style: a name or the path of a JSON file. */
  readonly style: string;
  /** Night photos whose night it is like, as far as they show it: the style is read from them; default: the style as it is. */
  readonly like?: readonly PhotoSource[];
  /** Seed of what is drawn for each thing: which window is lit, what colour a lamp has. */
  readonly seed: number;
  /** Scene network: folder, card or `.onnx` file; default: the one of the package. */
  readonly model?: string;
  /** The same of the vehicle network; default: the folder `vehicle` beside that of `model`, if there is one. */
  readonly vehicleModel?: string;
  readonly logger?: Logger;
}

/**
 * Opens the generator that turns the sun off and the lamps on: a network reads what stands where, formulas light it in a night
 * style. Throws NocturneError CONFIG_INVALID for the style, MODEL_NOT_FOUND, MODEL_INVALID or DEVICE_UNAVAILABLE for the network.
 */
export async function openLitGenerator(options: LitGeneratorOptions): Promise<Generator> {
  const { style, seed, model, device = 'auto', engine = 'auto', threads = 1, share, logger = silentLogger } = options;
  const vehicleModel = options.vehicleModel ?? (model === undefined ? undefined : vehicleModelBeside(model));
  const nightStyle = await styleFor(readNightStyle(style), options, logger);
  const started = performance.now();
  const models = { ...(model !== undefined && { model }), ...(vehicleModel !== undefined && { vehicleModel }) };
  const reader = await openSceneReader({ device, engine, threads, share, ...models });
  const openMs = Math.round(performance.now() - started);
  logger.debug(
    { model: reader.card.name, version: reader.card.version, device: reader.placement.device, threads, openMs, style },
    'The scene network is ready.',
  );
  const network = new LitNetwork(reader);
  const generator = new LitGenerator(network, { style: nightStyle, seed, darkKinds: [], isShared: false });
  await network.lightingOf(nightStyle, []);
  return generator;
}

/** The style, or what photos show of theirs. */
async function styleFor(
  base: NightStyle,
  { like, threads = 1 }: LitGeneratorOptions,
  logger: Logger,
): Promise<NightStyle> {
  if (!like) return base;
  const { style, traits, notices } = await styleLike({ photos: like, base, threads });
  for (const notice of notices) logger.warn({}, `${notice}.`);
  logger.info(
    { lamps: townColor(style).map(rounded), meanLuma: rounded(style.exposure.meanLuma) },
    describeReading(traits),
  );
  return style;
}

function rounded(value: number): number {
  return Math.round(1000 * value) / 1000;
}

/** A night of one generator. */
interface LitNight {
  readonly style: NightStyle;
  readonly seed: number;
  readonly darkKinds: readonly LampKind[];
  /** Whether generators of other nights translate the same thumbnails. */
  readonly isShared: boolean;
}

/** Most lightings that are kept: of five styles, and of some without some lamps. Each holds 6 MB. */
const MAX_LIGHTINGS = 8;

/** What generators of several nights share: the networks, what they have read last, and the formulas of each style. */
class LitNetwork {
  readonly reader: SceneReader;
  /** The one used last is the last. */
  readonly #lightings = new Map<string, Lighting>();
  #read: { readonly thumbnail: Thumbnail; readonly isStill: boolean; readonly found: FoundScene } | undefined;
  /** A thumbnail enlarged to `[3, 256, 448]`. */
  readonly #enlarged = new Float32Array(3 * DETAIL_WIDTH * DETAIL_HEIGHT);

  constructor(reader: SceneReader) {
    this.reader = reader;
  }

  /** Reads a thumbnail. Lends the scene until the next one is read. */
  async read(thumbnail: Thumbnail, isStill: boolean): Promise<FoundScene> {
    const { data, detail } = thumbnail;
    if (!detail) enlargeThumbnailInto(data, this.#enlarged);
    this.#read = undefined;
    const found = await this.reader.read(detail ?? this.#enlarged, { isStill });
    this.#read = { thumbnail, isStill, found };
    return found;
  }

  /** The same, but does not read an object again that it has read last. */
  async readOnce(thumbnail: Thumbnail, isStill: boolean): Promise<FoundScene> {
    const last = this.#read;
    return last?.thumbnail === thumbnail && last.isStill === isStill ? last.found : this.read(thumbnail, isStill);
  }

  /** The formulas of a style without some lamps. Their seed is that of the last call. */
  async lightingOf(style: NightStyle, darkKinds: readonly LampKind[]): Promise<Lighting> {
    const dark = withoutLamps(style, darkKinds);
    const key = JSON.stringify(dark);
    const lighting = this.#lightings.get(key) ?? (await Lighting.open(dark, 0));
    this.#lightings.delete(key);
    this.#lightings.set(key, lighting);
    for (const first of this.#lightings.keys()) {
      if (this.#lightings.size <= MAX_LIGHTINGS) break;
      this.#lightings.delete(first);
    }
    return lighting;
  }
}

class LitGenerator implements Generator {
  readonly card: ModelCard;
  readonly wantsDetail = true;
  readonly lightsRoad = true;
  readonly grain: GrainSigma;
  readonly #network: LitNetwork;
  readonly #night: LitNight;
  readonly #tracker: SceneTracker;
  #scene: Scene | undefined;
  #controls = lightingOf(DEFAULT_CONTROLS);
  /** Time of the frame that was announced last; undefined once it was translated. */
  #announced: Micros | undefined;

  constructor(network: LitNetwork, night: LitNight) {
    const { version, licence } = network.reader.card;
    const description = `the sun off and the lamps on: a scene network and the night style ${night.style.name}`;
    this.card = { name: 'lit', version, licence, description };
    this.grain = night.style.grain;
    this.#network = network;
    this.#night = night;
    this.#tracker = new SceneTracker(night.seed);
  }

  get placement(): Placement {
    return this.#network.reader.placement;
  }

  get device(): string {
    return this.placement.device;
  }

  get scene(): Scene | undefined {
    return this.#scene;
  }

  get isElsewhere(): boolean {
    return this.#network.reader.isElsewhere;
  }

  async withNight({ style, seed, darkKinds = [] }: Night): Promise<Generator> {
    const night = { style, seed, darkKinds, isShared: true };
    await this.#network.lightingOf(style, darkKinds);
    return new LitGenerator(this.#network, night);
  }

  setLighting(lighting: LightingControls): void {
    this.#controls = lighting;
  }

  advance({ pts }: Thumbnail, motion: Motion | undefined, seconds: number): void {
    this.#announced = pts;
    if (motion) this.#tracker.advance(motion, seconds);
    else this.#tracker.reset();
  }

  async translate(thumbnail: Thumbnail): Promise<Look> {
    const { data, pts } = thumbnail;
    const { style, seed, darkKinds, isShared } = this.#night;
    const isStill = pts !== this.#announced;
    this.#announced = undefined;
    const network = this.#network;
    const found = await (isShared ? network.readOnce(thumbnail, isStill) : network.read(thumbnail, isStill));
    if (!isStill) this.#tracker.update(found);
    this.#scene = isStill ? stillScene(found, seed) : this.#tracker.scene;
    const { sunElevation: hour, ...dials } = this.#controls;
    const lighting = await network.lightingOf(style, darkKinds);
    const look = lighting.light(withoutThings(this.#scene, darkKinds), data, { hour, dials, seed });
    if (!isFiniteLook(look)) throw failed('the lighting gave a look that is not finite.');
    return look;
  }

  /** Closes the network; of a generator that shares it, nothing. */
  async close(): Promise<void> {
    if (!this.#night.isShared) await this.#network.reader.close();
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
