import { NocturneError } from '../../core/errors.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { skippedNotices } from '../../ingest/image-list.js';
import { spreadIndices } from '../contact-sheet.js';
import type { ComparedClasses } from './compared-classes.js';
import type { SetBoxes } from './detection-results.js';
import { MAX_SHEET_NIGHTS, MAX_SHEET_PAIRS, sheetCell, type SheetCell } from './detection-sheet.js';
import type { Detection, TrueBox } from './detection.js';
import type { Detector } from './detector.js';
import type { LabelledImage, LabelledSet } from './labelled-set.js';
import type { NightImages } from './night-images.js';
import { PairLog } from './pair-log.js';
import type { BoxesByClass } from './set-matches.js';

/** What detecting in a set needs. */
export interface DetectTools {
  readonly detector: Detector;
  readonly classes: ComparedClasses;
  /** Score from which a detection counts as found. */
  readonly detectorScore: number;
  /** Set where a sheet is wanted. */
  readonly sheet?: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: { readonly step: string; readonly done: number; readonly expected: number }) => void;
}

/** Detects in days and in the nights made from them, one pair after another. */
export async function detectPairs(
  input: LabelledSet,
  tools: DetectTools & { readonly nights: NightImages },
): Promise<{ day: SetBoxes; night: SetBoxes; log: PairLog; notices: readonly string[] }> {
  const { detector, nights, classes, signal, sheet, detectorScore: score } = tools;
  const log = new PairLog(score);
  const detections: Record<'day' | 'night', BoxesByClass<Detection>[]> = { day: [], night: [] };
  const truths: BoxesByClass<TrueBox>[] = [];
  const shown = sheet === undefined ? [] : spreadIndices(input.images.length, MAX_SHEET_PAIRS);
  const notices = await eachImage(input, `night and detections of ${input.name}`, tools, async (day, image, index) => {
    const night = await nights.make(day, signal);
    const byDay = classes.detections(await detector.detect(day));
    const atNight = classes.detections(await detector.detect(night));
    const labelled = classes.truths(image);
    if (labelled) truths.push(labelled);
    detections.day.push(byDay);
    detections.night.push(atNight);
    log.add({ id: image.id, day, night, byDay, atNight, truths: labelled, isShown: shown.includes(index) });
  });
  const known = truths.length === detections.day.length ? truths : undefined;
  const set = (name: 'day' | 'night'): SetBoxes => ({ detections: detections[name], truths: known });
  return { day: set('day'), night: set('night'), log, notices };
}

/** Detects in a set of real nights. */
export async function detectSet(
  reference: LabelledSet,
  tools: DetectTools & { readonly shown: SheetCell[] },
): Promise<{ set: SetBoxes; notices: readonly string[] }> {
  const { detector, classes, shown, sheet, detectorScore: score } = tools;
  const detections: BoxesByClass<Detection>[] = [];
  const truths: BoxesByClass<TrueBox>[] = [];
  const notices = await eachImage(reference, `detections of ${reference.name}`, tools, async (night, image) => {
    const found = classes.detections(await detector.detect(night));
    const labelled = classes.truths(image);
    if (labelled) truths.push(labelled);
    detections.push(found);
    if (sheet === undefined || shown.length >= MAX_SHEET_NIGHTS) return;
    shown.push(sheetCell(night, { found, truths: labelled, score }));
  });
  const known = truths.length === detections.length ? truths : undefined;
  return { set: { detections, truths: known }, notices };
}

/** Calls `work` with each image of a set. Returns notices about those that cannot be read. */
async function eachImage(
  set: LabelledSet,
  step: string,
  { signal, onProgress }: DetectTools,
  work: (pixels: RgbImage, image: LabelledImage, index: number) => Promise<void>,
): Promise<readonly string[]> {
  const skipped: string[] = [];
  let failure: unknown;
  for (const [index, image] of set.images.entries()) {
    signal.throwIfAborted();
    const pixels = await image.read(signal).catch((error: unknown) => {
      if (!(error instanceof NocturneError) || !error.code.startsWith('INPUT_')) throw error;
      failure ??= error;
      skipped.push(image.id);
      return undefined;
    });
    if (pixels) await work(pixels, image, index);
    onProgress?.({ step, done: index + 1, expected: set.images.length });
    await new Promise(setImmediate); // lets a signal arrive between two images
  }
  if (skipped.length === set.images.length) throw failure;
  return skippedNotices(skipped);
}
