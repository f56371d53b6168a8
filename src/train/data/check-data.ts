import type { DataReport, Domain, DomainReport, Finding, FindingKind, SourceReport } from './data-report.js';
import { downscale, hashDistance, imageStatistics, type ImageStatistics } from './image-statistics.js';
import type { ImageStore, StoredImage } from './image-store.js';

/** Fewer images are learned by heart. */
const MIN_IMAGES = 50;
/** Chroma of dark pixels above which a source has a colour cast: lamplight gave at most 0.02, visible casts 0.03 to 0.05. */
const MAX_DARK_CHROMA = 0.03;
/** Black points above which blacks are grey: at most 0.06 for clean nights, 0.16 for hazy days. */
const MAX_BLACK_POINT: Readonly<Record<Domain, number>> = { A: 0.2, B: 0.06 };
/** White point below which a night has no lights. */
const MIN_WHITE_POINT = 0.3;
/** A day with less daylight is doubtful. */
const MIN_DAY_DAYLIGHT = 0.5;
/** A night with more daylight is doubtful: squares under floodlight and advertisements reach 0.9. */
const MAX_NIGHT_DAYLIGHT = 0.9;
/** Share of dark pixels below which a source has no measurable dark chroma. */
const MIN_DARK_SHARE = 0.01;
/** Two images with at most these differences show the same scene, whatever their compression: hash bits of 64, and mean luma. */
const MAX_DUPLICATE_HASH_DISTANCE = 8;
const MAX_DUPLICATE_LUMA_DIFFERENCE = 0.03;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** An image with its statistics. */
interface AnalysedImage {
  readonly image: StoredImage;
  readonly statistics: ImageStatistics;
}

/**
 * Checks the images of both domains before a run: counts, sizes, unreadable and duplicate files, images in both domains, colour
 * casts and grey blacks by source, days that are probably nights and nights that are probably days. Takes some 3 ms per image.
 * @param crop input size of the networks; smaller files are enlarged.
 */
export function checkData(a: ImageStore, b: ImageStore, crop: Size): DataReport {
  const [days, nights] = [analyse(a), analyse(b)];
  const [reportA, reportB] = [domainReport(a, days), domainReport(b, nights)];
  const findings = [
    ...fileFindings('A', a, crop),
    ...sourceFindings('A', reportA),
    ...daylightFindings('A', days),
    ...fileFindings('B', b, crop),
    ...sourceFindings('B', reportB),
    ...daylightFindings('B', nights),
    ...sharedFindings(days, nights),
  ];
  return { a: reportA, b: reportB, findings };
}

function analyse(store: ImageStore): readonly AnalysedImage[] {
  return store.images.map((image) => ({ image, statistics: imageStatistics(image) }));
}

function domainReport(store: ImageStore, analysed: readonly AnalysedImage[]): DomainReport {
  const bySource = new Map<string, ImageStatistics[]>();
  for (const { image, statistics } of analysed) {
    const list = bySource.get(image.source);
    if (list) list.push(statistics);
    else bySource.set(image.source, [statistics]);
  }
  const sources = [...bySource].map(([source, list]) => sourceReport(source, list));
  return {
    count: store.size,
    skipped: store.skipped.length,
    leftOut: store.leftOut,
    bytes: store.bytes,
    sources: sources.sort((x, y) => y.count - x.count || (x.source < y.source ? -1 : 1)),
  };
}

function sourceReport(source: string, list: readonly ImageStatistics[]): SourceReport {
  const mean = (of: (each: ImageStatistics) => number): number =>
    list.reduce((sum, each) => sum + of(each), 0) / list.length;
  const darkShare = mean((each) => each.darkShare);
  const isMeasurable = darkShare >= MIN_DARK_SHARE;
  return {
    source,
    count: list.length,
    meanLuma: mean((each) => each.meanLuma),
    black: mean((each) => each.black),
    white: mean((each) => each.white),
    dark: isMeasurable
      ? {
          u: mean((each) => each.darkU * each.darkShare) / darkShare,
          v: mean((each) => each.darkV * each.darkShare) / darkShare,
        }
      : undefined,
    daylight: mean((each) => each.daylight),
  };
}

/** Too few images, and files that are left out, unreadable, too small or copies of others. */
function fileFindings(domain: Domain, store: ImageStore, crop: Size): readonly Finding[] {
  const skipped = store.skipped.map(({ entry }) => entry.name);
  const small = store.images.filter((each) => each.fileWidth < crop.width || each.fileHeight < crop.height);
  const repeated = repeatedNames(store);
  const { size, leftOut } = store;
  return [
    ...(size < MIN_IMAGES ? [finding('few', domain, `only ${counted(size, 'image')}`)] : []),
    ...(leftOut > 0 ? [finding('leftOut', domain, `${counted(leftOut, 'image')} did not fit into memory`)] : []),
    ...named('corrupt', domain, skipped, `cannot read ${counted(skipped.length, 'file')}`),
    ...named(
      'small',
      domain,
      namesOf(small),
      `smaller than ${crop.width}x${crop.height}: ${counted(small.length, 'image')}`,
    ),
    ...named('repeated', domain, repeated, `copies of others: ${counted(repeated.length, 'image')}`),
  ];
}

