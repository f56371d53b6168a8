import type { PlaneSize } from '../../image/resize-planes.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../image/thumbnail.js';
import { keyRegions } from '../../scene/key-regions.js';
import { openSceneReader } from '../../scene/scene-reader.js';
import { pairByName } from '../data/aligned-dataset.js';
import { checkData } from '../data/check-data.js';
import { readDataFolders, type DataLocation } from '../data/data-folders.js';
import { dataReportLines } from '../data/data-report.js';
import { ImageStore, type StoredImage } from '../data/image-store.js';
import { PairResizer, type StreetPair } from './street-pair.js';

/** Pairs of a folder, and its nights without a day. */
export interface FolderPairs {
  readonly pairs: readonly StreetPair[];
  /** `[height, width, 3]` each, as `StreetPair.night`. */
  readonly unpaired: readonly Uint8Array[];
  /** Lines of the data check. */
  readonly report: readonly string[];
}

/** What the scene network reads. */
const DETAIL: PlaneSize = { width: DETAIL_WIDTH, height: DETAIL_HEIGHT };

/**
 * Reads days and nights of the same file names; the scene network of the package finds the key regions of each day.
 * Throws NocturneError INPUT_*, CONFIG_INVALID where no name is in both folders, MODEL_*.
 */
export async function folderPairs(location: DataLocation, size: PlaneSize): Promise<FolderPairs> {
  const folders = await readDataFolders(location);
  const load = { loadWidth: DETAIL_WIDTH, loadHeight: DETAIL_HEIGHT };
  const [left, right] = folders.isSideBySide ? ([{ half: 'left' }, { half: 'right' }] as const) : [{}, {}];
  const days = await ImageStore.load(folders.a, { ...load, ...left });
  const nights = await ImageStore.load(folders.b, { ...load, ...right });
  const report = dataReportLines(checkData(days, nights, size));
  const { a, b } = pairByName(days, nights);
  const resizer = new PairResizer(DETAIL, size);
  await using reader = await openSceneReader();
  const pairs: StreetPair[] = [];
  for (const [index, day] of a.entries()) {
    const night = b[index];
    if (!night) throw new RangeError('each day needs a night');
    const detail = planesOf(day);
    const found = await reader.read(detail, { isStill: true });
    pairs.push({
      name: day.name,
      day: resizer.codes(detail),
      night: resizer.codes(planesOf(night)),
      regions: resizer.regionCodes(keyRegions(found)),
    });
  }
  const paired = new Set(b);
  const unpaired = nights.images.filter((night) => !paired.has(night)).map((night) => resizer.codes(planesOf(night)));
  return { pairs, unpaired, report };
}

/** `[3, height, width]`, BT.709 full range. */
function planesOf({ data, width, height }: StoredImage): Float32Array {
  const count = width * height;
  const planes = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    planes[i] = (data[3 * i] ?? 0) / 255;
    planes[count + i] = ((data[3 * i + 1] ?? 0) - 128) / 255;
    planes[2 * count + i] = ((data[3 * i + 2] ?? 0) - 128) / 255;
  }
  return planes;
}
