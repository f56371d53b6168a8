import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { reportFailure } from './report-failure.js';

/** Name of the log in a run's folder. */
const LOSS_LOG = 'losses.jsonl';

/** The record of one step. */
export interface LossRecord {
  readonly step: number;
  /** Training time up to this step, including the runs before a resume. */
  readonly seconds: number;
  readonly epoch: number;
  /** By name, such as `G/cycle`. NaN where a loss was not finite. */
  readonly losses: Readonly<Record<string, number>>;
  /** By optimiser. */
  readonly learningRates: Readonly<Record<string, number>>;
  /** Validation metrics, on the steps that measured them. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Append-only log `losses.jsonl`: one JSON object per line. */
export class LossLog {
  readonly #path: string;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Opens the log in a run's folder, or creates it. Throws NocturneError OUTPUT_*. */
  static async open(folder: string): Promise<LossLog> {
    const path = join(folder, LOSS_LOG);
    try {
      const file = await open(path, 'a+');
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      // A killed run may have left an incomplete line: the next record starts on a new one.
      if (size > 0) await file.read(last, 0, 1, size - 1);
      if (size > 0 && last.toString() !== '\n') await file.appendFile('\n');
      return new LossLog(path, file);
    } catch (error) {
      throw reportFailure(path, error);
    }
  }

  /** Throws NocturneError OUTPUT_*. */
  async append(record: LossRecord): Promise<void> {
    try {
      await this.#file.appendFile(`${JSON.stringify(record)}\n`);
    } catch (error) {
      throw reportFailure(this.#path, error);
    }
  }

  async close(): Promise<void> {
    await this.#file.close().catch((): undefined => undefined); // idempotent, never throws
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * The records of a run's folder, by step; empty without a log. A run that resumed from an earlier checkpoint wrote some
 * steps again: the later record counts. Skips incomplete lines.
 */
export async function readLossLog(folder: string): Promise<readonly LossRecord[]> {
  const text = await readFile(join(folder, LOSS_LOG), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  const records: LossRecord[] = [];
  for (const line of text.split('\n')) {
    const record = parseRecord(line);
    if (!record) continue;
    while (records.length > 0 && (records.at(-1)?.step ?? 0) >= record.step) records.pop();
    records.push(record);
  }
  return records;
}

function parseRecord(line: string): LossRecord | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    if (!isRecord(parsed) || typeof parsed['step'] !== 'number' || typeof parsed['seconds'] !== 'number')
      return undefined;
    return {
      step: parsed['step'],
      seconds: parsed['seconds'],
      epoch: typeof parsed['epoch'] === 'number' ? parsed['epoch'] : 0,
      losses: numbersOf(parsed['losses']),
      learningRates: numbersOf(parsed['learningRates']),
      ...(isRecord(parsed['metrics']) ? { metrics: numbersOf(parsed['metrics']) } : {}),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Reads numbers; null, which JSON writes for NaN, becomes NaN. */
function numbersOf(value: unknown): Record<string, number> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, typeof each === 'number' ? each : NaN]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
