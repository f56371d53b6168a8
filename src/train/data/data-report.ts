/** One of the two domains. */
export type Domain = 'A' | 'B';

/** Means over the images of one source. Luma in [0, 1], chroma in [-0.5, 0.5]. */
export interface SourceReport {
  readonly source: string;
  readonly count: number;
  readonly meanLuma: number;
  /** Mean black point: first percentile of luma. */
  readonly black: number;
  /** Mean white point: 99th percentile of luma. */
  readonly white: number;
  /** Mean chroma of the dark pixels; undefined when there are hardly any. */
  readonly dark: { readonly u: number; readonly v: number } | undefined;
  /** 0 night, 1 day. */
  readonly daylight: number;
}

/** The images of one domain. */
export interface DomainReport {
  readonly count: number;
  /** Files that could not be read. */
  readonly skipped: number;
  /** Files left out to bound memory. */
  readonly leftOut: number;
  /** Memory of the pixels. */
  readonly bytes: number;
  /** Sorted by count, largest first. */
  readonly sources: readonly SourceReport[];
}

/** The kinds of findings, each with its remedy. */
const REMEDIES = {
  few: 'Add images: with so few a discriminator learns them by heart.',
  corrupt: 'Remove or convert the files; training skips them.',
  leftOut: 'Remove images, lower loadWidth and loadHeight, or accept the subset.',
  small: 'Remove them, or use larger files: they are enlarged, and the networks learn their blur.',
  repeated: 'Remove the copies: they count twice.',
  shared: 'Remove them from one domain: no discriminator can distinguish them.',
  cast: 'Correct the colour of the shadows, or remove the sources: a cast in B becomes the colour of the night sky.',
  greyBlack:
    'Correct the black point: grey nights give grey skies, and from hazy days a network learns that black is grey.',
  nearBlack: 'Remove them: a network learns nothing from them.',
  notDay: 'Check them, and move those that are nights.',
  notNight: 'Check them, and move those that are days.',
} as const;

/** A kind of finding. */
export type FindingKind = keyof typeof REMEDIES;

/** Something to check in the data before a long run. */
export interface Finding {
  readonly kind: FindingKind;
  readonly domain: Domain | 'both';
  /** One line. */
  readonly text: string;
  /** Names of the images or sources, worst first. */
  readonly names: readonly string[];
}

/** The result of the data check. */
export interface DataReport {
  readonly a: DomainReport;
  readonly b: DomainReport;
  readonly findings: readonly Finding[];
}

/** Largest number of names in a line. */
const MAX_NAMES = 4;

/** The report as lines for a terminal: a table of the sources, then each finding with its remedy. */
export function dataReportLines({ a, b, findings }: DataReport): readonly string[] {
  return [
    ...domainLines('A (day)', a),
    ...domainLines('B (night)', b),
    ...(findings.length === 0 ? ['data check: nothing found'] : findings.flatMap(findingLines)),
  ];
}

function domainLines(title: string, { count, skipped, leftOut, bytes, sources }: DomainReport): readonly string[] {
  const rest = [
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(leftOut > 0 ? [`${leftOut} left out`] : []),
    `${(bytes / 1e6).toFixed(0)} MB`,
  ];
  const width = Math.max(8, ...sources.map(({ source }) => source.length));
  const head = `  ${'source'.padEnd(width)}  count  luma  black  white  dark U  dark V  daylight`;
  return [`${title}: ${count} images, sources: ${sources.length}, ${rest.join(', ')}`, head, ...sources.map(line)];

  function line({ source, count, meanLuma, black, white, dark, daylight }: SourceReport): string {
    const cells = [
      String(count).padStart(5),
      meanLuma.toFixed(2).padStart(5),
      black.toFixed(3).padStart(6),
      white.toFixed(2).padStart(6),
      signed(dark?.u).padStart(7),
      signed(dark?.v).padStart(7),
      daylight.toFixed(2).padStart(9),
    ];
    return `  ${source.padEnd(width)}  ${cells.join(' ')}`;
  }
}

function findingLines({ kind, domain, text, names }: Finding): readonly string[] {
  const named = names.slice(0, MAX_NAMES).join(', ');
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  const where = domain === 'both' ? 'A and B' : domain;
  return [`! ${where}: ${text}${names.length > 0 ? ` (${named}${more})` : ''}`, `    ${REMEDIES[kind]}`];
}

function signed(value: number | undefined): string {
  if (value === undefined) return '-';
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;
}
