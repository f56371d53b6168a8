import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeText } from '../../core/decode-text.js';
import { NocturneError } from '../../core/errors.js';

const MARKS = ['front', 'rear', 'side', 'none'] as const;

/** What somebody saw: where a vehicle faces; `none`: it cannot be judged, or is no vehicle. */
export type FacingMark = (typeof MARKS)[number];

/** Marks by frame and by the vehicle's place in that frame's list. */
export type FacingMarks = ReadonlyMap<string, ReadonlyMap<number, FacingMark>>;

/**
 * Reads `facings.tsv` of a folder of labelled scenes: facings marked by eye, in the columns frame, vehicle (its index in the frame's line
 * of `objects.jsonl`) and facing. Empty where the file is missing. Throws NocturneError INPUT_NOT_VIDEO for a row that is none.
 */
export async function readFacingMarks(folder: string): Promise<FacingMarks> {
  const path = join(folder, 'facings.tsv');
  const marks = new Map<string, Map<number, FacingMark>>();
  if (!existsSync(path)) return marks;
  const [, ...rows] = decodeText(await readFile(path))
    .trimEnd()
    .split(/\r?\n/);
  for (const [i, row] of rows.entries()) {
    const [frame = '', vehicle = '', facing] = row.split('\t');
    const mark = MARKS.find((known) => known === facing);
    if (!mark || !/^\d+$/.test(vehicle)) {
      const message = `line ${i + 2} of ${path} must be frame, vehicle and ${MARKS.join(', ')}, got ${JSON.stringify(row)}.`;
      throw new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'train', message });
    }
    const own = marks.get(frame) ?? new Map<number, FacingMark>();
    marks.set(frame, own.set(Number(vehicle), mark));
  }
  return marks;
}
