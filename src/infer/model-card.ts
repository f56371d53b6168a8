import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import {
  AFFINE_SIZE,
  GRID_BINS,
  GRID_HEIGHT,
  GRID_WIDTH,
  LIGHTS_CHANNELS,
  LIGHTS_HEIGHT,
  LIGHTS_WIDTH,
} from '../look/look.js';

/** Describes a generator. */
export interface ModelCard {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly licence: string;
}

/**
 * Memory layouts of an ONNX model's grid. `HWB34`: as {@link Look.grid}, `[1, 9, 16, 8, 3, 4]`. `B34HW`: channels of a
 * convolution, `[1, 96, 9, 16]`, ordered by bin, then row and column of the matrix.
 */
const GRID_LAYOUTS = ['HWB34', 'B34HW'] as const;

/** One of {@link GRID_LAYOUTS}. */
export type GridLayout = (typeof GRID_LAYOUTS)[number];

/** An input or output of a network: its name and its shape, including the batch dimension of 1. */
export interface TensorCard {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What the cards of all ONNX models hold: `NAME.json` beside `NAME.onnx`. Unknown fields are kept unchanged. */
export interface TrainedModelCard extends ModelCard {
  /** SHA-256 of the model file, 64 hexadecimal digits. */
  readonly sha256: string;
  /** `[1, 3, H, W]` float32, NCHW: Y in [0, 1], U and V in [-0.5, 0.5], BT.709 full range. */
  readonly input: TensorCard & { readonly layout: 'NCHW'; readonly matrix: 'bt709'; readonly range: 'full' };
  /** Sources of the training images. */
  readonly sources?: readonly ModelSource[];
  readonly training?: TrainingCard;
  /** Evaluation results: values by metric name. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** The card of a model whose output is a look; its input is `[1, 3, 144, 256]`. */
export interface OnnxModelCard extends TrainedModelCard {
  readonly outputs: {
    readonly grid: TensorCard & { readonly layout: GridLayout };
    /** `[1, 4, 72, 128]` float32: core, haloY, haloU, haloV. */
    readonly lights: TensorCard;
  };
}

/** The card of a scene network, whose input has H and W that are multiples of 32. */
export interface SceneModelCard extends TrainedModelCard {
  readonly outputs: {
    /** `[1, 13, H/4, W/4]` float32: logits of `SURFACES`. */
    readonly surfaces: TensorCard;
    /** `[1, 12, H/8, W/8]` float32: see `vehiclePeaks`. */
    readonly vehicles: TensorCard;
  };
}

/** A set of images that a network was trained on. */
export interface ModelSource {
  readonly name: string;
  readonly licence: string;
  readonly url?: string;
}

/** What identifies a trained network. */
export type NetworkOrigin = Pick<TrainedModelCard, 'name' | 'version' | 'sha256'>;

/** How a network was trained, for reproduction. */
export interface TrainingCard {
  readonly recipe?: string;
  readonly seed?: number;
  readonly steps?: number;
  /** The trained network that it started from; absent for random weights. */
  readonly init?: NetworkOrigin;
  /** Values of the recipe's options. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A field of a card is missing or invalid. The message names the field, the rule and the value. */
export class ModelCardError extends Error {
  constructor(field: string, rule: string, got: unknown) {
    super(`${field} must be ${rule}, got ${got === undefined ? 'nothing' : JSON.stringify(got)}`);
    this.name = 'ModelCardError';
  }
}

const INPUT_SHAPE = [1, 3, THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH];
const LIGHTS_SHAPE = [1, LIGHTS_CHANNELS, LIGHTS_HEIGHT, LIGHTS_WIDTH];
const GRID_SHAPES: Record<GridLayout, readonly number[]> = {
  HWB34: [1, GRID_HEIGHT, GRID_WIDTH, GRID_BINS, 3, 4],
  B34HW: [1, GRID_BINS * AFFINE_SIZE, GRID_HEIGHT, GRID_WIDTH],
};

/** The card of a vehicle network, which looks at crops of `[N, 3, 48, 48]`. */
export interface VehicleModelCard extends TrainedModelCard {
  readonly outputs: {
    /** `[N, 8, 1, 1]` float32: see `VehicleLooker`. */
    readonly vehicle: TensorCard;
  };
}

/** Crops that a vehicle network looks at in one run. */
export const VEHICLE_CROPS = 6;
/** Side of a crop, samples. */
export const VEHICLE_CROP_SIDE = 48;
/** Side of a crop over that of the vehicle's box: what stands around it shows its facing too. */
export const VEHICLE_CROP_CONTEXT = 1.3;

/** Number of surfaces and of channels of the vehicle head of a scene network. */
const SCENE_CHANNELS = { surfaces: 13, vehicles: 12 } as const;

/** Parses and checks the JSON text of a look network's card. Throws {@link ModelCardError} or SyntaxError. */
export function parseModelCard(json: string): OnnxModelCard {
  const card = parseTrainedCard(json, INPUT_SHAPE);
  const outputs = checkObject('outputs', card['outputs']);
  const grid = checkObject('outputs.grid', outputs['grid']);
  const layout = checkOneOf('outputs.grid.layout', grid['layout'], GRID_LAYOUTS);
  checkTensor('outputs.grid', grid, GRID_SHAPES[layout]);
  checkTensor('outputs.lights', checkObject('outputs.lights', outputs['lights']), LIGHTS_SHAPE);
  return card as unknown as OnnxModelCard; // every required field was checked above
}

/** Parses and checks the JSON text of a scene network's card. Throws {@link ModelCardError} or SyntaxError. */
export function parseSceneCard(json: string): SceneModelCard {
  const card = parseTrainedCard(json);
  const shape = checkObject('input', card['input'])['shape'] as readonly number[]; // parseTrainedCard checked it
  const outputs = checkObject('outputs', card['outputs']);
  const [height = 0, width = 0] = shape.slice(2);
  for (const [name, step] of [
    ['surfaces', 4],
    ['vehicles', 8],
  ] as const) {
    const expected = [1, SCENE_CHANNELS[name], height / step, width / step];
    checkTensor(`outputs.${name}`, checkObject(`outputs.${name}`, outputs[name]), expected);
  }
  return card as unknown as SceneModelCard; // every required field was checked above
}

/** Parses and checks the JSON text of a vehicle network's card. Throws {@link ModelCardError} or SyntaxError. */
export function parseVehicleCard(json: string): VehicleModelCard {
  const card = parseTrainedCard(json, [VEHICLE_CROPS, 3, VEHICLE_CROP_SIDE, VEHICLE_CROP_SIDE]);
  const outputs = checkObject('outputs', card['outputs']);
  checkTensor('outputs.vehicle', checkObject('outputs.vehicle', outputs['vehicle']), [VEHICLE_CROPS, 8, 1, 1]);
  return card as unknown as VehicleModelCard; // every required field was checked above
}

/** Checks what all cards hold. @param inputShape default: any with three channels and multiples of 32. */
export function parseTrainedCard(json: string, inputShape?: readonly number[]): Record<string, unknown> {
  const card = checkObject('the card', JSON.parse(json));
  checkIdentity(card);
  const input = checkObject('input', card['input']);
  const shape: unknown = input['shape'];
  const isImage =
    Array.isArray(shape) &&
    shape.length === 4 &&
    shape[0] === 1 &&
    shape[1] === 3 &&
    shape.slice(2).every((side) => typeof side === 'number' && side > 0 && side % 32 === 0);
  if (!inputShape && !isImage) throw new ModelCardError('input.shape', '[1, 3, H, W] in multiples of 32', shape);
  checkTensor('input', input, inputShape ?? (shape as readonly number[])); // numbers, as checked
  checkOneOf('input.layout', input['layout'], ['NCHW']);
  checkOneOf('input.matrix', input['matrix'], ['bt709']);
  checkOneOf('input.range', input['range'], ['full']);
  checkOptionalFields(card);
  return card;
}

/** Checks name, version, description, licence and checksum of any card. Throws {@link ModelCardError}. */
export function checkIdentity(card: Record<string, unknown>): void {
  for (const field of ['name', 'version', 'description', 'licence']) checkString(field, card[field]);
  const sha256 = checkString('sha256', card['sha256']);
  if (!/^[0-9a-f]{64}$/i.test(sha256)) throw new ModelCardError('sha256', '64 hexadecimal digits', sha256);
}

/** Checks the optional fields of any card. Throws {@link ModelCardError}. */
export function checkOptionalFields({ sources, training, metrics }: Record<string, unknown>): void {
  if (sources !== undefined) {
    if (!Array.isArray(sources)) throw new ModelCardError('sources', 'a list', sources);
    for (const [i, value] of sources.entries()) {
      const source = checkObject(`sources[${i}]`, value);
      for (const field of ['name', 'licence']) checkString(`sources[${i}].${field}`, source[field]);
    }
  }
  if (training !== undefined) {
    const { seed, steps } = checkObject('training', training);
    for (const [field, value] of Object.entries({ seed, steps })) checkNumber(`training.${field}`, value ?? 0);
  }
  for (const [name, value] of Object.entries(metrics === undefined ? {} : checkObject('metrics', metrics))) {
    checkNumber(`metrics.${name}`, value);
  }
}

// What follows checks a field of a JSON card, returns it, and throws {@link ModelCardError}.

/** A JSON object. */
export function checkObject(field: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ModelCardError(field, 'an object', value);
  }
  return value as Record<string, unknown>; // a JSON object: its keys are strings
}

/** A text that is not empty. */
export function checkString(field: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new ModelCardError(field, 'a non-empty string', value);
  return value;
}

/** A number. */
export function checkNumber(field: string, value: unknown): void {
  if (typeof value !== 'number') throw new ModelCardError(field, 'a number', value);
}

/** One of some texts. */
export function checkOneOf<T extends string>(field: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((known) => known === value);
  if (found === undefined) throw new ModelCardError(field, allowed.join(' or '), value);
  return found;
}

/** An object with a name and a shape. */
export function checkTensor(field: string, value: Record<string, unknown>, shape: readonly number[]): void {
  checkString(`${field}.name`, value['name']);
  if (JSON.stringify(value['shape']) !== JSON.stringify(shape)) {
    throw new ModelCardError(`${field}.shape`, JSON.stringify(shape), value['shape']);
  }
}
