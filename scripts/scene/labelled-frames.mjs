// Labelled frames as a scene network reads them: `{ name, detail, rgb, width, height, labels, confidence, vehicles }`, labels being 0 where
// nobody knows, else 1 plus an index into SURFACES.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readGrey, readRgb } from '../../dist/image/image-file.js';
import { imageToYuv } from '../../dist/image/rgb-image.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../dist/image/thumbnail.js';
import { SURFACES } from '../../dist/scene/scene.js';
import { LABEL_HEIGHT, LABEL_WIDTH, MIN_CONFIDENCE } from '../../dist/train/scene/labelled-scene.js';
import { readSceneFolder, readSceneGroups } from '../../dist/train/scene/scene-folder.js';
import { sceneOptions } from '../../dist/train/scene/scene-options.js';
import { splitByGroup } from '../../dist/train/scene/scene-split.js';

/** What the indices of CamVid's masks mean (looked up on the masks). The pole includes its lamp head, the sign signals. */
const CAMVID = [
  ...['sky', 'facade', 'pole', 'road', 'ground', 'vegetation', 'sign', 'wall'],
  ...['vehicle', 'person', 'person', undefined],
].map((surface) => 1 + SURFACES.indexOf(surface));
const CAMVID_SIZE = [480, 360];
/** Groups that show the place of another group: held back only where that one is too. */
const SAME_PLACE = new Map([
  ['road-fixed-352p24', 'vid-ahmetozlu-road'],
  ['vid-ahmetozlu-road', 'road-fixed-352p24'],
  ['rain-dashcam-360p30', 'vid-tmo324-rainy'],
  ['vid-tmo324-rainy', 'rain-dashcam-360p30'],
  ['city-dashcam-360p30', 'vid-tmo324-seattlestreet1'],
  ['vid-tmo324-seattlestreet1', 'city-dashcam-360p30'],
]);

async function readDetail(path) {
  const rgb = await readRgb(path, [DETAIL_WIDTH, DETAIL_HEIGHT]);
  return { rgb, detail: imageToYuv(rgb) };
}

/** The frames of `scenes` that the training of a card held back, of places that it never saw; undefined where the footage is missing. */
export async function heldBackFrames(footage, card) {
  const folder = join(footage, 'scenes');
  if (!existsSync(folder)) return undefined;
  const { seed, validationShare } = sceneOptions(card.training?.options ?? {});
  const all = [...(await readSceneGroups(folder))].map(([name, group]) => ({ name, group }));
  const { train, validation } = splitByGroup(all, { share: validationShare, seed });
  const seen = new Set(train.map(({ group }) => group));
  const held = new Set(validation.filter(({ group }) => !seen.has(SAME_PLACE.get(group))).map(({ name }) => name));
  const scenes = await readSceneFolder(folder, (name) => held.has(name));
  const frames = [];
  for (const { name, group, surfaces, confidence, vehicles } of scenes) {
    const labels = surfaces.map((label, i) => (confidence[i] < MIN_CONFIDENCE ? 0 : label));
    const size = { width: LABEL_WIDTH, height: LABEL_HEIGHT };
    frames.push({ name, group, ...(await readDetail(join(folder, 'images', name))), ...size, labels, vehicles });
  }
  return frames;
}

/** CamVid's frames with their masks by hand; undefined where the footage is missing. */
export async function camvidFrames(footage) {
  const folder = join(footage, 'labelled/camvid-masks');
  if (!existsSync(folder)) return undefined;
  const [width, height] = CAMVID_SIZE;
  const frames = [];
  for (const name of readdirSync(join(folder, 'images')).toSorted()) {
    const mask = await readGrey(join(folder, 'masks', name), CAMVID_SIZE);
    const labels = mask.map((index) => CAMVID[index] ?? 0);
    frames.push({ name, ...(await readDetail(join(folder, 'images', name))), width, height, labels });
  }
  return frames;
}

/** Source and licence of each frame of `scenes`. */
export function frameSources(footage) {
  const [head, ...rows] = readFileSync(join(footage, 'scenes/INDEX.tsv'), 'utf8')
    .trimEnd()
    .split(/\r?\n/)
    .map((row) => row.split('\t'));
  const cell = (row, column) => row[head.indexOf(column)];
  return new Map(rows.map((row) => [row[0], { source: cell(row, 'source'), licence: cell(row, 'licence') }]));
}
