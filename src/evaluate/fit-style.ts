import { abortedError, NocturneError } from '../core/errors.js';
import { Random } from '../core/random.js';
import { DEFAULT_LIGHTING_DIALS, Lighting } from '../lighting/lighting.js';
import { readNightStyle, type NightStyle } from '../lighting/night-style.js';
import { applyLookInto } from '../look/apply-look.js';
import { openSceneReader } from '../scene/scene-reader.js';
import { stillScene } from '../scene/scene-tracker.js';
import { openEvaluationInput, openReference, type EvaluationInput } from './evaluation-input.js';
import { clampToRgb, PIXELS } from './image-set.js';
import { NightDistanceMeter, type NightDistances } from './night-distances.js';
import { paintedDays, type DayScene } from './painted-days.js';
import { constantsAtLimit, STYLE_CONSTANTS, styleOf, styleVector } from '../lighting/style-constants.js';
import { searchVector } from './vector-search.js';

/** Options of {@link fitStyle}. */
export interface FitStyleOptions {
  /** A folder of real night images. */
  readonly nights: string;
  /** Days whose nights are to look like that: a folder of images, or a clip; default: painted streets. */
  readonly days?: string;
  /** The style to start from: a name or the path of a JSON file. */
  readonly from: string;
  /** Styles to measure. */
  readonly steps: number;
  /** Random seed of the lighting, of every sampling and of the search: the same seed gives the same style. */
  readonly seed: number;
  /** Largest number of days and of nights, evenly spread. */
  readonly maxDays: number;
  readonly maxNights: number;
  /** Scene network that reads the days; default: the one of the package. */
  readonly model?: string;
  /** Threads of that network. */
  readonly threads?: number;
  /** Ends the search: before the first measurement with ABORTED, later with the best style so far. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: FitProgress) => void;
}

/** Progress of a fit. */
export type FitProgress = ReadingProgress | SearchProgress;

/** What is read or painted before the search. */
interface ReadingProgress {
  /** For people: `reading nights`. */
  readonly step: string;
  readonly done: number;
  /** 0 when unknown. */
  readonly expected: number;
}

/** A style was measured. */
interface SearchProgress extends ReadingProgress {
  readonly step: 'fitting';
  readonly start: NightDistances;
  readonly now: NightDistances;
  readonly best: NightDistances;
}

/** The result of a fit. */
export interface StyleFit {
  /** The best style: {@link FitStyleOptions.from} with other constants; its name and description too. */
  readonly style: NightStyle;
  /** Distances of the nights in the starting style, and in the best one. */
  readonly start: NightDistances;
  readonly best: NightDistances;
  /** Styles measured. */
  readonly steps: number;
  readonly days: number;
  readonly nights: number;
  /** Notes for people, one line each. */
  readonly notices: readonly string[];
}

/** Smallest distance of the starting style by which distances are divided. */
const MIN_START = 1e-4;
const NIGHT = { hour: -18, dials: DEFAULT_LIGHTING_DIALS } as const;

/**
 * Fits a night style to real nights: changes its constants so that nights of the days are closer to them, in layout, texture and
 * lights. What is made small is the sum of the three distances, each divided by its value for the starting style. Rejects with
 * NocturneError: CONFIG_INVALID for the style, INPUT_ codes for nights and days, MODEL_ codes for the scene network, ABORTED.
 */
export async function fitStyle(options: FitStyleOptions): Promise<StyleFit> {
  const { seed, maxNights, signal, onProgress } = options;
  const from = readNightStyle(options.from);
  const reference = await openReference(options.nights);
  const input = options.days === undefined ? undefined : await openEvaluationInput(options.days);
  try {
    const onImage = (done: number, expected: number): void => onProgress?.({ step: 'reading nights', done, expected });
    const real = await reference.read({ maxImages: maxNights, wantsDetails: false, signal, onImage });
    if (real.images.length < 2) throw tooFewNights(options.nights);
    const { scenes, notices } = input ? await readDays(input, options) : await paintDays(options);
    const fitter = new StyleFitter(scenes, new NightDistanceMeter(real.images, seed), from, options);
    const fit = await fitter.run();
    const limited = constantsAtLimit(fit.style, from);
    const limits = limited.length > 0 ? [`at the end of their range: ${limited.join('; ')}`] : [];
    const counts = { days: scenes.length, nights: real.images.length };
    return { ...fit, ...counts, notices: [...real.notices, ...notices, ...limits] };
  } catch (error) {
    throw signal.aborted ? abortedError('the first style was measured') : error;
  }
}

interface ReadDays {
  readonly scenes: readonly DayScene[];
  readonly notices: readonly string[];
}

/** Reads the days, and once what stands where in them. */
async function readDays(input: EvaluationInput, options: FitStyleOptions): Promise<ReadDays> {
  const { model, threads = 1, seed, maxDays, signal, onProgress } = options;
  await using reader = await openSceneReader({ threads, ...(model === undefined ? {} : { model }) });
  const onImage = (done: number, expected: number): void => onProgress?.({ step: 'reading days', done, expected });
  const { images, details, notices } = await input.read({ maxImages: maxDays, wantsDetails: true, signal, onImage });
  const scenes: DayScene[] = [];
  for (const [i, day] of images.entries()) {
    signal.throwIfAborted();
    const detail = details?.at(i);
    if (!detail) throw new RangeError(`details must have one for each of ${images.length} days, got none for ${i}`);
    scenes.push({ day, scene: stillScene(await reader.read(detail, { isStill: true }), seed) });
    onProgress?.({ step: 'finding what stands where', done: i + 1, expected: images.length });
  }
  return { scenes, notices };
}

async function paintDays({ seed, maxDays, signal, onProgress }: FitStyleOptions): Promise<ReadDays> {
  const scenes: DayScene[] = [];
  for (const day of paintedDays(maxDays, seed)) {
    scenes.push(day);
    onProgress?.({ step: 'painting streets', done: scenes.length, expected: maxDays });
    await yieldTo(signal);
  }
  return { scenes, notices: [] };
}

/** Measures styles on the same days, and searches the best one. */
class StyleFitter {
  readonly #days: readonly DayScene[];
  readonly #meter: NightDistanceMeter;
  readonly #from: NightStyle;
  readonly #options: FitStyleOptions;
  /** `[3, 144, 256]` for each day: its night in the style that was measured last. */
  readonly #nights: readonly Float32Array[];
  #steps = 0;
  #start: NightDistances | undefined;
  #best: NightDistances | undefined;
  #bestScore = Infinity;

