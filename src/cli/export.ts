import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { parseJson } from '../core/decode-text.js';
import { NocturneError } from '../core/errors.js';
import type { OnnxModelCard } from '../infer/model-card.js';
import { exportRun } from '../train/export/export-run.js';

/** Flags of `nocturne export`. */
interface ExportFlags {
  readonly name?: string;
  readonly modelVersion: string;
  readonly description?: string;
  readonly licence: string;
  readonly sources?: string;
  readonly metrics?: readonly string[];
  readonly overwrite?: boolean;
}

/** `nocturne export RUN OUT`. */
export async function exportModel(from: string, out: string, command: Command): Promise<void> {
  const flags = command.opts<ExportFlags>();
  const { path, card } = await exportRun({
    from,
    out,
    name: flags.name ?? basename(resolve(out)),
    version: flags.modelVersion,
    ...(flags.description !== undefined && { description: flags.description }),
    licence: flags.licence,
    ...(flags.sources !== undefined && { sources: readJson(flags.sources) as NonNullable<OnnxModelCard['sources']> }), // checked with the card
    metrics: Object.assign({}, ...(flags.metrics ?? []).map(metricsOf)) as Record<string, number>,
    overwrite: flags.overwrite ?? false,
  });
  process.stdout.write(`${path}: ${card.name} ${card.version}, sha-256 ${card.sha256}\n`);
}

/** The metrics of an evaluation's JSON for the model card. @param argument `NAME=FILE`: a name for the evaluated input, and the JSON. */
function metricsOf(argument: string): Record<string, number> {
  const at = argument.indexOf('=');
  if (at < 1) throw invalid(`--metrics must be NAME=FILE, got ${argument}.`);
  const name = argument.slice(0, at);
  const json = readJson(argument.slice(at + 1)) as EvaluationJson; // as eval writes it
  const metrics = rowsOf(`${name}.structure`, json.structure);
  for (const [reference, distances] of Object.entries(json.references ?? {})) {
    for (const key of DISTANCES) Object.assign(metrics, rowsOf(`${name}.${reference}.${key}`, distances[key]));
  }
  return metrics;
}

function rowsOf(name: string, rows: Rows = {}): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const row of ['day', 'grade', 'curve', 'result', 'floor']) {
    const mean = rows[row]?.mean;
    if (mean !== undefined) metrics[`${name}.${row}`] = Number(mean.toFixed(4));
  }
  return metrics;
}

type Rows = Partial<Record<string, { readonly mean?: number }>>;

/** The distances of an evaluation that a model card shows. */
const DISTANCES = ['layout', 'swd', 'lights'] as const;

/** The part of an evaluation's JSON that is read. */
interface EvaluationJson {
  readonly structure?: Rows;
  readonly references?: Readonly<Record<string, Partial<Record<(typeof DISTANCES)[number], Rows>>>>;
}

function readJson(path: string): unknown {
  try {
    return parseJson(readFileSync(path));
  } catch (error) {
    throw invalid(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function invalid(message: string): NocturneError {
  return new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message,
    remedy: 'See `nocturne export --help`.',
  });
}
