import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeText } from '../../core/decode-text.js';
import { NocturneError } from '../../core/errors.js';
import { readGrey, readRgb } from '../../image/image-file.js';
import { readFacingMarks, type FacingMark, type FacingMarks } from './facing-marks.js';
import {
  LABEL_HEIGHT,
  LABEL_WIDTH,
  SCENE_IMAGE_HEIGHT,
  SCENE_IMAGE_WIDTH,
  type LabelledScene,
  type LabelledVehicle,
} from './labelled-scene.js';

/** Files read at a time: the default number of libuv's threads. */
const CONCURRENT_READS = 4;
/** Confidence below which a facing does not count. */
const MIN_FACING_SCORE = 0.6;
/**
 * Kinds whose facing and lamps do not count: a network that knows the parts of cars labelled them, and of twenty rears of buses six were fronts.
 */
const LARGE_KINDS: ReadonlySet<string> = new Set(['bus', 'truck']);

/**
 * What is seen from the side: its side is a large share of its pixels, or a smaller one and it is this many times as long as high. The
 * labels say front or rear of it all the same.
 */
const ALL_SIDE = 0.2;
const MIN_SIDE = 0.1;
const SIDE_LENGTH = 1.7;
/** Confidence in that. */
const SIDE_SCORE = 0.8;

/** A vehicle in `objects.jsonl`. */
interface VehicleLine {
  readonly box: readonly [number, number, number, number];
  readonly kind: string;
  readonly facing?: 'front' | 'rear';
  readonly facingScore?: number;
  /** Share of the vehicle's side among its pixels. */
  readonly sideShare?: number;
  readonly lamps?: readonly { readonly box: readonly [number, number, number, number] }[];
}

/** A line of `objects.jsonl`. */
interface ObjectsLine {
  readonly frame: string;
  /** Columns and rows of the frame; without them a vehicle's length is not known. */
  readonly size?: readonly [width: number, height: number];
  readonly vehicles: readonly VehicleLine[];
}

/**
 * Reads a folder of labelled scenes: `images/NAME.jpg`, `surface/NAME.png` (13 surfaces from 1 on, 0 unknown), `confidence/NAME.png`,
 * `objects.jsonl` `INDEX.tsv` with a group for each frame, and `facings.tsv`, which may be missing. @param isWanted default: all. Throws NocturneError INPUT_*.
 */
export async function readSceneFolder(
  folder: string,
  isWanted: (frame: string) => boolean = () => true,
): Promise<readonly LabelledScene[]> {
  const groups = await readSceneGroups(folder);
  const marks = await readFacingMarks(folder);
  const all = parseObjects(await readText(join(folder, 'objects.jsonl')), join(folder, 'objects.jsonl'));
  const lines = all.filter(({ frame }) => isWanted(frame));
  const scenes: LabelledScene[] = [];
  let next = 0;
  const reader = async (): Promise<void> => {
    for (let i = next++; i < lines.length; i = next++) {
      const line = lines[i];
      if (line) {
        scenes[i] = await readScene(folder, { line, group: groups.get(line.frame) ?? line.frame, marks });
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_READS }, reader));
  return scenes;
}

/** The group of each frame of a folder of labelled scenes. Throws NocturneError INPUT_NOT_FOUND. */
export async function readSceneGroups(folder: string): Promise<ReadonlyMap<string, string>> {
  return parseIndex(await readText(join(folder, 'INDEX.tsv')));
}

async function readScene(
  folder: string,
  { line, group, marks }: { readonly line: ObjectsLine; readonly group: string; readonly marks: FacingMarks },
): Promise<LabelledScene> {
  const { frame, vehicles, size: pixels } = line;
  const marked = marks.get(frame);
  const label = frame.replace(/\.[^.]+$/, '.png');
  const size = [LABEL_WIDTH, LABEL_HEIGHT] as const;
  const image = await readRgb(join(folder, 'images', frame), [SCENE_IMAGE_WIDTH, SCENE_IMAGE_HEIGHT]);
  return {
    name: frame,
    group,
    rgb: new Uint8Array(image.data),
    surfaces: await readGrey(join(folder, 'surface', label), size),
    confidence: await readGrey(join(folder, 'confidence', label), size),
    vehicles: vehicles.map((vehicle, i) =>
      labelledVehicle(vehicle, pixels ? pixels[0] / pixels[1] : 0, marked?.get(i)),
    ),
  };
}

/** @param aspect width of the frame over its height, in pixels; 0 where it is not known. @param mark what somebody saw, which wins. */
function labelledVehicle(line: VehicleLine, aspect: number, mark: FacingMark | undefined): LabelledVehicle {
  const { box, kind, facing, facingScore = 0, sideShare = 0 } = line;
  const isLarge = LARGE_KINDS.has(kind);
  if (mark === 'none') return { box, facingScore: 0 };
  if (mark === 'side') return { box, facing: mark, facingScore: 1, isLarge };
  if (mark) return { box, facing: mark, facingScore: 1, isLarge, ...(mark === facing && lampsOf(line)) };
  const length = (aspect * (box[2] - box[0])) / (box[3] - box[1]);
  const isSide = sideShare >= ALL_SIDE || (sideShare >= MIN_SIDE && length >= SIDE_LENGTH);
  if (facing !== undefined && kind !== 'motorcycle' && isSide) return { box, facing: 'side', facingScore: SIDE_SCORE };
  if (isLarge) return { box, facingScore: 0, isLarge };
  if (facing === undefined || kind === 'motorcycle' || facingScore < MIN_FACING_SCORE) return { box, facingScore: 0 };
  return { box, facing, facingScore, ...lampsOf(line) };
}

/** The middles of a vehicle's lamps. */
function lampsOf({ box, lamps = [] }: VehicleLine): Pick<LabelledVehicle, 'left' | 'right'> {
  const middles = lamps.map(({ box: [x0, y0, x1, y1] }) => [(x0 + x1) / 2, (y0 + y1) / 2] as const);
  const centre = (box[0] + box[2]) / 2;
  const left = middles.find(([x]) => x < centre);
  const right = middles.find(([x]) => x >= centre);
  return { ...(left && { left }), ...(right && { right }) };
}

/** Groups by frame. */
function parseIndex(text: string): ReadonlyMap<string, string> {
  const [head = '', ...rows] = text.trimEnd().split(/\r?\n/);
  const column = head.split('\t').indexOf('group');
  return new Map(
    rows.map((row) => {
      const cells = row.split('\t');
      return [cells[0] ?? '', cells[column] ?? ''] as const;
    }),
  );
}

function parseObjects(text: string, path: string): readonly ObjectsLine[] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line, i) => {
      try {
        return JSON.parse(line) as ObjectsLine; // the format of the folder
      } catch (cause) {
        const message = `line ${i + 1} of ${path} is not JSON.`;
        throw new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'train', message, cause });
      }
    });
}

async function readText(path: string): Promise<string> {
  try {
    return decodeText(await readFile(path));
  } catch (cause) {
    const message = `cannot read ${path}.`;
    const remedy = 'Pass a folder of labelled scenes (docs/scene.md), or synth.';
    throw new NocturneError({ code: 'INPUT_NOT_FOUND', stage: 'train', message, remedy, cause });
  }
}
