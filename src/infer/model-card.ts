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

/** What a generator is: where it comes from and how it is fed. */
export interface ModelCard {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly licence: string;
}

/**
 * How an ONNX model orders its grid. `HWB34`: as {@link Look.grid}, `[1, 9, 16, 8, 3, 4]` or any shape with its count.
 * `B34HW`: channels of a convolution, `[1, 96, 9, 16]`, bin-major, then row and column of the matrix.
 */
export const GRID_LAYOUTS = ['HWB34', 'B34HW'] as const;

/** One of {@link GRID_LAYOUTS}. */
export type GridLayout = (typeof GRID_LAYOUTS)[number];

/** An output or input of a network: its name and its shape, batch of one included. */
export interface TensorCard {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The card of an ONNX model: `NAME.json` beside `NAME.onnx`. Fields it does not know are kept as they are. */
export interface OnnxModelCard extends ModelCard {
  /** SHA-256 of the model file, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  /** `[1, 3, 144, 256]` float32, NCHW: Y in [0, 1], U and V in [-0.5, 0.5], BT.709 full range. */
  readonly input: TensorCard & { readonly layout: 'NCHW'; readonly matrix: 'bt709'; readonly range: 'full' };
  readonly outputs: {
    readonly grid: TensorCard & { readonly layout: GridLayout };
    /** `[1, 4, 72, 128]` float32: core, haloY, haloU, haloV. */
    readonly lights: TensorCard;
  };
  /** Where the training pictures come from. */
  readonly sources?: readonly ModelSource[];
  readonly training?: TrainingCard;
  /** How it was judged: a figure by what it measures. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Pictures that a network was trained on. */
export interface ModelSource {
  readonly name: string;
  readonly licence: string;
  readonly url?: string;
}

/** How a network was trained, enough to do it again. */
export interface TrainingCard {
  readonly recipe?: string;
  readonly seed?: number;
  readonly steps?: number;
  /** The recipe's options as they were set. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A card's field that is missing or wrong; the message says which, the rule, and what it was. */
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

/** A card from its JSON text. Throws {@link ModelCardError} or SyntaxError. */
export function parseModelCard(json: string): OnnxModelCard {
  const card = record('the card', JSON.parse(json));
  for (const field of ['name', 'version', 'description', 'licence']) text(field, card[field]);
  const sha256 = text('sha256', card['sha256']);
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new ModelCardError('sha256', '64 lower-case hexadecimal digits', sha256);

  const input = record('input', card['input']);
  tensor('input', input, INPUT_SHAPE);
  constant('input.layout', input['layout'], ['NCHW']);
  constant('input.matrix', input['matrix'], ['bt709']);
  constant('input.range', input['range'], ['full']);

  const outputs = record('outputs', card['outputs']);
  const grid = record('outputs.grid', outputs['grid']);
  const layout = constant('outputs.grid.layout', grid['layout'], GRID_LAYOUTS);
  tensor('outputs.grid', grid, GRID_SHAPES[layout]);
  tensor('outputs.lights', record('outputs.lights', outputs['lights']), LIGHTS_SHAPE);
  origin(card);
  return card as unknown as OnnxModelCard; // every field that the type demands was checked above
}

/** Checks the fields that a card may leave out. */
function origin({ sources, training, metrics }: Record<string, unknown>): void {
  if (sources !== undefined) {
    if (!Array.isArray(sources)) throw new ModelCardError('sources', 'a list', sources);
    for (const [i, value] of sources.entries()) {
      const source = record(`sources[${i}]`, value);
      for (const field of ['name', 'licence']) text(`sources[${i}].${field}`, source[field]);
    }
  }
  if (training !== undefined) {
    const { seed, steps } = record('training', training);
    for (const [field, value] of Object.entries({ seed, steps })) number(`training.${field}`, value ?? 0);
  }
  for (const [name, value] of Object.entries(metrics === undefined ? {} : record('metrics', metrics))) {
    number(`metrics.${name}`, value);
  }
}

function record(field: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ModelCardError(field, 'an object', value);
  }
  return value as Record<string, unknown>; // a JSON object: its keys are strings
}

function text(field: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new ModelCardError(field, 'a text', value);
  return value;
}

function number(field: string, value: unknown): void {
  if (typeof value !== 'number') throw new ModelCardError(field, 'a number', value);
}

function constant<T extends string>(field: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((known) => known === value);
  if (found === undefined) throw new ModelCardError(field, allowed.join(' or '), value);
  return found;
}

function tensor(field: string, value: Record<string, unknown>, shape: readonly number[]): void {
  text(`${field}.name`, value['name']);
  if (JSON.stringify(value['shape']) !== JSON.stringify(shape)) {
    throw new ModelCardError(`${field}.shape`, JSON.stringify(shape), value['shape']);
  }
}
