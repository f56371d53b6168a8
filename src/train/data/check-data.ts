import type { DataReport, Domain, DomainReport, Finding, FindingKind, SourceReport } from './data-report.js';
import { hashDistance, imageStatistics, shrunk, type ImageStatistics } from './image-statistics.js';
import type { ImageStore, StoredImage } from './image-store.js';

/** Fewer pictures than that are learned by heart. */
const FEW = 50;
/** Chroma of dark pixels that is a cast: under lamplight it was 0.02 at most, where a cast is plain to see 0.03 to 0.05. */
const CAST = 0.03;
/** Black points beyond which blacks are grey: clean nights have 0.06 at most, hazy days 0.16. */
const GREY_BLACK: Readonly<Record<Domain, number>> = { A: 0.2, B: 0.06 };
/** A night whose 99th percentile of luma stays below has no lights. */
const NEAR_BLACK_WHITE = 0.3;
/** A day is doubtful below this daylight, a night above that: squares under floodlight and advertisements reach 0.9. */
const DOUBTFUL_DAY = 0.5;
const DOUBTFUL_NIGHT = 0.9;
/** Least share of dark pixels in a source to speak of their colour. */
const LEAST_DARK = 0.01;
/** Two pictures of one scene, whatever their compression: bits of 64 in which their hashes differ, and mean difference of luma. */
const SAME_BITS = 8;
const SAME_LUMA = 0.03;

/** A picture beside what is known of it. */
interface Looked {
  readonly picture: StoredImage;
  readonly figures: ImageStatistics;
}

/**
 * Looks at the pictures of both domains before a run and says what a person should know: counts, sizes, unreadable and
 * repeated files, pictures that are in both domains, colour casts and grey blacks by source, days that look like nights
 * and nights that look like days. Some 3 ms a picture.
 * @param crop what a network is given; a file smaller than that is enlarged.
 */
export function checkData(
  a: ImageStore,
  b: ImageStore,
  crop: { readonly width: number; readonly height: number },
): DataReport {
  const [days, nights] = [lookAt(a), lookAt(b)];
  const [reportA, reportB] = [domainReport(a, days), domainReport(b, nights)];
  const findings = [
    ...domainFindings({ domain: 'A', store: a, looked: days, report: reportA }, crop),
    ...domainFindings({ domain: 'B', store: b, looked: nights, report: reportB }, crop),
    ...sharedFindings(days, nights),
  ];
  return { a: reportA, b: reportB, findings };
}

function lookAt(store: ImageStore): readonly Looked[] {
  return store.pictures.map((picture) => ({ picture, figures: imageStatistics(picture) }));
}

function domainReport(store: ImageStore, looked: readonly Looked[]): DomainReport {
  const bySource = new Map<string, ImageStatistics[]>();
  for (const { picture, figures } of looked) {
    const list = bySource.get(picture.source);
    if (list) list.push(figures);
    else bySource.set(picture.source, [figures]);
  }
  const sources = [...bySource].map(([source, figures]) => sourceReport(source, figures));
  return {
    count: store.size,
    skipped: store.skipped.length,
    leftOut: store.leftOut,
    bytes: store.bytes,
    sources: sources.sort((x, y) => y.count - x.count || (x.source < y.source ? -1 : 1)),
  };
}

function sourceReport(source: string, figures: readonly ImageStatistics[]): SourceReport {
  const mean = (of: (each: ImageStatistics) => number): number =>
    figures.reduce((sum, each) => sum + of(each), 0) / figures.length;
  const dark = mean((each) => each.darkShare);
  return {
    source,
    count: figures.length,
    meanLuma: mean((each) => each.meanLuma),
    black: mean((each) => each.black),
    white: mean((each) => each.white),
    dark:
      dark < LEAST_DARK
        ? undefined
        : {
            u: mean((each) => each.darkU * each.darkShare) / dark,
            v: mean((each) => each.darkV * each.darkShare) / dark,
          },
    daylight: mean((each) => each.daylight),
  };
}

interface DomainView {
  readonly domain: Domain;
  readonly store: ImageStore;
  readonly looked: readonly Looked[];
  readonly report: DomainReport;
}

