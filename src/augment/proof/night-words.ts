import { MIN_WIDTH, type NightRange } from './night-range.js';
import { GROUPS, STATISTICS, type NightStatistics, type StatisticsGroup } from './night-statistics.js';

/** What an image is, for people, whose statistic is below and above that of real nights. */
const WORDS: Readonly<Record<StatisticName, readonly [below: string, above: string]>> = {
  brightness: ['darker than real nights', 'brighter than real nights'],
  median: ['darker than real nights', 'brighter than real nights'],
  highlights: ['lit parts too dark', 'lit parts too bright'],
  top: ['sky too dark', 'sky too bright'],
  middle: ['middle too dark', 'middle too bright'],
  bottom: ['road too dark', 'road too bright'],
  blackTop: ['too little of the sky black', 'too much of the sky black'],
  unevenness: ['lit too evenly', 'lit too unevenly'],
  topOverBottom: ['sky too dark beside the road', 'sky too bright beside the road'],
  shadows: ['shadows too dark', 'shadows too bright'],
  topHighlights: ['upper part too dark', 'upper part too bright'],
  brightCell: ['no bright part', 'a part too bright'],
  blue: ['too yellow', 'too blue'],
  red: ['too green', 'too red'],
  topBlue: ['sky too yellow', 'sky too blue'],
  topRed: ['sky too green', 'sky too red'],
  colour: ['too little colour', 'too much colour'],
  fine: ['too little fine detail', 'too much fine detail'],
  medium: ['too little detail', 'too much detail'],
  coarse: ['too little coarse detail', 'too much coarse detail'],
  finePeaks: ['fine detail everywhere alike', 'fine detail in a few places alone'],
  mediumPeaks: ['detail everywhere alike', 'detail in a few places alone'],
  coarsePeaks: ['coarse detail everywhere alike', 'coarse detail in a few places alone'],
  topFine: ['sky too smooth', 'too much detail in the sky'],
  shadowDetail: ['too little detail in shadows', 'too much detail in shadows'],
  colourDetail: ['too little detail of colour', 'too much detail of colour'],
  spots: ['too few lamps', 'too many lamps'],
  contrast: ['lamps too weak', 'lamps too strong'],
  bright: ['too little clips', 'too much clips'],
  range: ['lamps too weak', 'lamps too strong'],
  redLamps: ['too few red lamps', 'too many red lamps'],
  amberLamps: ['too few amber lamps', 'too many amber lamps'],
  whiteLamps: ['too few white lamps', 'too many white lamps'],
  height: ['lamps too high', 'lamps too low'],
  peak: ['lamps too weak beside the rest', 'lamps too strong beside the rest'],
};

type StatisticName = (typeof STATISTICS)[StatisticsGroup][number];

/** What shows that an image is a day: a statistic, the share of real nights' range it lies beyond, and what that is called. */
const DAY_SIGNS: readonly { name: StatisticName; from: number; side: 'below' | 'above'; words: string }[] = [
  { name: 'brightness', from: 0.8, side: 'above', words: 'as bright as a day' },
  { name: 'top', from: 0.8, side: 'above', words: 'its sky is as bright as by day' },
  { name: 'spots', from: 0.2, side: 'below', words: 'it has hardly any lamps' },
  { name: 'peak', from: 0.2, side: 'below', words: 'its lamps hardly stand out' },
];

/** Says which of a group's statistics is furthest outside the range, in words; undefined where all are inside. */
export function furthestWords(
  range: NightRange,
  statistics: NightStatistics,
  group: StatisticsGroup,
): string | undefined {
  let [furthest, words] = [0, undefined as string | undefined];
  for (const name of STATISTICS[group]) {
    const place = placeOf(range, statistics, name);
    const beyond = Math.max(place - 1, -place);
    if (beyond > furthest) [furthest, words] = [beyond, WORDS[name][place < 0 ? 0 : 1]];
  }
  return words;
}

/** Says what shows that a night is more like a day; undefined where no single thing does. */
export function dayWords(range: NightRange, statistics: NightStatistics): string | undefined {
  return DAY_SIGNS.find(({ name, from, side }) => {
    const place = placeOf(range, statistics, name);
    return side === 'above' ? place > from : place < from;
  })?.words;
}

/** Where a statistic lies: 0 and 1 at the ends of the range; inside for one that does not exist. */
function placeOf(range: NightRange, statistics: NightStatistics, name: StatisticName): number {
  for (const group of GROUPS) {
    const index = (STATISTICS[group] as readonly string[]).indexOf(name);
    if (index < 0) continue;
    const [low, high] = range.statistics[group][name] ?? [0, 1];
    const value = statistics[group][index] ?? Number.NaN;
    return Number.isNaN(value) ? 0.5 : (value - low) / Math.max(MIN_WIDTH, high - low);
  }
  return 0.5;
}
