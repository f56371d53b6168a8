import { readFile } from 'node:fs/promises';
import type { ItemRow } from '../unit/item-row.js';
import { describeDraw, describeScores } from './describe-draw.js';
import type { EmbeddedImage, PairSection, ReasonCount, ReportData, ReportPair } from './report-data.js';
import { shrink, type RowImageReader } from './row-images.js';
import { RunDigest } from './run-digest.js';

/** Size that an image of the report fits in, pixels. */
const IMAGE_SIZE = [320, 220] as const;
const IMAGE_QUALITY = 62;
/** Most characters of images in one report, 2.2 MB: with page and data it stays below 3 MB. Later pairs then have none. */
const MAX_IMAGE_CHARACTERS = 2_200_000;
/** Characters of a text of one row: a path can have thousands. */
const MAX_TEXT = 300;
/** Reasons that show examples. */
const REASONS_SHOWN = 12;
/** The bundled script and style of the page. The path is right from `src/augment/proof` and from `dist/augment/proof`. */
const BUILT_PAGE = new URL('../../../dist/augment/proof/page/', import.meta.url);

/** What a report shows beside its rows. */
export interface ReportOptions {
  /** Name of the set. */
  readonly title: string;
  /** Facts of the run, by name, in order: version, recipe, seed, layout, generator, command. */
  readonly facts: Readonly<Record<string, string>>;
  /** Reads the images of a row: see `storedImages`. */
  readonly images: RowImageReader;
}

/**
 * The report of a run as HTML that needs no other file and no network: counts, reasons, distributions, draws, and pairs of day and night. Reads the
 * rows once and holds a sample of them: memory does not grow with their number, and the page stays below 3 MB.
 */
export async function reportHtml(
  rows: AsyncIterable<ItemRow> | Iterable<ItemRow>,
  options: ReportOptions,
): Promise<string> {
  const digest = new RunDigest();
  for await (const row of rows) digest.add(row);
  return renderPage(await reportData(digest, options));
}

/** What the page shows of a digest. */
export async function reportData(digest: RunDigest, options: ReportOptions): Promise<ReportData> {
  const embedder = new PairEmbedder(options.images);
  const { nights, items, verdicts, lamps, losses, styles, scatters } = digest;
  const sections = await embedSections(digest, embedder);
  const reasons: ReasonCount[] = [];
  for (const [i, { rows, ...reason }] of digest.reasons.entries()) {
    reasons.push({ ...reason, pairs: i < REASONS_SHOWN ? await embedder.embedAll(rows) : [] });
  }
  const histograms = digest.scores.histograms();
  const { title, facts } = options;
  return { title, facts, nights, items, verdicts, lamps, reasons, losses, styles, histograms, scatters, sections };
}

async function embedSections(digest: RunDigest, embedder: PairEmbedder): Promise<PairSection[]> {
  const sections = [
    { heading: 'Nights of this run', note: 'Items drawn at random, with their variants.', rows: digest.sample },
    {
      heading: 'Worst accepted',
      note: 'Accepted nights nearest to a limit. Decide by them whether the limits suit your data.',
      rows: digest.worstAccepted,
    },
    {
      heading: 'Nights already',
      note: 'Sources that were taken at night, drawn at random.',
      rows: digest.alreadyNight,
    },
  ];
  const embedded: PairSection[] = [];
  for (const { heading, note, rows } of sections) {
    const pairs = await embedder.embedAll(rows.rows());
    if (pairs.length > 0) embedded.push({ heading, note, pairs });
  }
  return embedded;
}

/** Turns rows into pairs with images, each image once, until the report is full. */
class PairEmbedder {
  readonly #images: RowImageReader;
  #characters = 0;

  constructor(images: RowImageReader) {
    this.#images = images;
  }

  async embedAll(rows: readonly ItemRow[]): Promise<ReportPair[]> {
    const pairs: ReportPair[] = [];
    for (const row of rows) pairs.push(await this.#embed(row));
    return pairs;
  }

  async #embed(row: ItemRow): Promise<ReportPair> {
    const { item, variant, verdict, reason, draw, scores } = row;
    const text = { item: clip(item), variant, verdict, reason: clip(reason), draw: clip(describeDraw(draw)) };
    const pair = { ...text, scores: describeScores(scores) };
    if (this.#characters >= MAX_IMAGE_CHARACTERS) return pair;
    const images = await this.#images(row);
    const [day, night] = [await this.#encode(images.day), await this.#encode(images.night)];
    return { ...pair, ...(day && { day }), ...(night && { night }) };
  }

  async #encode(bytes: Uint8Array | undefined): Promise<EmbeddedImage | undefined> {
    const small = await shrink(bytes, IMAGE_SIZE);
    if (!small) return undefined;
    try {
      const jpeg = small.jpeg({ quality: IMAGE_QUALITY, mozjpeg: true });
      const { data, info } = await jpeg.toBuffer({ resolveWithObject: true });
      const uri = `data:image/jpeg;base64,${data.toString('base64')}`;
      this.#characters += uri.length;
      return { uri, width: info.width, height: info.height };
    } catch {
      return undefined; // a file that broke since it was read
    }
  }
}

/** The end of a path names the file, so a long text loses its middle. */
function clip(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  return `${text.slice(0, MAX_TEXT / 3)} … ${text.slice(-(2 * MAX_TEXT) / 3)}`;
}

async function renderPage(data: ReportData): Promise<string> {
  const [script, style] = await Promise.all(
    ['page.js', 'page.css'].map((name) => readFile(new URL(name, BUILT_PAGE), 'utf8')),
  );
  const json = JSON.stringify(data).replaceAll('<', '\\u003c'); // no name can close the script element
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<title>Nocturne: report of a night set</title>
<link rel="icon" href="data:,">
<style>${style ?? ''}</style>
</head>
<body>
<noscript>This page draws its tables and charts with JavaScript. Enable it to see them; it loads nothing from elsewhere.</noscript>
<script type="application/json" id="data">${json}</script>
<script>${script ?? ''}</script>
</body>
</html>
`;
}
