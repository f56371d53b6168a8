import { fileURLToPath } from 'node:url';
import { NocturneError } from '../core/errors.js';
import { PlaneKernel } from '../image/plane-kernel.js';
import { isFiniteArray } from '../image/is-finite-array.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';
import { parseSceneCard, type SceneModelCard } from '../infer/model-card.js';
import { invalid, readModelFile, type ModelFile } from '../infer/model-file.js';
import type { NetworkSession, NetworkTensor, Placement } from '../infer/network-session.js';
import { openNetworkSession, type SessionOptions } from '../infer/open-session.js';
import { reasonOf } from '../infer/ort-runtime.js';
import { DarkDetails } from './dark-details.js';
import { findLampHeads } from './find-lamp-heads.js';
import { LampPostFinder } from './find-lamp-posts.js';
import { PaneFinder } from './find-panes.js';
import { findSignals } from './find-signals.js';
import type { FoundScene } from './found-scene.js';
import { addMirrored, mirrorDetailInto } from './mirror.js';
import { withTailGlass } from './find-tail-glass.js';
import { readBonnetInto, readHorizon } from './read-layout.js';
import { readStreet } from './read-street.js';
import { SURFACES, SURFACE_SIZE } from './scene.js';
import { surfacePlane, SurfaceResampler } from './scene-maps.js';
import { supportOf } from './vehicle-support.js';
import { openVehicleLooker, type VehicleLooker } from './vehicle-looker.js';
import { MIRRORED_VEHICLES, vehiclePeaks } from './vehicle-peaks.js';

/** Options of {@link openSceneReader}. */
export interface SceneReaderOptions extends Omit<SessionOptions, 'prefersGpu'> {
  /** Folder, card or `.onnx` file of a scene network; default: the one of the package. */
  readonly model?: string;
  /** The same of a vehicle network. */
  readonly vehicleModel?: string;
}

/** How {@link SceneReader.read} reads. */
export interface ReadOptions {
  /**
   * Whether no other frame will show more: the networks then also read the mirrored frame, and what they say is averaged. Twice the time,
   * and surer. Default false.
   */
  readonly isStill?: boolean;
}

/** Reads what stands where in single frames. */
export interface SceneReader extends AsyncDisposable {
  readonly card: SceneModelCard;
  /** Where the scene network runs. */
  readonly placement: Placement;
  /** `NetworkSession.isElsewhere` of the scene network. */
  readonly isElsewhere: boolean;
  /**
   * Reads a frame. Lends the scene until the next call. Borrows the detail, `[3, 256, 448]`.
   * Throws NocturneError `MODEL_FAILED`.
   */
  read(detail: Float32Array, options?: ReadOptions): Promise<FoundScene>;
  /** Releases the network. Idempotent. */
  close(): Promise<void>;
}

/** Folder of the scene network of the package; the same from `src/` and from `dist/`. */
export const SHIPPED_SCENE_MODEL = fileURLToPath(new URL('../../models/scene', import.meta.url));

/** Confidence of the scene network from which a place is looked at closely. */
const MIN_PEAK_SCORE = 0.25;
/** Mean probability of vehicle surfaces in the middle of a vehicle: a crowd of people is none. */
const MIN_SUPPORT = 0.45;
/** Confidence from which one that is tracked is seen again, after that; a new one must be surer. */
const MIN_TRACKED_SCORE = 0.35;

/** Opens a scene network and runs it once. Throws NocturneError MODEL_NOT_FOUND, MODEL_INVALID or DEVICE_UNAVAILABLE. */
export async function openSceneReader(options: SceneReaderOptions = {}): Promise<SceneReader> {
  const { model, vehicleModel, ...where } = options;
  const file = await readModelFile(model ?? SHIPPED_SCENE_MODEL, parseSceneCard);
  const [, , height, width] = file.card.input.shape;
  if (height !== DETAIL_HEIGHT || width !== DETAIL_WIDTH) {
    throw invalid(`${file.path} must read ${DETAIL_WIDTH}x${DETAIL_HEIGHT}, got ${width}x${height}.`);
  }
  const kernel = await PlaneKernel.open();
  const session = await openNetworkSession(file, where);
  const looker = await openVehicleLooker({
    ...(vehicleModel !== undefined && { model: vehicleModel }),
    ...where,
  }).catch(async (error: unknown) => {
    await session.close();
    throw error;
  });
  const reader = new NetworkSceneReader(looker, file, session, kernel);
  try {
    await reader.read(new Float32Array(DETAIL_LENGTH).fill(0.3, 0, DETAIL_WIDTH * DETAIL_HEIGHT));
  } catch (error) {
    await reader.close();
    throw invalid(`${file.path} does not run: ${reasonOf(error)}.`, error);
  }
  return reader;
}

/** Numbers of a detail. */
const DETAIL_LENGTH = 3 * DETAIL_WIDTH * DETAIL_HEIGHT;

/** What a run of a network gives, by name. */
type NetworkOutput = Awaited<ReturnType<NetworkSession['run']>>;

