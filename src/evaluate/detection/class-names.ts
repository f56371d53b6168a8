/**
 * Names of one class in data sets and detectors, in lower case without spaces; the first names it. A class that either side
 * splits (car and van) is one class where the other does not.
 */
export const SYNONYMS: readonly (readonly string[])[] = [
  ['person', 'pedestrian', 'people', 'human', 'rider', 'personsitting'],
  ['bicycle', 'bike', 'cycle'],
  ['motorcycle', 'motorbike', 'motor', 'scooter', 'moped'],
  ['car', 'van', 'automobile', 'sedan', 'suv'],
  ['truck', 'lorry', 'pickup'],
  ['bus', 'coach', 'minibus'],
  ['train', 'tram'],
  ['trafficlight', 'trafficsignal', 'signal'],
  ['trafficsign', 'sign'],
  ['licenseplate', 'licenceplate', 'numberplate', 'plate'],
];

/** Classes that are vehicles, by the first name of their synonyms: where one side has `vehicle` alone, all of them are that. */
const VEHICLES = ['car', 'truck', 'bus', 'motorcycle'];
const VEHICLE = 'vehicle';

/** Which classes of labels and detector are the same. */
export interface MatchedClasses {
  /** Classes that both have, as the labels name them, in the labels' order. */
  readonly names: readonly string[];
  /** Index into {@link names} by a label's name; undefined: the detector has no such class. */
  ofLabel(name: string): number | undefined;
  /** Index into {@link names} by the detector's class index; undefined: the labels have no such class. */
  ofDetector(classIndex: number): number | undefined;
  /** Label classes that the detector lacks. */
  readonly unmatchedLabels: readonly string[];
  /** Detector classes that the labels lack. */
  readonly unmatchedDetector: readonly string[];
}

/** Matches names of labels with those of a detector: the same but for case, spaces and punctuation, or {@link SYNONYMS}. */
export function matchClasses(labels: readonly string[], detector: readonly string[]): MatchedClasses {
  const keyOf = keys(labels.map(plainName), detector.map(plainName));
  const detectorKeys = detector.map((name) => keyOf(plainName(name)));
  const names: string[] = [];
  const indices = new Map<string, number>();
  const byLabel = new Map<string, number>();
  for (const label of labels) {
    const key = keyOf(plainName(label));
    if (!detectorKeys.includes(key)) continue;
    const index = indices.get(key) ?? names.length;
    if (index === names.length) names.push(label);
    indices.set(key, index);
    byLabel.set(label, index);
  }
  const byDetector = detectorKeys.map((key) => indices.get(key));
  return {
    names,
    ofLabel: (name) => byLabel.get(name),
    ofDetector: (classIndex) => byDetector[classIndex],
    unmatchedLabels: labels.filter((label) => !byLabel.has(label)),
    unmatchedDetector: detector.filter((_, i) => byDetector[i] === undefined),
  };
}

/** Lower case, letters and digits only. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Returns a function from plain names to keys: names with one key are one class. */
function keys(labels: readonly string[], detector: readonly string[]): (name: string) => string {
  const hasKinds = (side: readonly string[]): boolean =>
    side.some((name) => VEHICLES.includes(groupOf(name)?.[0] ?? ''));
  const isVehicleSide = (side: readonly string[]): boolean => side.includes(VEHICLE) && !hasKinds(side);
  const joinsVehicles = isVehicleSide(labels) !== isVehicleSide(detector);
  return (name) => {
    const group = groupOf(name);
    if (!group) return name;
    if (joinsVehicles && VEHICLES.includes(group[0] ?? '')) return VEHICLE;
    const shared = group.filter((one) => labels.includes(one) && detector.includes(one));
    if (shared.length < 2) return group[0] ?? name;
    return shared.includes(name) ? name : (shared[0] ?? name);
  };
}

function groupOf(plain: string): readonly string[] | undefined {
  return SYNONYMS.find((group) => group.includes(plain));
}
