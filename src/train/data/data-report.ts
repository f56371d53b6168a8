/** One of the two domains. */
export type Domain = 'A' | 'B';

/** Means over the pictures of one source. Luma in [0, 1], chroma in [-0.5, 0.5]. */
export interface SourceReport {
  readonly source: string;
  readonly count: number;
  readonly meanLuma: number;
  /** Mean of the pictures' first percentile of luma. */
  readonly black: number;
  /** Mean of the pictures' 99th percentile of luma. */
  readonly white: number;
  /** Chroma of its dark pixels; undefined when it has hardly any. */
  readonly dark: { readonly u: number; readonly v: number } | undefined;
  /** 0 night, 1 day. */
  readonly daylight: number;
}

/** One domain's pictures. */
export interface DomainReport {
  readonly count: number;
  /** Files that could not be read. */
  readonly skipped: number;
  /** Files left out to keep memory bounded. */
  readonly leftOut: number;
  /** Memory of the pixels. */
  readonly bytes: number;
  /** Most pictures first. */
  readonly sources: readonly SourceReport[];
}

/** What kinds of findings there are; the record says what to do. */
export const FINDINGS = {
  few: 'Bring more pictures: with so few a discriminator learns them by heart.',
  corrupt: 'Remove or convert the files; they are skipped.',
  leftOut: 'Give more memory, or accept the choice.',
  small: 'Remove them, or bring larger ones: they are enlarged and their blur is learned.',
  repeated: 'Remove the copies: they count double.',
  shared: 'Remove them from one domain: the discriminators are asked for the impossible.',
  cast: 'Neutralise the shadows, or leave the sources out: a cast in B becomes the colour of skies.',
  greyBlack:
    'Raise the black point: grey nights give grey skies, and of hazy days a network learns that black is grey.',
  nearBlack: 'Leave them out, or lower their weight: there is nothing to learn in them.',
  notDay: 'Look at them, and move them if they are nights.',
  notNight: 'Look at them, and move them if they are days.',
} as const;

/** A key of {@link FINDINGS}. */
export type FindingKind = keyof typeof FINDINGS;

/** Something about the data that a person should look at before a long run. */
export interface Finding {
  readonly kind: FindingKind;
  readonly domain: Domain | 'both';
  /** What was found, one line. */
  readonly text: string;
  /** Names of the pictures or sources, worst first. */
  readonly names: readonly string[];
}

/** The data check's result. */
export interface DataReport {
  readonly a: DomainReport;
  readonly b: DomainReport;
  readonly findings: readonly Finding[];
}

/** Most names told in a line. */
const MOST_NAMED = 4;

/** The report for a terminal: a table of the sources, then a line and a remedy for each finding. */
export function dataReportLines({ a, b, findings }: DataReport): readonly string[] {
  return [
    ...domainLines('A (day)', a),
    ...domainLines('B (night)', b),
    ...(findings.length === 0 ? ['nothing found that needs a look'] : findings.flatMap(findingLines)),
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
  return [`${title}: ${count} pictures, sources: ${sources.length}, ${rest.join(', ')}`, head, ...sources.map(line)];

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
  const named = names.slice(0, MOST_NAMED).join(', ');
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  const where = domain === 'both' ? 'A and B' : domain;
  return [`! ${where}: ${text}${names.length > 0 ? ` (${named}${more})` : ''}`, `    ${FINDINGS[kind]}`];
}

function signed(value: number | undefined): string {
  if (value === undefined) return '-';
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;
}
