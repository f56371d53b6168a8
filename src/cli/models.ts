import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parseJson } from '../core/decode-text.js';
import { EXIT_CODES } from '../core/errors.js';
import { inspectModel } from '../infer/image-network/inspect-model.js';
import { SHIPPED_LOOK_MODEL } from '../infer/open-generator.js';
import { modelPaths } from '../infer/model-file.js';
import { SHIPPED_SCENE_MODEL } from '../scene/scene-reader.js';
import { AtomicFile } from '../output/atomic-file.js';
import { alignRows } from './align-rows.js';
import { formatInspection, sizeText } from './model-summary.js';
import { printJson } from './standard-streams.js';

/** Flags of `nocturne models inspect`. */
interface InspectFlags {
  readonly write?: boolean;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** Runs `nocturne models inspect FILE`. Sets a non-zero exit code for a file that cannot be a generator as it is. */
export async function inspect(path: string, command: Command): Promise<void> {
  const { write: isWritten = false, overwrite = false, json: isJson = false } = command.opts<InspectFlags>();
  const inspection = await inspectModel(path);
  const { card, problem, guess } = inspection;
  if (isJson) printJson({ ...inspection, ...(problem && { problem: problem.toJSON() }) });
  else process.stdout.write(formatInspection(inspection));
  if (problem || guess.kind === 'other') process.exitCode = EXIT_CODES.failure.code;
  if (!isWritten || !card) return;
  const file = await AtomicFile.open({ path: inspection.cardPath, overwrite });
  try {
    await writeFile(file.temporaryPath, `${JSON.stringify(card, null, 2)}\n`);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
  process.stderr.write(`wrote ${inspection.cardPath}\n`);
}

/** The networks of the package and what each is for. */
const SHIPPED = [
  [SHIPPED_SCENE_MODEL, 'reads the street for lit'],
  [join(SHIPPED_SCENE_MODEL, '../vehicle'), 'finds how vehicles face, for lit'],
  [SHIPPED_LOOK_MODEL, 'makes looks: nightgrid'],
] as const;

/** Runs `nocturne models list`. */
export async function list(command: Command): Promise<void> {
  const models = await Promise.all(
    SHIPPED.map(async ([folder, use]) => {
      const { model, card: cardPath } = await modelPaths(folder);
      const card = parseJson(readFileSync(cardPath)) as { readonly name: string; readonly version: string }; // of the package
      return { name: card.name, version: card.version, use, bytes: readFileSync(model).byteLength, path: model };
    }),
  );
  if (command.opts<{ json?: boolean }>().json === true) printJson(models);
  else
    process.stdout.write(
      alignRows(
        models.map(({ name, version, use, bytes, path }) => [`${name} ${version}`, sizeText(bytes), use, path]),
      ),
    );
}