  constructor(days: readonly DayScene[], meter: NightDistanceMeter, from: NightStyle, options: FitStyleOptions) {
    this.#days = days;
    this.#nights = days.map(() => new Float32Array(3 * PIXELS));
    this.#meter = meter;
    this.#from = from;
    this.#options = options;
  }

  /** Throws the signal's reason if it aborts before a style was measured. */
  async run(): Promise<Pick<StyleFit, 'style' | 'start' | 'best' | 'steps'>> {
    const { steps, seed, signal } = this.#options;
    const { vector } = await searchVector({
      start: styleVector(this.#from),
      min: STYLE_CONSTANTS.map(({ min }) => min),
      max: STYLE_CONSTANTS.map(({ max }) => max),
      steps: STYLE_CONSTANTS.map(({ step }) => step),
      maxMeasurements: steps,
      random: new Random(seed),
      measure: (candidate) => this.#score(candidate),
      isStopped: () => signal.aborted,
    });
    const [start, best] = [this.#start, this.#best];
    if (!start || !best) throw signal.reason;
    return { style: styleOf(vector, this.#from), start, best, steps: this.#steps };
  }

  /** The sum of the three distances, each in those of the starting style; Infinity when the signal aborts meanwhile. */
  async #score(vector: readonly number[]): Promise<number> {
    const now = await this.#measure(styleOf(vector, this.#from));
    if (!now) return Infinity;
    const start = (this.#start ??= now);
    const score = scoreOf(now, start);
    if (score < this.#bestScore) [this.#best, this.#bestScore] = [now, score];
    this.#steps++;
    const { steps: expected, onProgress } = this.#options;
    onProgress?.({ step: 'fitting', done: this.#steps, expected, start, now, best: this.#best ?? now });
    return score;
  }

  async #measure(style: NightStyle): Promise<NightDistances | undefined> {
    const { seed, signal } = this.#options;
    const lighting = await Lighting.open(style, seed);
    for (const [i, night] of this.#nights.entries()) {
      await new Promise(setImmediate); // lets a signal arrive
      const at = this.#days[i];
      if (signal.aborted || !at) return undefined;
      applyLookInto(lighting.light(at.scene, at.day, NIGHT), at.day, night);
      clampToRgb(night);
    }
    return this.#meter.measure(this.#nights);
  }
}

/** What a fit makes small: 3 for the starting style. */
export function scoreOf(distances: NightDistances, start: NightDistances): number {
  const ratio = (key: keyof NightDistances): number => distances[key] / Math.max(MIN_START, start[key]);
  return ratio('layout') + ratio('swd') + ratio('lights');
}

async function yieldTo(signal: AbortSignal): Promise<void> {
  await new Promise(setImmediate);
  signal.throwIfAborted();
}

function tooFewNights(path: string): NocturneError {
  const message = `the folder ${path} has one night; a distance needs a set.`;
  const remedy = 'Use a folder of dozens of real night images.';
  return new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message, remedy });
}
