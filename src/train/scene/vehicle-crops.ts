import { Random } from '../../core/random.js';
import { VEHICLE_CROP_CONTEXT } from '../../infer/model-card.js';
import { overlap } from '../../scene/vehicle-peaks.js';
import { CROP_SIDE } from '../networks/vehicle-network.js';
import type { Crop } from './crop.js';
import { columnInCrop, rowInCrop } from './crop.js';
import { NO_DEGRADATION, randomDegradation } from './degradation.js';
import type { HardNegative } from './hard-negatives.js';
import { boxOf, type LabelledScene, type LabelledVehicle } from './labelled-scene.js';
import { writeInput } from './scene-sampler.js';

/** Targets of a crop: is a vehicle, facing (3, times its weight), lamps (4), weights of facing, of the left and of the right lamp. */
export const CROP_TARGETS = 11;

const SIZE = { width: CROP_SIDE, height: CROP_SIDE };
const INPUT_LENGTH = 3 * CROP_SIDE * CROP_SIDE;
/** Buses and lorries whose facing is known are few. */
const LARGE_DRAWS = 4;
/** Smallest width of a vehicle, share of the image's: below it nobody can judge. */
const MIN_WIDTH = 0.022;
/** Intersection over union up to which a random box shows no vehicle in its middle. */
const MAX_NEGATIVE_OVERLAP = 0.15;
const FACINGS = ['front', 'rear', 'side'] as const;

/** A vehicle and the image that shows it. */
export interface VehicleExample {
  readonly scene: LabelledScene;
  readonly vehicle: LabelledVehicle;
}

/** Crops and targets of a step; lent until the next one. */
export interface CropBatch {
  /** `[N, 48, 48, 3]`. */
  readonly input: Float32Array;
  /** `[N, 11]`; see {@link CROP_TARGETS}. */
  readonly targets: Float32Array;
}

/** The vehicles that are wide enough to judge. @param isWanted default: those whose facing is known. */
export function vehicleExamples(
  scenes: readonly LabelledScene[],
  isWanted: (vehicle: LabelledVehicle) => boolean = ({ facing }) => facing !== undefined,
): VehicleExample[] {
  return scenes.flatMap((scene) =>
    scene.vehicles
      .filter((vehicle) => isWanted(vehicle) && vehicle.box[2] - vehicle.box[0] >= MIN_WIDTH)
      .map((vehicle) => ({ scene, vehicle })),
  );
}

/** Options of {@link VehicleCrops}. */
interface VehicleCropsOptions {
  readonly real: readonly LabelledScene[];
  readonly painted: readonly LabelledScene[];
  readonly batch: number;
  readonly paintedShare: number;
  readonly negativeShare: number;
  /** Places that look like a vehicle and are none, and their share of the crops without one. */
  readonly hard: readonly HardNegative[];
  readonly hardShare: number;
  readonly seed: number;
}

/** Draws crops of vehicles, and of places without one. */
export class VehicleCrops {
  readonly #options: VehicleCropsOptions;
  readonly #random: Random;
  readonly #batch: CropBatch;
  readonly #real: readonly VehicleExample[];
  readonly #painted: readonly VehicleExample[];

