import { basename, resolve } from 'node:path';
import type { LightingControls } from '../core/controls.js';
import { NocturneError } from '../core/errors.js';
import type { Frame } from '../core/frame.js';
import { silentLogger, type Logger } from '../core/logger.js';
import type { FallbackGenerator } from '../infer/fallback-generator.js';
import { createGrade } from '../infer/grade/grade.js';
import { openGenerator } from '../infer/open-generator.js';
import type { FeatureNetwork } from '../infer/ort-features.js';
import type { Device, Engine } from '../infer/network-session.js';
import { usefulThreads } from '../infer/ort-runtime.js';
import { AtomicFile } from '../output/atomic-file.js';
import { commitImage } from '../output/atomic-image.js';
import { openRenderer } from '../render/wasm-renderer.js';
import {
  compareSets,
  splitInHalves,
  layoutMetric,
  lightsMetric,
  slicedMetric,
  type ComparedSets,
} from './compare-sets.js';
import { contactSheet } from './contact-sheet.js';
import { EdgeMask } from './edge-mask.js';
import type { Cost, Evaluation, ReferenceResult, Steadiness } from './evaluation.js';
import { FeatureComparison } from './feature-comparison.js';
import { openEvaluationInput, openReference, type LoadedImages, type EvaluationInput } from './evaluation-input.js';
import { measureVariants } from './measure-variants.js';
import { measureCost } from './measure-cost.js';
import { measureSteadiness } from './steadiness.js';
import { ToneMeter } from './tones.js';
import { translateImages, type TranslatedImages } from './translate-images.js';

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** A folder of day images, or a clip. */
  readonly input: string;
  /** Folders of real night images, at least one. */
  readonly references: readonly string[];
  /** Same as for `openGenerator`. */
  readonly generator: string;
  readonly style?: string;
  /** Default: that of the default controls. */
  readonly lighting?: LightingControls;
  readonly device?: Device;
  /** Default `auto`. */
  readonly engine?: Engine;
  readonly threads?: number;
  /** Maximum number of images from the input and from each reference. */
  readonly maxImages: number;
  /** Random seed of every sampling, and of what the generator draws. */
  readonly seed: number;
  /** An ONNX feature network for FID and KID. */
  readonly features?: string;
  /** Where to write a contact sheet. */
  readonly sheet?: string;
  readonly signal: AbortSignal;
  readonly logger?: Logger;
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Called with the result before the contact sheet is written: a full disk loses no measurement. */
  readonly onMeasured?: (evaluation: Evaluation) => void;
}

/** Progress of an evaluation. */
export interface EvaluationProgress {
  /** For people: `reading testA`, `distances to testB`. */
  readonly step: string;
  readonly done: number;
  /** 0 when unknown. */
  readonly expected: number;
}

/** Maximum number of frames to time, including warm-up. */
const TIMED_FRAMES = 105;
/** Maximum number of frames of a clip whose steadiness is measured. */
const STEADINESS_FRAMES = 200;

/** A loaded reference: real nights. */
interface Reference extends LoadedImages {
  readonly name: string;
  readonly path: string;
}

/** The days, the nights made from them, and the real nights. */
interface Sets {
  readonly day: LoadedImages;
  readonly grade: TranslatedImages;
  /** Is `grade` itself if that is the generator. */
  readonly result: TranslatedImages;
  readonly references: readonly Reference[];
}

/**
 * Measures how close a generator's nights are to real ones, how much structure they keep, what lights they invent and what a
 * frame costs. Writes the contact sheet last. Rejects with NocturneError, or with the signal's reason.
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { seed } = options;
  const sheet =
    options.sheet === undefined ? undefined : await AtomicFile.open({ path: options.sheet, overwrite: true });
  const input = await openEvaluationInput(options.input);
  const references = await openReferences(options.references);
  await using network = await openFeatures(options);
  await using generator = await openGenerator({ ...options, logger: options.logger ?? silentLogger });
  if (options.lighting) generator.setLighting?.(options.lighting);
  const cost = await measureInputCost(input, generator, options);
  const steadiness = input.isClip ? await measureInputSteadiness(input, generator, options) : null;
  const tools = { mask: await EdgeMask.open(), meter: await ToneMeter.open(), seed };
  const sets = await loadSets(input, references, generator, { ...options, mask: tools.mask });
  const compared = await compareWithReferences(sets, { ...options, meter: tools.meter, network });
  const [first] = sets.references;
  const main = first && compared[first.name];
  if (!main) throw new RangeError('references must not be empty, got []');
  const { day, grade, result } = sets;
  const variants = measureVariants({ day: day.images, grade, result, curve: main.layout.curve }, tools);
  const evaluation: Evaluation = {
    format: 1,
    input: { path: options.input, images: day.images.length },
    generator: describeGenerator(generator),
    seed,
    reference: first.name,
    layout: main.layout,
    swd: main.swd,
    lights: main.lights,
    references: compared,
    ...variants,
    tones: { ...variants.tones, real: main.tones },
    cost,
    steadiness,
    notices: [day, ...sets.references].flatMap(({ notices }) => notices),
  };
  options.onMeasured?.(evaluation);
  if (sheet) await commitImage(sheet, contactSheet(setsAgainst(sets, first, seed)));
  return evaluation;
}

function describeGenerator({ card, device, fallbacks }: FallbackGenerator): Evaluation['generator'] {
  return { name: card.name, version: card.version, device, fallbacks };
}

/** Opens references by name: that of the folder, or its path if two have the same. */
async function openReferences(paths: readonly string[]): Promise<ReadonlyMap<string, EvaluationInput>> {
  const references = new Map<string, EvaluationInput>();
  const hasTwin = (path: string): boolean =>
    paths.filter((other) => basename(resolve(other)) === basename(resolve(path))).length > 1;
  for (const path of paths) {
    const reference = await openReference(path);
    references.set(hasTwin(path) ? path : reference.name, reference);
  }
  return references;
}

