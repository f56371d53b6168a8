import { createWriteStream, existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { once } from 'node:events';
import { PHOTO_BYTES, type NightSet, type NightSets, type StyledNights } from './night-set.js';

/** The first line of a file of nights. */
interface NightFileHeader {
  /** What they were made from: they are used again only for the same. */
  readonly key: string;
  readonly sets: readonly (readonly Omit<StyledNightsHeader, 'key'>[])[];
}

interface StyledNightsHeader {
  readonly photos: number;
  readonly traits?: readonly number[];
  readonly night: number;
}

/** Nights are made in minutes and read in seconds: a run keeps them beside its checkpoints. @param key what they are made from. */
export async function readNightSets(path: string, key: string): Promise<NightSets | undefined> {
  if (!existsSync(path)) return undefined;
  const bytes = await readFile(path);
  const end = bytes.indexOf(0x0a);
  const header = JSON.parse(bytes.subarray(0, end).toString()) as NightFileHeader; // as written below
  if (header.key !== key) return undefined;
  let at = end + 1;
  const lists = header.sets.map((set) =>
    set.map(({ photos, traits, night }): StyledNights => {
      const own = Array.from({ length: photos }, () => bytes.subarray(at, (at += PHOTO_BYTES)));
      return { photos: own, traits, night };
    }),
  );
  if (at !== bytes.length) return undefined; // written in part
  const [styled = [], real = [], heldStyled = [], heldReal = []] = lists;
  return { train: { styled, real }, validation: { styled: heldStyled, real: heldReal } };
}

/** Writes nights for {@link readNightSets}; the file appears complete or not at all. */
export async function writeNightSets(path: string, key: string, { train, validation }: NightSets): Promise<void> {
  const lists = [train, validation].flatMap(({ styled, real }: NightSet) => [styled, real]);
  const sets = lists.map((set) =>
    set.map(({ photos, traits, night }) => ({ photos: photos.length, ...(traits && { traits }), night })),
  );
  const partial = `${path}.partial`;
  const file = createWriteStream(partial);
  file.write(`${JSON.stringify({ key, sets } satisfies NightFileHeader)}\n`);
  for (const { photos } of lists.flat()) {
    for (const photo of photos) if (!file.write(photo)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  await rename(partial, path);
}
