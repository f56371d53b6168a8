import { fileURLToPath } from 'node:url';
import { NocturneError } from '../core/errors.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';
import {
  parseVehicleCard,
  VEHICLE_CROP_CONTEXT,
  VEHICLE_CROP_SIDE,
  VEHICLE_CROPS,
  type VehicleModelCard,
} from '../infer/model-card.js';
import { readModelFile } from '../infer/model-file.js';
import type { NetworkSession, NetworkTensor } from '../infer/network-session.js';
import { openNetworkSession, type SessionOptions } from '../infer/open-session.js';
import { reasonOf } from '../infer/ort-runtime.js';
import { addMirrored } from './mirror.js';
import type { Box, Facing } from './scene.js';
import type { FoundVehicle } from './vehicle-peaks.js';

/** Options of {@link openVehicleLooker}. */
export interface VehicleLookerOptions extends Omit<SessionOptions, 'prefersGpu'> {
  /** Folder, card or `.onnx` file of a vehicle network; default: the one of the package. */
  readonly model?: string;
}

/** Folder of the vehicle network of the package; the same from `src/` and from `dist/`. */
export const SHIPPED_VEHICLE_MODEL = fileURLToPath(new URL('../../models/vehicle', import.meta.url));

/** Channels of the network's output. */
const CHANNELS = 8;
/** What a mirror changes in them: both lamps. */
const MIRRORED = { same: [0, 1, 2, 3, 6, 7, 4, 5], alongX: [4, 6] } as const;
const FACINGS = ['front', 'rear', 'side'] as const satisfies readonly Facing[];
const CROP_SIZE = VEHICLE_CROP_SIDE ** 2;
/** Most vehicles of a frame that are looked at. */
const MAX_LOOKED = 12;
const DETAIL_SIZE = DETAIL_WIDTH * DETAIL_HEIGHT;

/** Opens a vehicle network. Throws NocturneError MODEL_NOT_FOUND or MODEL_INVALID. */
export async function openVehicleLooker({ model, ...where }: VehicleLookerOptions = {}): Promise<VehicleLooker> {
  const file = await readModelFile(model ?? SHIPPED_VEHICLE_MODEL, parseVehicleCard);
  return new VehicleLooker(file.card, file.path, await openNetworkSession(file, where));
}

/** Looks at the pixels of each found vehicle: whether it is one, its facing, its lamps. */
export class VehicleLooker implements AsyncDisposable {
  readonly card: VehicleModelCard;
  readonly #path: string;
  readonly #session: NetworkSession;
  readonly #input: NetworkTensor;
  #closed = false;

  constructor(card: VehicleModelCard, path: string, session: NetworkSession) {
    this.card = card;
    this.#path = path;
    this.#session = session;
    this.#input = { data: new Float32Array(VEHICLE_CROPS * 3 * CROP_SIZE), shape: card.input.shape };
  }

