import { posix } from 'node:path';
import { folderOf } from './dataset-path.js';
import type { DatasetTree } from './layout.js';
import { recordOf } from './json-record.js';
import { JsonText, type JsonSpan } from './json-text.js';
import { saysNight } from './night-word.js';

/** A camera image that the tables list. */
export interface NuScenesFrame {
  readonly path: string;
  /** {@link sceneName} of its scene. */
  readonly scene: string;
  /** `CAM_FRONT`; frames of one scene and channel are a sequence. */
  readonly channel: string;
  /** Microseconds. */
  readonly timestampUs: number;
  readonly isKeyFrame: boolean;
}

/** What the tables of one or more versions (`v1.0-mini/`) say. */
export interface NuScenesTables {
  /** By path; of files that the tree has. */
  readonly frames: ReadonlyMap<string, NuScenesFrame>;
  /** Names of scenes whose description says night. */
  readonly nightScenes: ReadonlySet<string>;
  /** Images listed whose files are not in the tree. */
  readonly missing: readonly string[];
}

/** The table of files. */
export const IMAGE_TABLE = 'sample_data.json';

/** Folders with the tables of a version: those with `sample_data.json` beside `sample.json`. */
export function tableFolders({ files }: Pick<DatasetTree, 'files'>): string[] {
  const paths = new Set(files.map(({ path }) => path));
  const folders = [...paths].filter((path) => posix.basename(path) === IMAGE_TABLE).map(folderOf);
  return folders.filter((folder) => paths.has(posix.join(folder, 'sample.json')));
}

/** Reads the tables of every version; of an image in several, the first counts. Throws NocturneError for a broken table. */
export async function readTables(tree: DatasetTree, isImage: (path: string) => boolean): Promise<NuScenesTables> {
  const paths = new Set(tree.files.map(({ path }) => path));
  const frames = new Map<string, NuScenesFrame>();
  const missing: string[] = [];
  const nightScenes = new Set<string>();
  for (const folder of tableFolders(tree)) {
    const read = async (name: string): Promise<JsonText | undefined> => {
      const path = posix.join(folder, name);
      return paths.has(path) ? new JsonText(await tree.store.read(path), path) : undefined;
    };
    const sceneNames = new Map<unknown, string>();
    for (const scene of rows(await read('scene.json'))) {
      sceneNames.set(scene['token'], sceneName(scene));
      if (saysNight(String(scene['description']))) nightScenes.add(sceneName(scene));
    }
    const sceneOfSample = new Map<unknown, string>();
    for (const { token, scene_token: scene } of rows(await read('sample.json'))) {
      sceneOfSample.set(token, sceneNames.get(scene) ?? String(scene ?? token)); // nuImages has samples without scenes
    }
    const channels = await readChannels(read);
    for (const row of rows(await read(IMAGE_TABLE))) {
      const path = String(row['filename']);
      if (frames.has(path) || !isImage(path)) continue;
      if (!paths.has(path)) {
        missing.push(path);
        continue;
      }
      frames.set(path, {
        path,
        scene: sceneOfSample.get(row['sample_token']) ?? posix.dirname(path),
        channel: channels.get(row['calibrated_sensor_token']) ?? posix.basename(posix.dirname(path)),
        timestampUs: Number(row['timestamp']),
        isKeyFrame: row['is_key_frame'] === true,
      });
    }
  }
  return { frames, nightScenes, missing };
}

/** How a scene is called: its name, else its token. */
export function sceneName(scene: Readonly<Record<string, unknown>>): string {
  const { name, token } = scene;
  return typeof name === 'string' && name !== '' ? name : String(token);
}

/** The rows of a table, parsed one at a time, with where they stand. */
export function* tableRows(text: JsonText): Generator<{ row: Readonly<Record<string, unknown>>; span: JsonSpan }> {
  for (const span of text.elements(text.root)) yield { row: recordOf(text.parse(span)), span };
}

function* rows(text: JsonText | undefined): Generator<Readonly<Record<string, unknown>>, void, undefined> {
  if (text) for (const { row } of tableRows(text)) yield row;
}

/** The channel of each calibrated sensor, by token. */
async function readChannels(
  read: (name: string) => Promise<JsonText | undefined>,
): Promise<ReadonlyMap<unknown, string>> {
  const channels = new Map<unknown, string>();
  for (const { token, channel } of rows(await read('sensor.json'))) channels.set(token, String(channel));
  const calibrated = new Map<unknown, string>();
  for (const { token, sensor_token: sensor } of rows(await read('calibrated_sensor.json'))) {
    const channel = channels.get(sensor);
    if (channel !== undefined) calibrated.set(token, channel);
  }
  return calibrated;
}