function domainFindings(view: DomainView, crop: { width: number; height: number }): readonly Finding[] {
  const { domain, store, looked, report } = view;
  const findings: Finding[] = [];
  const add = (kind: FindingKind, names: readonly string[], text: string): void => {
    if (names.length > 0) findings.push({ kind, domain, text, names });
  };
  if (store.size < FEW)
    findings.push({ kind: 'few', domain, text: `only ${counted(store.size, 'picture')}`, names: [] });
  if (store.leftOut > 0) {
    findings.push({
      kind: 'leftOut',
      domain,
      text: `${counted(store.leftOut, 'picture')} did not fit into memory`,
      names: [],
    });
  }
  const skipped = store.skipped.map(({ entry }) => entry.name);
  add('corrupt', skipped, `${counted(skipped.length, 'file')} cannot be read`);
  const small = store.pictures.filter((each) => each.fileWidth < crop.width || each.fileHeight < crop.height);
  add('small', namesOf(small), `smaller than ${crop.width}x${crop.height}: ${counted(small.length, 'picture')}`);
  const repeated = repeatedNames(store);
  add('repeated', repeated, `copies of others: ${counted(repeated.length, 'picture')}`);
  const cast = report.sources.filter(({ dark }) => dark && Math.hypot(dark.u, dark.v) > CAST);
  add('cast', sourcesOf(cast), `the dark has a colour (chroma above ${CAST}) in ${counted(cast.length, 'source')}`);
  const grey = report.sources.filter(({ black }) => black > GREY_BLACK[domain]);
  add(
    'greyBlack',
    sourcesOf(grey),
    `black is grey (luma above ${GREY_BLACK[domain]}) in ${counted(grey.length, 'source')}`,
  );
  const doubtful = looked
    .filter(({ figures: { daylight } }) => (domain === 'A' ? daylight < DOUBTFUL_DAY : daylight > DOUBTFUL_NIGHT))
    .sort((x, y) => (domain === 'A' ? 1 : -1) * (x.figures.daylight - y.figures.daylight))
    .map(({ picture }) => picture);
  if (domain === 'A') add('notDay', namesOf(doubtful), `looks like night: ${counted(doubtful.length, 'picture')}`);
  else {
    add('notNight', namesOf(doubtful), `looks like day: ${counted(doubtful.length, 'picture')}`);
    const black = report.sources.filter(({ white }) => white < NEAR_BLACK_WHITE);
    add('nearBlack', sourcesOf(black), `nearly black: ${counted(black.length, 'source')}`);
  }
  return findings;
}

/** Pictures with the very pixels of an earlier one. */
function repeatedNames(store: ImageStore): readonly string[] {
  const seen = new Map<number, StoredImage[]>();
  const repeated: string[] = [];
  for (const picture of store.pictures) {
    const key = sampleSum(picture.data);
    const alike = seen.get(key) ?? [];
    if (alike.some(({ data }) => Buffer.compare(data, picture.data) === 0)) repeated.push(picture.name);
    else seen.set(key, [...alike, picture]);
  }
  return repeated;
}

function sampleSum(data: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += 7) sum = (Math.imul(sum, 31) + (data[i] ?? 0)) | 0;
  return sum;
}

/** Pictures that stand in both domains, as other files perhaps. */
function sharedFindings(days: readonly Looked[], nights: readonly Looked[]): readonly Finding[] {
  const names: string[] = [];
  for (const day of days) {
    for (const night of nights) {
      if (hashDistance(day.figures.hash, night.figures.hash) > SAME_BITS) continue;
      if (lumaDifference(day.picture, night.picture) < SAME_LUMA) {
        names.push(`${day.picture.name} = ${night.picture.name}`);
      }
    }
  }
  if (names.length === 0) return [];
  return [{ kind: 'shared', domain: 'both', text: `in both domains: ${counted(names.length, 'picture')}`, names }];
}

/** Mean absolute difference of luma over 32 x 18 cells. */
function lumaDifference(one: StoredImage, two: StoredImage): number {
  const [a, b] = [shrunk(one, 0, 32, 18), shrunk(two, 0, 32, 18)];
  return a.reduce((sum, luma, i) => sum + Math.abs(luma - (b[i] ?? 0)), 0) / a.length;
}

function namesOf(pictures: readonly StoredImage[]): readonly string[] {
  return pictures.map(({ name }) => name);
}

function sourcesOf(sources: readonly SourceReport[]): readonly string[] {
  return sources.map(({ source }) => source);
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