  constructor(options: VehicleCropsOptions) {
    const { batch, seed, real, painted } = options;
    this.#options = options;
    this.#random = new Random(seed);
    const examples = vehicleExamples(real, ({ facing, isLarge = false }) => facing !== undefined || isLarge);
    this.#real = examples.flatMap((example) => Array<VehicleExample>(drawsOf(example.vehicle)).fill(example));
    this.#painted = vehicleExamples(painted);
    this.#batch = {
      input: new Float32Array(batch * INPUT_LENGTH),
      targets: new Float32Array(batch * CROP_TARGETS),
    };
  }

  get state(): number {
    return this.#random.state;
  }

  restore(state: number): void {
    this.#random.restore(state);
  }

  /** The next batch. */
  next(): CropBatch {
    const { batch, paintedShare, negativeShare, real, hard, hardShare } = this.#options;
    const random = this.#random;
    for (let i = 0; i < batch; i++) {
      if (random.next() < negativeShare) {
        if (hard.length > 0 && random.next() < hardShare) this.#writeHardNegative(random.pick(hard), i);
        else this.#writeNegative(random.pick(real), i);
      } else {
        const isPainted = this.#painted.length > 0 && random.next() < paintedShare;
        this.#writeVehicle(random.pick(isPainted ? this.#painted : this.#real), i);
      }
    }
    return this.#batch;
  }

  #writeVehicle({ scene, vehicle }: VehicleExample, i: number): void {
    const crop = cropAround(vehicle.box, this.#randomChange());
    this.#write(scene, crop, i);
    writeCropTargets(vehicle, crop, this.#batch.targets.subarray(i * CROP_TARGETS, (i + 1) * CROP_TARGETS));
  }

  /** A network never places a box exactly. */
  #randomChange(): Parameters<typeof cropAround>[1] {
    const random = this.#random;
    const shift = (): number => random.between(-0.09, 0.09);
    return {
      shift: [shift(), shift()],
      scale: [Math.exp(random.between(-0.16, 0.2)), Math.exp(random.between(-0.16, 0.2))],
      isFlipped: random.next() < 0.5,
    };
  }

  #writeHardNegative({ scene, box: { x, y, width, height } }: HardNegative, i: number): void {
    this.#write(scene, cropAround([x, y, x + width, y + height], this.#randomChange()), i);
    this.#batch.targets.subarray(i * CROP_TARGETS, (i + 1) * CROP_TARGETS).fill(0);
  }

  #writeNegative(scene: LabelledScene, i: number): void {
    const random = this.#random;
    let box: [number, number, number, number] = [0, 0, 0.1, 0.1];
    for (let attempt = 0; attempt < 8; attempt++) {
      const width = Math.exp(random.between(Math.log(0.025), Math.log(0.3)));
      const height = Math.min(0.6, width * random.between(0.9, 2));
      const x = random.between(-0.2 * width, 1 - 0.8 * width);
      const y = random.between(0.15, Math.max(0.2, 1 - 0.9 * height));
      box = [x, y, x + width, y + height];
      if (scene.vehicles.every((vehicle) => overlap(boxOf(vehicle), boxOf({ box })) < MAX_NEGATIVE_OVERLAP)) break;
    }
    const isClear = scene.vehicles.every((vehicle) => overlap(boxOf(vehicle), boxOf({ box })) < MAX_NEGATIVE_OVERLAP);
    const crop = cropAround(box, { shift: [0, 0], scale: [1, 1], isFlipped: random.next() < 0.5 });
    this.#write(scene, crop, i);
    const targets = this.#batch.targets.subarray(i * CROP_TARGETS, (i + 1) * CROP_TARGETS).fill(0);
    targets[0] = isClear ? 0 : 0.5;
  }

  #write(scene: LabelledScene, crop: Crop, i: number): void {
    const degradation = randomDegradation(this.#random);
    const out = { out: this.#batch.input, start: i * INPUT_LENGTH, random: this.#random };
    writeInput(scene, { crop, degradation: { ...degradation, streaks: 0 } }, SIZE, out);
  }
}

/** Writes the crop of a vehicle as it is, for validation. */
export function writePlainCrop({ scene, vehicle }: VehicleExample, out: Float32Array, random: Random): Crop {
  const crop = cropAround(vehicle.box, { shift: [0, 0], scale: [1, 1], isFlipped: false });
  writeInput(scene, { crop, degradation: NO_DEGRADATION }, SIZE, { out, start: 0, random });
  return crop;
}

/** How many times as often as another a vehicle is drawn. */
function drawsOf({ facing, isLarge = false }: LabelledVehicle): number {
  return isLarge && facing !== undefined ? LARGE_DRAWS : 1;
}

function cropAround(
  [x0, y0, x1, y1]: LabelledVehicle['box'],
  change: {
    readonly shift: readonly [number, number];
    readonly scale: readonly [number, number];
    readonly isFlipped: boolean;
  },
): Crop {
  const width = VEHICLE_CROP_CONTEXT * (x1 - x0) * change.scale[0];
  const height = VEHICLE_CROP_CONTEXT * (y1 - y0) * change.scale[1];
  const left = (x0 + x1 - width) / 2 + change.shift[0] * width;
  const top = (y0 + y1 - height) / 2 + change.shift[1] * height;
  return { left, top, width, height, isFlipped: change.isFlipped };
}

/** Writes what the network should say of a crop. */
export function writeCropTargets(
  { facing, facingScore, left, right }: LabelledVehicle,
  crop: Crop,
  out: Float32Array,
): void {
  out.fill(0);
  out[0] = 1;
  if (facing !== undefined) {
    out[1 + FACINGS.indexOf(facing)] = facingScore;
    out[8] = facingScore;
  }
  const [first, second] = crop.isFlipped ? [right, left] : [left, right];
  for (const [i, lamp] of [first, second].entries()) {
    if (!lamp) continue;
    out[4 + 2 * i] = columnInCrop(lamp[0], crop) - 0.5;
    out[5 + 2 * i] = rowInCrop(lamp[1], crop) - 0.5;
    out[9 + i] = 1;
  }
}