  /**
   * The vehicles with what a closer look says of them, the widest {@link MAX_LOOKED} of them; the others keep what they have and are
   * less sure. Borrows the detail, `[3, 256, 448]`. Throws NocturneError `MODEL_FAILED`.
   * @param mirrored the same detail mirrored, borrowed: what the network says of both is averaged.
   */
  async look(
    vehicles: readonly FoundVehicle[],
    detail: Float32Array,
    mirrored?: Float32Array,
  ): Promise<FoundVehicle[]> {
    if (this.#closed) throw new TypeError('look needs an open looker, got a closed one');
    if (vehicles.length === 0) return [];
    const widest = [...vehicles].sort((a, b) => b.box.width - a.box.width).slice(0, MAX_LOOKED);
    const looked = new Map<FoundVehicle, FoundVehicle>();
    for (let from = 0; from < widest.length; from += VEHICLE_CROPS) {
      const some = widest.slice(from, from + VEHICLE_CROPS);
      const boxes = some.map(({ box }) => box);
      const output = await this.#lookAt(boxes, detail);
      const other = mirrored && (await this.#lookAt(boxes.map(mirroredBox), mirrored));
      some.forEach((vehicle, i) => {
        const own = (values: Float32Array): Float32Array => values.subarray(i * CHANNELS, (i + 1) * CHANNELS);
        if (other) addMirrored({ data: own(output), width: 1, height: 1 }, own(other), MIRRORED);
        looked.set(vehicle, lookedAt(vehicle, own(output)));
      });
    }
    return vehicles.map((vehicle) => looked.get(vehicle) ?? { ...vehicle, facingScore: 0 });
  }

  /** What the network says of at most {@link VEHICLE_CROPS} boxes, `[6, 8]`. The caller owns it. */
  async #lookAt(boxes: readonly Box[], detail: Float32Array): Promise<Float32Array> {
    const { data } = this.#input;
    data.fill(0);
    boxes.forEach((box, i) => {
      cropInto(detail, box, data.subarray(i * 3 * CROP_SIZE, (i + 1) * 3 * CROP_SIZE));
    });
    const { name } = this.card.outputs.vehicle;
    try {
      const result = await this.#session.run({ [this.card.input.name]: this.#input }, [name]);
      const output = result[name];
      if (!output) throw new TypeError(`it gives no output ${name}`);
      return output.data;
    } catch (cause) {
      const message = `${this.#path} failed: ${reasonOf(cause)}.`;
      throw new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message, fatal: false, cause });
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function mirroredBox({ x, y, width, height }: Box): Box {
  return { x: 1 - x - width, y, width, height };
}

function lookedAt(vehicle: FoundVehicle, output: Float32Array): FoundVehicle {
  const { box, score } = vehicle;
  const at = (channel: number): number => output[channel] ?? 0;
  const exps = FACINGS.map((_, i) => Math.exp(at(1 + i)));
  const sum = exps.reduce((total, value) => total + value, 0);
  const best = exps.indexOf(Math.max(...exps));
  const isVehicle = 1 / (1 + Math.exp(-at(0)));
  const lamp = (channel: number): { x: number; y: number } => ({
    x: box.x + (0.5 + VEHICLE_CROP_CONTEXT * at(channel)) * box.width,
    y: box.y + (0.5 + VEHICLE_CROP_CONTEXT * at(channel + 1)) * box.height,
  });
  return {
    box,
    score: Math.sqrt(score * isVehicle),
    facing: FACINGS[best] ?? 'side',
    facingScore: (exps[best] ?? 0) / sum,
    lamps: [lamp(4), lamp(6)],
  };
}

/** Writes a box and what is around it as `[3, 48, 48]`; bilinear, the edge repeated. */
function cropInto(detail: Float32Array, { x, y, width, height }: Box, out: Float32Array): void {
  const side = VEHICLE_CROP_SIDE;
  const left = x + (width * (1 - VEHICLE_CROP_CONTEXT)) / 2;
  const top = y + (height * (1 - VEHICLE_CROP_CONTEXT)) / 2;
  for (let row = 0, i = 0; row < side; row++) {
    const v = clamp(
      (top + ((row + 0.5) / side) * VEHICLE_CROP_CONTEXT * height) * DETAIL_HEIGHT - 0.5,
      DETAIL_HEIGHT - 1,
    );
    const y0 = Math.min(DETAIL_HEIGHT - 2, Math.floor(v));
    for (let column = 0; column < side; column++, i++) {
      const u = clamp(
        (left + ((column + 0.5) / side) * VEHICLE_CROP_CONTEXT * width) * DETAIL_WIDTH - 0.5,
        DETAIL_WIDTH - 1,
      );
      const x0 = Math.min(DETAIL_WIDTH - 2, Math.floor(u));
      const [fx, fy, at] = [u - x0, v - y0, y0 * DETAIL_WIDTH + x0];
      for (let c = 0; c < 3; c++) {
        const p = c * DETAIL_SIZE + at;
        const upper = (detail[p] ?? 0) + fx * ((detail[p + 1] ?? 0) - (detail[p] ?? 0));
        const q = p + DETAIL_WIDTH;
        const lower = (detail[q] ?? 0) + fx * ((detail[q + 1] ?? 0) - (detail[q] ?? 0));
        out[c * CROP_SIZE + i] = upper + fy * (lower - upper);
      }
    }
  }
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
