import { folderOf, nameOf, stemOf } from './dataset-path.js';
import type { DatasetTree } from './layout.js';

/** KITTI's cameras: 0 and 1 grey, 2 and 3 colour, left and right. `image_0` of odometry, `image_00` of raw data and tracking. */
const CAMERA = /^image_0?([0-3])$/;
/** What KITTI puts beside its cameras. */
const SIBLINGS =
  /^(?:label_0?[23]|calib(?:\.txt)?|velodyne(?:_points)?|oxts|times\.txt|disp_(?:occ|noc)(?:_\d)?|flow_(?:occ|noc)|semantic|instance|gt_image_\d)$/;

/** Where an image of KITTI stands. */
export interface KittiPlace {
  /** The folder that holds the camera's folder: `training`, `sequences/00`, a drive of the raw data. */
  readonly site: string;
  /** 0 to 3 */
  readonly camera: number;
  /** Folders between the camera's and the image: `0000` in tracking, `data` in raw data; else empty. */
  readonly inner: string;
}

/** Place of an image, from its path; undefined where no folder on it is a camera's. */
export function kittiPlace(path: string): KittiPlace | undefined {
  const folders = path.split('/').slice(0, -1);
  const at = folders.findLastIndex((folder) => CAMERA.test(folder));
  if (at < 0) return undefined;
  const camera = Number(CAMERA.exec(folders[at] ?? '')?.[1]);
  return { site: folders.slice(0, at).join('/'), camera, inner: folders.slice(at + 1).join('/') };
}

/** Whether images of one folder are frames of a sequence: raw data, tracking, odometry; not the single images of the benchmarks. */
export function isKittiSequence(path: string): boolean {
  const place = kittiPlace(path);
  if (!place) return false;
  return place.inner !== '' || /(?:^|\/)sequences\/[^/]+$/.test(place.site);
}

/** What cameras of one moment, or one drive, have in common. Pairs of the stereo and flow benchmarks, `000000_10` and `_11`, are one moment. */
export function kittiScene(path: string): string | undefined {
  const place = kittiPlace(path);
  if (place && isKittiSequence(path)) return [place.site, place.inner.replace(/^data$/, '')].filter(Boolean).join('/');
  const site = place?.site ?? (nameOf(folderOf(path)).startsWith('prev_') ? folderOf(folderOf(path)) : undefined);
  return site === undefined ? undefined : `${site}/${stemOf(path).replace(/^(\d{6})_\d{2}$/, '$1')}`;
}

/** The first pair of a camera's folder and one of {@link SIBLINGS} beside it: `training/image_2 beside training/label_2`. */
export function kittiEvidence({ files }: DatasetTree, images: readonly string[]): string | undefined {
  const cameraOf = new Map<string, string>();
  for (const image of images) {
    const place = kittiPlace(image);
    if (place) cameraOf.set(place.site, image.slice(0, image.length - nameOf(image).length - 1));
  }
  if (cameraOf.size === 0) return undefined;
  for (const { path } of files) {
    const parts = path.split('/');
    for (const [i, part] of parts.entries()) {
      const site = parts.slice(0, i).join('/');
      const camera = SIBLINGS.test(part) ? cameraOf.get(site) : undefined;
      if (camera !== undefined) return `${camera} beside ${parts.slice(0, i + 1).join('/')}`;
    }
    if (nameOf(path) === 'timestamps.txt' && CAMERA.test(nameOf(folderOf(path)))) return `${path} beside its frames`;
  }
  return undefined;
}
