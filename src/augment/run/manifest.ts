import { open } from 'node:fs/promises';
import { fileWriter, parquetWriteRows, type BasicType } from 'hyparquet-writer';
import type { Store } from '../store/store.js';
import type { ItemRow, ItemScores } from '../unit/item-row.js';

/** Paths of the manifest in the output. */
export const MANIFEST_JSONL = 'nocturne/manifest.jsonl';
export const MANIFEST_PARQUET = 'nocturne/manifest.parquet';

/** What made the nights of a run: the same in every row of its manifest. */
export interface ManifestOrigin {
  /** Name and SHA-256 of the recipe. */
  readonly recipe: string;
  readonly recipeSha256: string;
  readonly generator: string;
  readonly generatorVersion: string;
  /** SHA-256 of the model's card; empty for a generator without one. */
  readonly cardSha256: string;
  /** Version of the product. */
  readonly nocturne: string;
}

/** A row as the manifest holds it. */
export type ManifestRow = ItemRow & ManifestOrigin;

/** Rows of one row group, which are in memory at once. */
const ROW_GROUP = 5000;
/** Characters of JSON lines that wait in memory. */
const MAX_PENDING = 262_144;

/** Every score; the type finds one that is left out. */
const SCORE_NAMES: Readonly<Record<keyof ItemScores, true>> = {
  ...({ structure: true, layout: true, texture: true, lights: true } as const),
  ...({ night: true, alreadyNight: true, signals: true, signalsChanged: true, unfoundedLamps: true } as const),
};
const SCORES = Object.keys(SCORE_NAMES) as (keyof ItemScores)[]; // Object.keys widens to string[]

/** Columns of the Parquet file: the fields of the JSON lines, with each score in a column `score_NAME`, `draw` and `losses` as JSON. */
const COLUMNS: readonly { readonly name: string; readonly type: BasicType; readonly nullable: boolean }[] = [
  ...columns('STRING', ['item']),
  ...columns('INT32', ['variant', 'unit']),
  ...columns('STRING', ['source', 'sourceSha256', 'output', 'outputSha256']),
  ...columns('DOUBLE', ['outputBytes']),
  ...columns('INT32', ['width', 'height', 'seed']),
  ...columns('JSON', ['draw']),
  ...SCORES.map((name) => ({ name: `score_${name}`, type: 'DOUBLE' as const, nullable: true })),
  ...columns('STRING', ['verdict', 'reason']),
  ...columns('JSON', ['losses']),
  ...columns('INT32', ['lamps']),
  ...columns('DOUBLE', ['milliseconds']),
  ...columns('STRING', ['recipe', 'recipeSha256', 'generator', 'generatorVersion', 'cardSha256', 'nocturne']),
];

function columns(type: BasicType, names: readonly string[]): { name: string; type: BasicType; nullable: boolean }[] {
  return names.map((name) => ({ name, type, nullable: false }));
}

/**
 * Writes the manifest of a run, as JSON lines and as Parquet, from rows in their final order; holds {@link ROW_GROUP} rows in memory.
 * Both files appear complete or not at all. Rejects with NocturneError OUTPUT_.
 */
export async function writeManifest(output: Store, rows: AsyncIterable<ManifestRow>): Promise<void> {
  await output.writeFile(MANIFEST_PARQUET, (parquetPath) =>
    output.writeFile(MANIFEST_JSONL, async (linesPath) => {
      await using file = await open(linesPath, 'w');
      let pending = '';
      const writePending = async (): Promise<void> => {
        await file.appendFile(pending);
        pending = '';
      };
      const flat = async function* (): AsyncGenerator<Record<string, unknown>> {
        for await (const row of rows) {
          pending += `${JSON.stringify(row)}\n`;
          if (pending.length >= MAX_PENDING) await writePending();
          yield flatten(row);
        }
        await writePending();
      };
      await parquetWriteRows({
        writer: fileWriter(parquetPath),
        rows: flat(),
        columns: [...COLUMNS],
        rowGroupSize: ROW_GROUP,
        createdBy: 'nocturne',
      });
    }),
  );
}

function flatten({ scores, ...row }: ManifestRow): Record<string, unknown> {
  return { ...row, ...Object.fromEntries(SCORES.map((name) => [`score_${name}`, scores[name]])) };
}