async function openFeatures(options: EvaluateOptions): Promise<FeatureNetwork | undefined> {
  if (options.features === undefined) return undefined;
  const { openOrtFeatures } = await import('../infer/ort-features.js'); // its native library takes a while to load
  return await openOrtFeatures(options.features, options.threads);
}

async function measureInputCost(
  input: EvaluationInput,
  generator: FallbackGenerator,
  options: EvaluateOptions,
): Promise<Cost> {
  using renderer = await openRenderer({ seed: options.seed, hasBeam: !generator.lightsRoad, grain: generator.grain });
  const frames = input.frames(TIMED_FRAMES, options.signal);
  return await measureCost(frames, { generator, renderer, threads: usefulThreads(options.threads ?? 1) });
}

async function measureInputSteadiness(
  input: EvaluationInput,
  generator: FallbackGenerator,
  options: EvaluateOptions,
): Promise<Steadiness> {
  using renderer = await openRenderer({ seed: options.seed });
  let done = 0;
  const withProgress = async function* (frames: AsyncIterable<Frame>): AsyncIterable<Frame> {
    for await (const frame of frames) {
      options.onProgress?.({ step: `steadiness of ${input.name}`, done: ++done, expected: STEADINESS_FRAMES });
      yield frame;
    }
  };
  return await measureSteadiness(withProgress(input.frames(STEADINESS_FRAMES, options.signal)), {
    generator,
    renderer,
  });
}

async function loadSets(
  input: EvaluationInput,
  references: ReadonlyMap<string, EvaluationInput>,
  generator: FallbackGenerator,
  options: EvaluateOptions & { readonly mask: EdgeMask },
): Promise<Sets> {
  const { maxImages, signal, mask, onProgress } = options;
  const report = (step: string) => (done: number, expected: number) => onProgress?.({ step, done, expected });
  const { wantsDetail = false } = generator;
  const day = await input.read({
    maxImages,
    wantsDetails: wantsDetail,
    signal,
    onImage: report(`reading ${input.name}`),
  });
  const loaded: Reference[] = [];
  for (const [name, reference] of references) {
    const read = await reference.read({ maxImages, wantsDetails: false, signal, onImage: report(`reading ${name}`) });
    if (read.images.length < 2) throw tooFewImages(reference.path);
    loaded.push({ name, path: reference.path, ...read });
  }
  const { name } = generator.card;
  const tools = { generator, mask, signal, onImage: report(`night by ${name}`) };
  const result = await translateImages(day.images, { ...tools, details: day.details });
  const isGrade = name === 'grade' && !('sha256' in generator.card); // a network can have the same name
  if (isGrade) return { day, grade: result, result, references: loaded };
  await using gradeGenerator = await createGrade();
  const grade = await translateImages(day.images, {
    ...tools,
    generator: gradeGenerator,
    onImage: report('night by grade'),
  });
  return { day, grade, result, references: loaded };
}

function tooFewImages(path: string): NocturneError {
  const message = `the reference ${path} has one image; a distance needs a set.`;
  const remedy = 'Use a folder of dozens of real night images.';
  return new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message, remedy });
}

async function compareWithReferences(
  sets: Sets,
  options: EvaluateOptions & { readonly meter: ToneMeter; readonly network: FeatureNetwork | undefined },
): Promise<Record<string, ReferenceResult>> {
  const { seed, signal, meter, network, onProgress } = options;
  const features = network && new FeatureComparison(network, signal);
  const results: Record<string, ReferenceResult> = {};
  // Day, grade, curve, result and floor, by three distances; a result that is the grade is measured once.
  const expected = sets.result === sets.grade ? 12 : 15;
  for (const night of sets.references) {
    let done = 0;
    const onMeasured = async (): Promise<void> => {
      onProgress?.({ step: `distances to ${night.name}`, done: ++done, expected });
      await new Promise(setImmediate); // lets a signal arrive between two sets
      signal.throwIfAborted();
    };
    const compared = setsAgainst(sets, night, seed);
    const layout = await compareSets(compared, layoutMetric(seed), onMeasured);
    const swd = await compareSets(compared, slicedMetric(seed), onMeasured);
    const lights = await compareSets(compared, lightsMetric(seed), onMeasured);
    const { path, images } = night;
    const base = { path, images: images.length, layout, swd, lights, tones: meter.range(images) };
    results[night.name] = features ? { ...base, features: await features.compare(compared, layout.curve) } : base;
  }
  return results;
}

/** The sets to compare with one reference. The floor compares it with another reference, or its halves with each other. */
function setsAgainst({ day, grade, result, references }: Sets, night: Reference, seed: number): ComparedSets {
  const other = references.find((reference) => reference !== night);
  const [half, rest] = other ? [other.images, night.images] : splitInHalves(night.images, seed);
  return {
    day: day.images,
    grade: grade.images,
    result: result.images,
    night: night.images,
    floor: { a: half, b: rest, of: other ? `${other.name} against ${night.name}` : `halves of ${night.name}` },
  };
}
