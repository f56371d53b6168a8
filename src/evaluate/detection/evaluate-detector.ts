import type { LightingControls } from '../../core/controls.js';
import { silentLogger, type Logger } from '../../core/logger.js';
import { openGenerator } from '../../infer/open-generator.js';
import type { Device } from '../../infer/network-session.js';
import { AtomicFile } from '../../output/atomic-file.js';
import { commitImage } from '../../output/atomic-image.js';
import { compareClasses } from './compared-classes.js';
import { detectPairs, detectSet } from './detect-sets.js';
import {
  countFound,
  measureLabelFree,
  measureLabelled,
  retentionOf,
  type MeasuredSet,
  type ResultOptions,
  type SetBoxes,
} from './detection-results.js';
import { detectionSheet, type SheetCell } from './detection-sheet.js';
import type { DetectorEvaluation, NightResult } from './detector-evaluation.js';
import type { LabelledSet } from './labelled-set.js';
import { NightImages } from './night-images.js';

/** Options of {@link evaluateDetector}. */
export interface EvaluateDetectorOptions {
  /** Path of an object detector in ONNX. */
  readonly detector: string;
  /** Names of its classes: see `readClassNames`. */
  readonly detectorClasses?: string;
  /** Score from which a detection counts as found. */
  readonly detectorScore: number;
  /** Days, labelled or not. */
  readonly input: LabelledSet;
  /** Real nights, labelled or not. */
  readonly references: readonly LabelledSet[];
  /** Same as for `openGenerator`. */
  readonly generator: string;
  readonly style?: string;
  readonly lighting?: LightingControls;
  readonly device?: Device;
  readonly threads?: number;
  /** Random seed of the resampling and of what the generator draws. */
  readonly seed: number;
  /** Where to write a sheet of days and nights with boxes. */
  readonly sheet?: string;
  readonly signal: AbortSignal;
  readonly logger?: Logger;
  readonly onProgress?: (progress: { readonly step: string; readonly done: number; readonly expected: number }) => void;
  /** Called with the result before the sheet is written: a full disk loses no measurement. */
  readonly onMeasured?: (evaluation: DetectorEvaluation) => void;
}

/**
 * Measures how much of what a detector finds by day it finds at the night that a generator makes, and at real nights. Writes the
 * sheet last. Rejects with NocturneError, or with the signal's reason.
 */
export async function evaluateDetector(options: EvaluateDetectorOptions): Promise<DetectorEvaluation> {
  const { input, seed, detectorScore: score, sheet: sheetPath, logger = silentLogger, threads = 1 } = options;
  const sheet = sheetPath === undefined ? undefined : await AtomicFile.open({ path: sheetPath, overwrite: true });
  const { openOrtDetector } = await import('./ort-detector.js'); // its native library takes a while to load
  const { detectorClasses } = options;
  const names = detectorClasses === undefined ? {} : { classes: detectorClasses };
  await using detector = await openOrtDetector(options.detector, { ...names, threads });
  await using generator = await openGenerator({ ...options, logger });
  if (options.lighting) generator.setLighting?.(options.lighting);
  using nights = await NightImages.open({ generator, lighting: options.lighting, seed });
  const classes = compareClasses([input, ...options.references], detector);
  const results = { names: classes.names, score, seed };
  const pairs = await detectPairs(input, { ...options, detector, nights, classes });
  const day = measureLabelled(pairs.day, results);
  const night = measureLabelled(pairs.night, results);
  const references: Record<string, NightResult & { path: string }> = {};
  const shown: SheetCell[] = [];
  const notices = [...classes.notices, ...input.notices, ...pairs.notices];
  for (const [name, reference] of namedSets(options.references)) {
    const found = await detectSet(reference, { ...options, detector, classes, shown });
    const measured = measureLabelled(found.set, { ...results, seed: seed + 1 });
    references[name] = { path: reference.path, ...nightResult(found.set, measured, day, results) };
    notices.push(...reference.notices, ...found.notices);
  }
  const { name, version } = generator.card;
  const labelFree = measureLabelFree(pairs.day.detections, pairs.night.detections, results);
  const evaluation: DetectorEvaluation = {
    format: 1,
    input: { path: input.path, layout: input.layout, images: pairs.day.detections.length },
    detector: { path: options.detector, title: detector.title, input: detector.input },
    generator: { name, version, device: generator.device, fallbacks: generator.fallbacks },
    seed,
    score,
    classes: classes.hasLabels ? classes.names : Object.keys(labelFree.classes),
    unmatched: classes.unmatched,
    day: { ...countFound(pairs.day.detections, results), labelled: day?.result ?? null },
    night: nightResult(pairs.night, night, day, results),
    labelFree,
    references,
    luma: pairs.log.luma,
    pairs: pairs.log.pairs,
    notices,
  };
  options.onMeasured?.(evaluation);
  if (sheet) await commitImage(sheet, detectionSheet(pairs.log.cells, shown));
  return evaluation;
}

function nightResult(
  set: SetBoxes,
  measured: MeasuredSet | undefined,
  day: MeasuredSet | undefined,
  results: ResultOptions,
): NightResult {
  const retention = measured && day ? retentionOf(measured, day, results.names) : null;
  return { ...countFound(set.detections, results), labelled: measured?.result ?? null, retention };
}

/** Sets by name: that of the folder, or its path if two have the same. */
function namedSets(sets: readonly LabelledSet[]): (readonly [name: string, set: LabelledSet])[] {
  return sets.map((set) => {
    const hasTwin = sets.filter(({ name }) => name === set.name).length > 1;
    return [hasTwin ? set.path : set.name, set] as const;
  });
}
