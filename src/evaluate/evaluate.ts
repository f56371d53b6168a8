import { basename, resolve } from 'node:path';
import { NocturneError } from '../core/errors.js';
import type { Frame } from '../core/frame.js';
import { silentLogger, type Logger } from '../core/logger.js';
import { writeImage } from '../image/image-file.js';
import type { FallbackGenerator } from '../infer/fallback-generator.js';
import { createGrade } from '../infer/grade/grade.js';
import { openGenerator } from '../infer/open-generator.js';
import type { FeatureNetwork } from '../infer/ort-features.js';
import type { Device } from '../infer/ort-generator.js';
import { openRenderer } from '../render/wasm-renderer.js';
import { compareSets, halves, layoutMeasure, slicedMeasure, type ComparedSets } from './compare-sets.js';
import { contactSheet } from './contact-sheet.js';
import { EdgeMask } from './edge-mask.js';
import type { Cost, Evaluation, ReferenceResult, Steadiness } from './evaluation.js';
import { FeatureComparison } from './feature-comparison.js';
import { openEvaluationInput, openReference, type MeasuredImages, type EvaluationInput } from './evaluation-input.js';
import { judgeRows } from './judge-rows.js';
import { measureCost } from './measure-cost.js';
import { measureSteadiness } from './steadiness.js';
import { ToneMeter } from './tones.js';
import { translateImages, type Translated } from './translate-images.js';

/** What is to be measured. */
export interface EvaluateOptions {
  /** A folder of day pictures, or a clip. */
  readonly input: string;
  /** Folders of real night pictures, one at least. */
  readonly references: readonly string[];
  /** As `openGenerator` takes it. */
  readonly generator: string;
  readonly device?: Device;
  readonly threads?: number;
  /** Most pictures of the input, and of each reference. */
  readonly most: number;
  readonly seed: number;
  /** An ONNX feature network for FID and KID. */
  readonly features?: string;
  /** Where a contact sheet is written. */
  readonly sheet?: string;
  readonly signal: AbortSignal;
  readonly logger?: Logger;
  readonly onProgress?: (progress: EvaluationProgress) => void;
}

/** How far an evaluation is. */
export interface EvaluationProgress {
  /** For people: `reading testA`, `distances to testB`. */
  readonly step: string;
  readonly done: number;
  /** 0 when unknown. */
  readonly expected: number;
}

/** Frames that are timed, those of the warm-up among them. */
const TIMED_FRAMES = 105;
/** Frames of a clip whose steadiness is measured. */
const FOLLOWED_FRAMES = 200;

/** A reference that was read. */
interface Nights extends MeasuredImages {
  readonly name: string;
  readonly path: string;
}

/** The days, what was made of them, and the real nights. */
interface Sets {
  readonly day: MeasuredImages;
  readonly grade: Translated;
  /** `grade` itself where that is the generator. */
  readonly result: Translated;
  readonly nights: readonly Nights[];
}

/**
 * Judges a generator's night: how near to real nights, how much of the drawing is left, what light was invented, what a frame
 * costs. Writes the contact sheet. Rejects with NocturneError, or with the signal's reason.
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { seed } = options;
  const input = await openEvaluationInput(options.input);
  const references = await openReferences(options.references);
  await using network = await openFeatures(options);
  await using generator = await openGenerator({ ...options, logger: options.logger ?? silentLogger });
  const cost = await timeFrames(input, generator, options);
  const steadiness = input.isClip ? await followFrames(input, generator, options) : null;
  const tools = { mask: await EdgeMask.open(), meter: await ToneMeter.open(), seed };
  const sets = await makeSets(input, references, generator, { ...options, mask: tools.mask });
  const compared = await compareWithNights(sets, { ...options, meter: tools.meter, network });
  const [first] = sets.nights;
  const main = first && compared[first.name];
  if (!main) throw new RangeError('references must not be empty, got []');
  if (options.sheet !== undefined) await writeImage(options.sheet, contactSheet(comparedWith(sets, first, seed)));
  const { day, grade, result } = sets;
  const judged = judgeRows({ day: day.pictures, grade, result, curve: main.layout.curve }, tools);
  return {
    format: 1,
    input: { path: options.input, pictures: day.pictures.length },
    generator: {
      name: generator.card.name,
      version: generator.card.version,
      device: generator.device,
      fallbacks: generator.fallbacks,
    },
    seed,
    reference: first.name,
    layout: main.layout,
    swd: main.swd,
    references: compared,
    ...judged,
    tones: { ...judged.tones, real: main.tones },
    cost,
    steadiness,
    notices: [day, ...sets.nights].flatMap(({ notices }) => notices),
  };
}

/** By name: the folder's, or its path where two are called alike. */
async function openReferences(paths: readonly string[]): Promise<ReadonlyMap<string, EvaluationInput>> {
  const references = new Map<string, EvaluationInput>();
  const isCalledAlike = (path: string): boolean =>
    paths.filter((other) => basename(resolve(other)) === basename(resolve(path))).length > 1;
  for (const path of paths) {
    const reference = await openReference(path);
    references.set(isCalledAlike(path) ? path : reference.name, reference);
  }
  return references;
}