/** Sources with a colour cast, grey blacks or, at night, no lights. */
function sourceFindings(domain: Domain, { sources }: DomainReport): readonly Finding[] {
  const cast = sources.filter(({ dark }) => dark && Math.hypot(dark.u, dark.v) > MAX_DARK_CHROMA);
  const grey = sources.filter(({ black }) => black > MAX_BLACK_POINT[domain]);
  const black = domain === 'B' ? sources.filter(({ white }) => white < MIN_WHITE_POINT) : [];
  return [
    ...named(
      'cast',
      domain,
      sourcesOf(cast),
      `colour cast in dark pixels (chroma above ${MAX_DARK_CHROMA}): ${counted(cast.length, 'source')}`,
    ),
    ...named(
      'greyBlack',
      domain,
      sourcesOf(grey),
      `black is grey (luma above ${MAX_BLACK_POINT[domain]}): ${counted(grey.length, 'source')}`,
    ),
    ...named('nearBlack', domain, sourcesOf(black), `nearly black: ${counted(black.length, 'source')}`),
  ];
}

/** Days that are probably nights, and nights that are probably days; the most doubtful first. */
function daylightFindings(domain: Domain, analysed: readonly AnalysedImage[]): readonly Finding[] {
  const isDay = domain === 'A';
  const doubtful = analysed
    .filter(({ statistics: { daylight } }) => (isDay ? daylight < MIN_DAY_DAYLIGHT : daylight > MAX_NIGHT_DAYLIGHT))
    .sort((x, y) => (isDay ? 1 : -1) * (x.statistics.daylight - y.statistics.daylight))
    .map(({ image }) => image);
  const text = `probably ${isDay ? 'night' : 'day'}: ${counted(doubtful.length, 'image')}`;
  return named(isDay ? 'notDay' : 'notNight', domain, namesOf(doubtful), text);
}

/** Images that are in both domains, perhaps as different files. */
function sharedFindings(days: readonly AnalysedImage[], nights: readonly AnalysedImage[]): readonly Finding[] {
  const names: string[] = [];
  for (const day of days) {
    for (const night of nights) {
      if (hashDistance(day.statistics.hash, night.statistics.hash) > MAX_DUPLICATE_HASH_DISTANCE) continue;
      if (lumaDifference(day.image, night.image) < MAX_DUPLICATE_LUMA_DIFFERENCE) {
        names.push(`${day.image.name} = ${night.image.name}`);
      }
    }
  }
  return named('shared', 'both', names, `in both domains: ${counted(names.length, 'image')}`);
}

function finding(kind: FindingKind, domain: Finding['domain'], text: string, names: readonly string[] = []): Finding {
  return { kind, domain, text, names };
}

/** A finding about the named images or sources; none where there are none. */
function named(
  kind: FindingKind,
  domain: Finding['domain'],
  names: readonly string[],
  text: string,
): readonly Finding[] {
  return names.length > 0 ? [finding(kind, domain, text, names)] : [];
}

/** Names of images whose pixels equal those of an earlier one. */
function repeatedNames(store: ImageStore): readonly string[] {
  const seen = new Map<number, StoredImage[]>();
  const repeated: string[] = [];
  for (const image of store.images) {
    const key = sampleHash(image.data);
    const candidates = seen.get(key) ?? [];
    if (candidates.some(({ data }) => Buffer.compare(data, image.data) === 0)) repeated.push(image.name);
    else seen.set(key, [...candidates, image]);
  }
  return repeated;
}

function sampleHash(data: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += 7) sum = (Math.imul(sum, 31) + (data[i] ?? 0)) | 0;
  return sum;
}

/** Mean absolute difference of luma over 32 x 18 cells. */
function lumaDifference(one: StoredImage, two: StoredImage): number {
  const [a, b] = [downscale(one, 0, 32, 18), downscale(two, 0, 32, 18)];
  return a.reduce((sum, luma, i) => sum + Math.abs(luma - (b[i] ?? 0)), 0) / a.length;
}

function namesOf(images: readonly StoredImage[]): readonly string[] {
  return images.map(({ name }) => name);
}

function sourcesOf(sources: readonly SourceReport[]): readonly string[] {
  return sources.map(({ source }) => source);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
