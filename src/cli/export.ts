import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { NocturneError } from '../core/errors.js';
import type { OnnxModelCard } from '../infer/model-card.js';
import { exportRun } from '../train/export/export-run.js';

/** Flags of `nocturne export`. */
interface ExportFlags {
  readonly name?: string;
  readonly modelVersion: string;
  readonly description: string;
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
    description: flags.description,
    licence: flags.licence,
    ...(flags.sources !== undefined && { sources: readJson(flags.sources) as NonNullable<OnnxModelCard['sources']> }), // checked with the card
    metrics: Object.assign({}, ...(flags.metrics ?? []).map(metricsOf)) as Record<string, number>,
    overwrite: flags.overwrite ?? false,
  });
  process.stdout.write(`${path}: ${card.name} ${card.version}, sha-256 ${card.sha256}\n`);
}

/** The figures of an evaluation's JSON that a card shows. @param argument `NAME=FILE`: what was judged, and against what. */
function metricsOf(argument: string): Record<string, number> {
  const at = argument.indexOf('=');
  if (at < 1) throw wrong(`--metrics must be NAME=FILE, got ${argument}.`);
  const name = argument.slice(0, at);
  const json = readJson(argument.slice(at + 1)) as Partial<Record<string, Rows>>; // as eval writes it
  const figures: Record<string, number> = {};
  for (const measure of ['layout', 'swd', 'structure']) {
    for (const row of ['day', 'grade', 'curve', 'result', 'floor']) {
      const mean = json[measure]?.[row]?.mean;
      if (mean !== undefined) figures[`${name}.${measure}.${row}`] = Number(mean.toFixed(4));
    }
  }
  return figures;
}

type Rows = Partial<Record<string, { readonly mean?: number }>>;

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw wrong(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function wrong(message: string): NocturneError {
  return new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message,
    remedy: 'See `nocturne export --help`.',
  });
}
