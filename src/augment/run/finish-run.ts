import { basename } from 'node:path';
import { writeImage } from '../../image/image-file.js';
import { reportHtml } from '../proof/report.js';
import { storedImages } from '../proof/row-images.js';
import { VariantSheet } from '../proof/variant-sheet.js';
import type { FileCopy } from '../dataset.js';
import type { Store } from '../store/store.js';
import type { LampRecord } from '../../pipeline/worker/lamp-record.js';
import type { ItemRow, Verdict } from '../unit/item-row.js';
import { outputPaths } from '../unit/output-paths.js';
import type { JournalIndex } from './journal-index.js';
import { writeLampAnnotations } from './lamp-annotations.js';
import { listingNotice } from './listing-files.js';
import { writeManifest, type ManifestRow } from './manifest.js';
import type { RowOrder } from './row-order.js';
import type { RunRecord } from './run-record.js';

/** Failures and rejections that a summary names. */
const MAX_NAMED = 20;

/** Paths of the report and of the contact sheet of variants in the output. */
export const REPORT = 'nocturne/report.html';
export const CONTACT_SHEET = 'nocturne/contact-sheet.jpg';

/** Options of {@link finishRun}. */
export interface FinishOptions {
  readonly input: Store;
  readonly output: Store;
  readonly order: RowOrder;
  readonly index: JournalIndex;
  readonly record: RunRecord;
  /** Of the plan. */
  readonly copies: readonly FileCopy[];
  /** Writes `nocturne/lamps.coco.json`. */
  readonly hasLampAnnotations: boolean;
  /** Writes `nocturne/report.html` and the contact sheet. */
  readonly hasReport: boolean;
}

/** What a run gave. Plain data. */
export interface RunSummary {
  readonly items: number;
  readonly variants: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly outputBytes: number;
  readonly lamps: number;
  /** One line each, the first {@link MAX_NAMED}: what failed, and why. */
  readonly failures: readonly string[];
  /** The same of what was rejected. */
  readonly rejections: readonly string[];
  /** What of the sources is not in the output, by clause: how many nights lost it. */
  readonly losses: Readonly<Record<string, number>>;
  /** What a user of the set has to know, one line each. */
  readonly notices: readonly string[];
}

/**
 * Assembles what the whole set has, from the journal: the manifest, annotations of lamps, the report. Call when every row is there; calling it
 * again gives the same files. Rejects with NocturneError OUTPUT_.
 */
export async function finishRun(options: FinishOptions): Promise<RunSummary> {
  const { output, order, index, record, hasLampAnnotations, hasReport } = options;
  const tally = new Tally(order, record);
  const rows = async function* (): AsyncGenerator<ManifestRow> {
    for await (const row of index.rows()) {
      tally.add({ ...row, ...record.origin });
      yield { ...row, ...record.origin };
    }
  };
  await writeManifest(output, rows());
  if (hasLampAnnotations) await writeLampAnnotations(output, index.rows(), lampLists(options));
  if (hasReport) await writeReport(options);
  const summary = tally.summary();
  return { ...summary, notices: await noticesOf(options, summary, tally.missing) };
}

/** @param missing sources of nights that are not in the set. */
async function noticesOf(
  { input, order, record, copies }: FinishOptions,
  { verdicts }: Pick<RunSummary, 'verdicts'>,
  missing: readonly string[],
): Promise<string[]> {
  const rejected = record.settings.rejects === 'bin' ? verdicts.rejected : 0;
  return listingNotice({ ...{ input, copies, missing, rejected }, items: order.items, failed: verdicts.failed });
}

async function writeReport({ input, output, index, record }: FinishOptions): Promise<void> {
  const { settings, origin } = record;
  const facts = {
    'data set': input.label,
    layout: settings.layout,
    recipe: origin.recipe,
    variants: String(settings.variants),
    seed: String(settings.seed),
    generator: `${origin.generator} ${origin.generatorVersion}`,
    nocturne: origin.nocturne,
  };
  const images = storedImages(input, output);
  const html = await reportHtml(index.rows(), { title: basename(output.label), facts, images });
  await output.write(REPORT, Buffer.from(html));
  const sheet = new VariantSheet();
  for await (const row of index.rows()) sheet.add(row);
  const image = await sheet.render(images);
  if (image) await output.writeFile(CONTACT_SHEET, (path) => writeImage(path, image));
}

/** Reads the lamps of a night, which its unit listed. */
function lampLists({ output, order, record }: FinishOptions): (row: ItemRow) => Promise<LampRecord[] | undefined> {
  return async (row) => {
    const item = order.item(row.item);
    if (item?.kind !== 'image') return undefined; // a video lists them by frame
    const { lamps: path } = outputPaths(record.settings, item, row.variant);
    if ((await output.size(path)) === undefined) return undefined; // rejected, or a night already
    const list = JSON.parse(Buffer.from(await output.read(path)).toString()) as { lamps: LampRecord[] }; // as the unit wrote it
    return list.lamps;
  };
}

class Tally {
  /** Sources of nights that are not in the set, the first {@link MAX_NAMED}. */
  readonly missing: string[] = [];
  readonly #order: RowOrder;
  readonly #rejects: RunRecord['settings']['rejects'];
  readonly #verdicts: Record<Verdict, number> = { accepted: 0, rejected: 0, alreadyNight: 0, failed: 0 };
  readonly #failures: string[] = [];
  readonly #rejections: string[] = [];
  readonly #losses: Record<string, number> = {};
  #outputBytes = 0;
  #lamps = 0;

  constructor(order: RowOrder, { settings }: RunRecord) {
    this.#order = order;
    this.#rejects = settings.rejects;
  }

  add(row: ManifestRow): void {
    const { item, variant, verdict, reason, losses } = row;
    this.#verdicts[verdict]++;
    this.#outputBytes += row.outputBytes;
    this.#lamps += row.lamps;
    for (const loss of losses) this.#losses[loss] = (this.#losses[loss] ?? 0) + 1;
    const line = `${item}${this.#order.variants > 1 ? ` (variant ${variant})` : ''}: ${reason}`;
    if (verdict === 'failed') this.#failures.push(line);
    if (verdict === 'rejected') this.#rejections.push(line);
    if (verdict === 'failed' || (verdict === 'rejected' && this.#rejects === 'bin')) this.missing.push(row.source);
    for (const lines of [this.#failures, this.#rejections, this.missing])
      lines.length = Math.min(lines.length, MAX_NAMED);
  }

  summary(): Omit<RunSummary, 'notices'> {
    return {
      items: this.#order.size / this.#order.variants,
      variants: this.#order.variants,
      verdicts: this.#verdicts,
      outputBytes: this.#outputBytes,
      lamps: this.#lamps,
      failures: this.#failures,
      rejections: this.#rejections,
      losses: this.#losses,
    };
  }
}