/** Logits of the surfaces, and the vehicle head, as the network gives them. */
interface NetworkOutputs {
  readonly surfaces: Float32Array;
  readonly vehicles: Float32Array;
}

class NetworkSceneReader implements SceneReader {
  readonly card: SceneModelCard;
  readonly #looker: VehicleLooker;
  readonly #path: string;
  readonly #session: NetworkSession;
  readonly #input: NetworkTensor;
  readonly #resampler: SurfaceResampler;
  readonly #dark: DarkDetails;
  readonly #panes = new PaneFinder();
  readonly #posts = new LampPostFinder();
  readonly #surfaces = new Float32Array(SURFACES.length * SURFACE_SIZE);
  readonly #bonnet = new Float32Array(SURFACE_SIZE);
  #closed = false;

  constructor(looker: VehicleLooker, file: ModelFile<SceneModelCard>, session: NetworkSession, kernel: PlaneKernel) {
    const [, , height = 0, width = 0] = file.card.outputs.surfaces.shape;
    this.#resampler = new SurfaceResampler(kernel, width, height);
    this.#dark = new DarkDetails(kernel);
    this.#looker = looker;
    this.card = file.card;
    this.#path = file.path;
    this.#session = session;
    this.#input = { data: new Float32Array(DETAIL_LENGTH), shape: file.card.input.shape };
  }

  get placement(): Placement {
    return this.#session.placement;
  }

  get isElsewhere(): boolean {
    return this.#session.isElsewhere ?? false;
  }

  async read(detail: Float32Array, { isStill = false }: ReadOptions = {}): Promise<FoundScene> {
    if (this.#closed) throw new TypeError('read needs an open reader, got a closed one');
    const mirrored = isStill ? new Float32Array(detail.length) : undefined;
    if (mirrored) mirrorDetailInto(detail, mirrored);
    const { surfaces, vehicles } = await this.#run(detail, mirrored);
    const [, , height = 0, width = 0] = this.card.outputs.vehicles.shape;
    this.#resampler.resampleInto(surfaces, this.#surfaces);
    const maps = { data: vehicles, width, height };
    const plane = surfacePlane(this.#surfaces, 'vehicle');
    const peaks = vehiclePeaks(maps, MIN_PEAK_SCORE).filter(({ box }) => supportOf(plane, box) >= MIN_SUPPORT);
    const looked = await this.#looker.look(peaks, detail, mirrored);
    const horizon = readHorizon(this.#surfaces);
    this.#dark.read(detail, horizon);
    const posts = this.#posts.find(this.#surfaces, this.#dark, detail, horizon);
    return {
      surfaces: this.#surfaces,
      hasBonnet: readBonnetInto(this.#surfaces, this.#bonnet),
      bonnet: this.#bonnet,
      horizon,
      street: readStreet(this.#surfaces),
      vehicles: looked
        .filter(({ score }) => score >= MIN_TRACKED_SCORE)
        .map((vehicle) => withTailGlass(vehicle, detail, this.#surfaces)),
      signals: findSignals(this.#surfaces, detail),
      lampHeads: findLampHeads(this.#surfaces, horizon, posts),
      panes: this.#panes.find(this.#surfaces, this.#dark, detail),
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#looker.close();
    await this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What the network says of a detail, on average over the mirrored one if there is one. Lent. */
  async #run(detail: Float32Array, mirrored: Float32Array | undefined): Promise<NetworkOutputs> {
    const first = await this.#runOnce(detail);
    if (!mirrored) return first;
    const [surfaces, vehicles] = [first.surfaces.slice(), first.vehicles.slice()];
    const second = await this.#runOnce(mirrored);
    const maps = (data: Float32Array, [, , height = 0, width = 0]: readonly number[]) => ({ data, width, height });
    const { outputs } = this.card;
    addMirrored(maps(surfaces, outputs.surfaces.shape), second.surfaces);
    addMirrored(maps(vehicles, outputs.vehicles.shape), second.vehicles, MIRRORED_VEHICLES);
    return { surfaces, vehicles };
  }

  async #runOnce(detail: Float32Array): Promise<NetworkOutputs> {
    this.#input.data.set(detail);
    const { surfaces, vehicles } = this.card.outputs;
    let result: NetworkOutput;
    try {
      result = await this.#session.run({ [this.card.input.name]: this.#input }, [surfaces.name, vehicles.name]);
    } catch (cause) {
      throw this.#failed(reasonOf(cause), cause);
    }
    return { surfaces: this.#dataOf(result, surfaces.name), vehicles: this.#dataOf(result, vehicles.name) };
  }

  #dataOf(result: NetworkOutput, name: string): Float32Array {
    const data = result[name]?.data;
    if (!data) throw this.#failed(`it gives no output ${name}`);
    if (!isFiniteArray(data)) throw this.#failed(`output ${name} is not finite`);
    return data;
  }

  #failed(reason: string, cause?: unknown): NocturneError {
    const message = `${this.#path} failed: ${reason}.`;
    return new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message, fatal: false, cause });
  }
}
