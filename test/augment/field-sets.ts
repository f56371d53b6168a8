import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { footage } from '../support/footage.js';
import { streetJpegs } from './unit/unit-set.js';

/** Files of a set by path. */
export type SetFiles = Record<string, string | Uint8Array>;

/** A day with what is labelled in it. */
export interface LabelledDay {
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PixelBox[];
}

/** Sides in pixels from the upper left corner. */
export interface PixelBox {
  readonly category: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Names of the categories of {@link PixelBox}. */
export const CATEGORIES = ['Car', 'Truck', 'Bus', 'Motorcycle', 'Person', 'Bicycle'] as const;

/** Three real days with their boxes, where there is footage; else three of the built-in street with a made-up box each. */
export async function labelledDays(): Promise<LabelledDay[]> {
  const real = footage('labelled/vehicles-yolo');
  if (real === undefined) {
    const box = { category: 0, left: 80, top: 90, right: 160, bottom: 150 };
    return (await streetJpegs(3)).map((jpeg) => ({ jpeg, width: 320, height: 180, boxes: [box] }));
  }
  const days: LabelledDay[] = [];
  for (const name of readdirSync(join(real, 'images')).sort()) {
    const day = await readDay(real, name);
    const { channels } = await sharp(day.jpeg).stats();
    if (channels.every(({ mean }) => mean > BRIGHT)) days.push(day);
    if (days.length === 3) break;
  }
  return days;
}

/** Mean of each channel of a day that is darker at night for certain: some of the real ones are dusky, or have black bars. */
const BRIGHT = 100;

async function readDay(folder: string, name: string): Promise<LabelledDay> {
  const jpeg = await sharp(join(folder, 'images', name))
    .resize(320)
    .jpeg({ quality: 92 })
    .toBuffer();
  const { width, height } = await sharp(jpeg).metadata();
  const lines = readFileSync(join(folder, 'labels', name.replace(/\.jpg$/, '.txt')), 'utf8')
    .trim()
    .split('\n');
  const boxes = lines.map((line) => {
    const [category = 0, x = 0, y = 0, w = 0, h = 0] = line.split(' ').map(Number);
    const [left, top] = [Math.round((x - w / 2) * width), Math.round((y - h / 2) * height)];
    return { category, left, top, right: left + Math.round(w * width), bottom: top + Math.round(h * height) };
  });
  return { jpeg, width, height, boxes };
}

/** Letters, not numbers: images with names that count are a sequence. */
const NAMES = ['harbour', 'market', 'station'] as const;
const nameOf = (i: number): string => NAMES[i] ?? '';
const pngOf = ({ jpeg }: LabelledDay): Promise<Buffer> => sharp(jpeg).png().toBuffer();

/** An index mask of a day's boxes: 0 elsewhere. */
function maskOf({ width, height, boxes }: LabelledDay): Promise<Buffer> {
  const data = Buffer.alloc(width * height);
  for (const { category, left, top, right, bottom } of boxes) {
    for (let y = Math.max(0, top); y < Math.min(height, bottom); y++)
      data.fill(category + 1, y * width + Math.max(0, left), y * width + Math.min(width, right));
  }
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

/** KITTI's object benchmark: images, labels, calibration and points. */
export async function kittiSet(days: readonly LabelledDay[]): Promise<SetFiles> {
  const files: SetFiles = {};
  for (const [i, day] of days.entries()) {
    const name = String(i).padStart(6, '0');
    files[`training/image_2/${name}.png`] = await pngOf(day);
    files[`training/label_2/${name}.txt`] = day.boxes
      .map(({ category, left, top, right, bottom }) => {
        const box = [left, top, right, bottom].map((side) => side.toFixed(2)).join(' ');
        return `${CATEGORIES[category] ?? 'Misc'} 0.00 0 -1.57 ${box} 1.65 1.67 3.64 -0.65 1.71 46.70 -1.59\n`;
      })
      .join('');
    files[`training/calib/${name}.txt`] =
      `P2: 721.5377 0 609.5593 44.85728 0 721.5377 172.854 0.2163791 0 0 1 0.002745884\n`;
    files[`training/velodyne/${name}.bin`] = Buffer.from(new Float32Array([i, 1, 2, 0.5]).buffer);
  }
  return files;
}

/** COCO as its own archives unpack: polygons, and a crowd in run lengths. */
export function cocoSet(days: readonly LabelledDay[]): SetFiles {
  const images = days.map(({ width, height }, i) => ({ id: i + 1, file_name: `${nameOf(i)}.jpg`, width, height }));
  const annotations = days.flatMap(({ boxes }, image) =>
    boxes.map(({ category, left, top, right, bottom }, n) => ({
      ...{ id: 100 * image + n + 1, image_id: image + 1, category_id: category + 1, iscrowd: 0 },
      bbox: [left, top, right - left, bottom - top],
      area: (right - left) * (bottom - top),
      segmentation: [[left, top, right, top, right, bottom, left, bottom]],
    })),
  );
  const { width, height } = images[0] ?? { width: 0, height: 0 };
  const crowd = {
    ...{ id: 999, image_id: 1, category_id: 5, iscrowd: 1, bbox: [0, 0, 2, height], area: 2 * height },
    segmentation: { size: [height, width], counts: [0, 2 * height, (width - 2) * height] },
  };
  const categories = CATEGORIES.map((name, i) => ({ id: i + 1, name, supercategory: 'road' }));
  return {
    'annotations/instances_train2017.json': JSON.stringify({
      images,
      annotations: [...annotations, crowd],
      categories,
    }),
    ...Object.fromEntries(days.map(({ jpeg }, i) => [`train2017/${nameOf(i)}.jpg`, jpeg])),
  };
}

/** YOLO as Ultralytics trains on it: the last image is the validation part. */
export function yoloSet(days: readonly LabelledDay[]): SetFiles {
  const files: SetFiles = {
    'data.yaml': `train: images/train\nval: images/val\nnames:\n${CATEGORIES.map((name, i) => `  ${i}: ${name}\n`).join('')}`,
  };
  for (const [i, { jpeg, width, height, boxes }] of days.entries()) {
    const part = i === days.length - 1 ? 'val' : 'train';
    files[`images/${part}/${nameOf(i)}.jpg`] = jpeg;
    files[`labels/${part}/${nameOf(i)}.txt`] = boxes
      .map(({ category, left, top, right, bottom }) =>
        [
          category,
          (left + right) / 2 / width,
          (top + bottom) / 2 / height,
          (right - left) / width,
          (bottom - top) / height,
        ].join(' '),
      )
      .join('\n');
  }
  return files;
}

/** Pascal VOC with masks. */
export async function vocSet(days: readonly LabelledDay[]): Promise<SetFiles> {
  const root = 'VOCdevkit/VOC2012';
  const files: SetFiles = { [`${root}/ImageSets/Main/train.txt`]: days.map((_, i) => `${nameOf(i)}\n`).join('') };
  for (const [i, day] of days.entries()) {
    const objects = day.boxes.map(
      ({ category, left, top, right, bottom }) =>
        `\t<object>\n\t\t<name>${CATEGORIES[category] ?? ''}</name>\n\t\t<bndbox><xmin>${left}</xmin><ymin>${top}</ymin><xmax>${right}</xmax><ymax>${bottom}</ymax></bndbox>\n\t</object>\n`,
    );
    files[`${root}/JPEGImages/${nameOf(i)}.jpg`] = day.jpeg;
    files[`${root}/Annotations/${nameOf(i)}.xml`] =
      `<annotation>\n\t<folder>VOC2012</folder>\n\t<filename>${nameOf(i)}.jpg</filename>\n\t<size><width>${day.width}</width><height>${day.height}</height><depth>3</depth></size>\n${objects.join('')}</annotation>\n`;
    files[`${root}/SegmentationClass/${nameOf(i)}.png`] = await maskOf(day);
  }
  return files;
}

/** BDD100K's detection labels, whose second image was taken at dawn. */
export function bddSet(days: readonly LabelledDay[]): SetFiles {
  const records = days.map(({ boxes }, i) => ({
    name: `${nameOf(i)}.jpg`,
    attributes: { weather: 'clear', timeofday: i === 1 ? 'dawn/dusk' : 'daytime', scene: 'city street' },
    timestamp: 10000,
    labels: boxes.map(({ category, left, top, right, bottom }, n) => ({
      ...{ id: String(n), category: CATEGORIES[category]?.toLowerCase(), attributes: { occluded: false } },
      box2d: { x1: left, y1: top, x2: right, y2: bottom },
    })),
  }));
  return {
    'labels/det_20/det_train.json': JSON.stringify(records, undefined, 4),
    ...Object.fromEntries(days.map(({ jpeg }, i) => [`images/100k/train/${nameOf(i)}.jpg`, jpeg])),
  };
}

/** Cityscapes: ids, colours and polygons. */
export async function cityscapesSet(days: readonly LabelledDay[]): Promise<SetFiles> {
  const files: SetFiles = {};
  for (const [i, day] of days.entries()) {
    const name = `aachen_00000${i}_000019`;
    const mask = await maskOf(day);
    files[`leftImg8bit/train/aachen/${name}_leftImg8bit.png`] = await pngOf(day);
    files[`gtFine/train/aachen/${name}_gtFine_labelIds.png`] = mask;
    files[`gtFine/train/aachen/${name}_gtFine_color.png`] = await sharp(mask)
      .linear(40, 0)
      .toColourspace('srgb')
      .png()
      .toBuffer();
    files[`gtFine/train/aachen/${name}_gtFine_polygons.json`] = JSON.stringify({ imgHeight: day.height, objects: [] });
  }
  return files;
}

/** CamVid's real images and masks, named as its archives name them; undefined without footage. */
export function camvidSet(): SetFiles | undefined {
  const real = footage('labelled/camvid-masks');
  if (real === undefined) return undefined;
  const files: SetFiles = {};
  for (const name of readdirSync(join(real, 'images')).sort().slice(0, 3)) {
    files[`train/${name}`] = readFileSync(join(real, 'images', name));
    files[`train_labels/${name.replace('.png', '_L.png')}`] = readFileSync(join(real, 'masks', name));
  }
  return files;
}

/** nuScenes in small: one scene, two cameras of three moments, a lidar. */
export function nuscenesSet(days: readonly LabelledDay[]): SetFiles {
  const cameras = ['CAM_FRONT', 'CAM_BACK'];
  const data = cameras.flatMap((camera) =>
    days.map(({ width, height }, n) => ({
      ...{ token: `${camera}-${n}`, sample_token: 'a', calibrated_sensor_token: `c-${camera}`, width, height },
      ...{ timestamp: 1_532_402_927_612_460 + n * 83_333, is_key_frame: n === 0, fileformat: 'jpg' },
      prev: n === 0 ? '' : `${camera}-${n - 1}`,
      next: n === days.length - 1 ? '' : `${camera}-${n + 1}`,
      filename: `${n === 0 ? 'samples' : 'sweeps'}/${camera}/n015__${camera}__${1_532_402_927_612_460 + n * 83_333}.jpg`,
    })),
  );
  const table = (rows: readonly object[]): string => JSON.stringify(rows, undefined, 0);
  return {
    ...Object.fromEntries(data.map(({ filename }, at) => [filename, days[at % days.length]?.jpeg ?? ''])),
    'samples/LIDAR_TOP/n015__LIDAR_TOP__1.pcd.bin': Buffer.from([1, 2, 3]),
    'v1.0-mini/scene.json': table([{ token: 's', name: 'scene-0061', description: 'Parked truck', log_token: 'l' }]),
    'v1.0-mini/log.json': table([{ token: 'l', logfile: 'n015', location: 'singapore-onenorth' }]),
    'v1.0-mini/sample.json': table([{ token: 'a', scene_token: 's', timestamp: 1_532_402_927_612_460 }]),
    'v1.0-mini/sensor.json': table(cameras.map((channel) => ({ token: channel, channel, modality: 'camera' }))),
    'v1.0-mini/calibrated_sensor.json': table(
      cameras.map((camera) => ({ token: `c-${camera}`, sensor_token: camera })),
    ),
    'v1.0-mini/sample_data.json': table(data),
  };
}

/** Two WebDataset shards: an image, its record and its class a sample. */
export async function webdatasetSet(days: readonly LabelledDay[]): Promise<SetFiles> {
  const files: SetFiles = {};
  for (const shard of [0, 1]) {
    const tar = pack();
    for (const [i, { jpeg, boxes }] of days.entries()) {
      const key = `${nameOf(i)}-${shard}`;
      tar.entry({ name: `${key}.jpg`, mtime: new Date(0) }, jpeg);
      tar.entry({ name: `${key}.json`, mtime: new Date(0) }, JSON.stringify({ boxes, timeofday: 'daytime' }));
      tar.entry({ name: `${key}.cls`, mtime: new Date(0) }, String(i));
    }
    tar.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of tar) chunks.push(chunk as Buffer); // tar-stream yields buffers
    files[`train-00000${shard}.tar`] = Buffer.concat(chunks);
  }
  return files;
}