async function openFeatures(options: EvaluateOptions): Promise<FeatureNetwork | undefined> {
  if (options.features === undefined) return undefined;
  const { openOrtFeatures } = await import('../infer/ort-features.js'); // its native library takes a while to load
  return await openOrtFeatures(options.features, options.threads);
}

async function timeFrames(
  input: EvaluationInput,
  generator: FallbackGenerator,
  options: EvaluateOptions,
): Promise<Cost> {
  using renderer = await openRenderer({ seed: options.seed });
  const frames = input.frames(TIMED_FRAMES, options.signal);
  return await measureCost(frames, { generator, renderer, threads: options.threads ?? 1 });
}

async function followFrames(
  input: EvaluationInput,
  generator: FallbackGenerator,
  options: EvaluateOptions,
): Promise<Steadiness> {
  using renderer = await openRenderer({ seed: options.seed });
  let done = 0;
  const tell = async function* (frames: AsyncIterable<Frame>): AsyncIterable<Frame> {
    for await (const frame of frames) {
      options.onProgress?.({ step: `steadiness of ${input.name}`, done: ++done, expected: FOLLOWED_FRAMES });
      yield frame;
    }
  };
  return await measureSteadiness(tell(input.frames(FOLLOWED_FRAMES, options.signal)), { generator, renderer });
}

async function makeSets(
  input: EvaluationInput,
  references: ReadonlyMap<string, EvaluationInput>,
  generator: FallbackGenerator,
  options: EvaluateOptions & { readonly mask: EdgeMask },
): Promise<Sets> {
  const { most, signal, mask, onProgress } = options;
  const tell = (step: string) => (done: number, expected: number) => onProgress?.({ step, done, expected });
  const day = await input.read({ most, signal, onPicture: tell(`reading ${input.name}`) });
  const nights: Nights[] = [];
  for (const [name, reference] of references) {
    const read = await reference.read({ most, signal, onPicture: tell(`reading ${name}`) });
    if (read.pictures.length < 2) throw tooFew(reference.path);
    nights.push({ name, path: reference.path, ...read });
  }
  const { name } = generator.card;
  const tools = { generator, mask, signal, onPicture: tell(`night by ${name}`) };
  const result = await translateImages(day.pictures, tools);
  const isPhysics = name === 'grade' && !('sha256' in generator.card); // a network may be called so too
  if (isPhysics) return { day, grade: result, result, nights };
  await using physics = await createGrade();
  const grade = await translateImages(day.pictures, {
    ...tools,
    generator: physics,
    onPicture: tell('night by grade'),
  });
  return { day, grade, result, nights };
}

function tooFew(path: string): NocturneError {
  const message = `the reference ${path} has one picture, which is no set.`;
  const remedy = 'Name a folder of dozens of real nights.';
  return new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message, remedy });
}

async function compareWithNights(
  sets: Sets,
  options: EvaluateOptions & { readonly meter: ToneMeter; readonly network: FeatureNetwork | undefined },
): Promise<Record<string, ReferenceResult>> {
  const { seed, signal, meter, network, onProgress } = options;
  const features = network && new FeatureComparison(network, signal);
  const results: Record<string, ReferenceResult> = {};
  // Day, grade, curve, result and floor, by two distances.
  const expected = sets.result === sets.grade ? 8 : 10;
  for (const night of sets.nights) {
    let done = 0;
    const onRow = async (): Promise<void> => {
      onProgress?.({ step: `distances to ${night.name}`, done: ++done, expected });
      await new Promise(setImmediate); // a signal is heard between two rows
      signal.throwIfAborted();
    };
    const compared = comparedWith(sets, night, seed);
    const layout = await compareSets(compared, layoutMeasure(seed), onRow);
    const swd = await compareSets(compared, slicedMeasure(seed), onRow);
    const base = { path: night.path, pictures: night.pictures.length, layout, swd, tones: meter.range(night.pictures) };
    results[night.name] = features ? { ...base, features: await features.compare(compared, layout.curve) } : base;
  }
  return results;
}

/** What is compared with one reference; real nights are compared with the next reference, a lone one's halves with each other. */
function comparedWith({ day, grade, result, nights }: Sets, night: Nights, seed: number): ComparedSets {
  const other = nights.find((one) => one !== night);
  const [half, rest] = other ? [other.pictures, night.pictures] : halves(night.pictures, seed);
  return {
    day: day.pictures,
    grade: grade.pictures,
    result: result.pictures,
    night: night.pictures,
    floor: { a: half, b: rest, of: other ? `${other.name} against ${night.name}` : `halves of ${night.name}` },
  };
}
