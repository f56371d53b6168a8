import { beforeAll, describe, expect, it } from 'vitest';
import { nightJson } from '../../../src/augment/layouts/night-json.js';
import { nightYaml } from '../../../src/augment/layouts/night-yaml.js';
import { planDataset } from '../../../src/augment/layouts/plan-dataset.js';
import { cameraImage, itemsOf, memoryStore, type Files } from './support.js';

let day: Buffer;
let mask: Buffer;

beforeAll(async () => {
  day = await cameraImage(1, { format: 'jpeg' });
  mask = await cameraImage(2);
});

/** What a run makes of the files that the plan rewrites; the others keep their bytes. */
async function rewritten(files: Files): Promise<Record<string, string>> {
  const { plan, layout } = await planDataset(memoryStore(files));
  const made: Record<string, string> = {};
  for (const copy of plan.copies.filter(({ isRewritten }) => isRewritten)) {
    const bytes = await layout.rewrite!(copy, Buffer.from(files[copy.path]!), itemsOf(plan));
    made[copy.path] = Buffer.from(bytes).toString();
  }
  return made;
}

describe('labels without a layout of their own', () => {
  it('name the night in JSON and YAML; every other byte, and every other file, stays', async () => {
    const files = {
      'a/1.jpg': day,
      'a/1.json': '{ "timeOfDay" :"Daytime",\n "speed": 1.50 }',
      'a/2.jpg': day,
      'a/2.yaml': "time_of_day: 'day' # the day\nnote: day\n",
      'a/3.jpg': day,
      'a/3.json': '{"timeofday": "night", "clock": "day"}',
      'a/4.jpg': day,
      'a/4.json': '{"timeofday": "day"',
      'set.json': '{"drives": [{"daynight": "DAY"}]}',
      'package.json': '{"name": "day"}',
    };
    expect(await rewritten(files)).toEqual({
      'a/1.json': '{ "timeOfDay" :"Night",\n "speed": 1.50 }',
      'a/2.yaml': "time_of_day: 'night' # the day\nnote: day\n",
      'set.json': '{"drives": [{"daynight": "NIGHT"}]}',
    });
  });

  it('name the night beside videos and beside masks', async () => {
    const label = '{"timeofday": "dusk"}';
    const night = '{"timeofday": "night"}';
    expect(await rewritten({ 'a/clip.mp4': 'x', 'a/clip.json': label })).toEqual({ 'a/clip.json': night });
    const masks = { 'images/1.jpg': day, 'masks/1.png': mask, 'polygons/1.json': label };
    expect(await rewritten(masks)).toEqual({ 'polygons/1.json': night });
  });

  it('follow an image whose format changes, wherever they name it', async () => {
    const files = {
      'a/1.bmp': day,
      'a/1.json': '{"imagePath": "1.bmp", "imageData": null}',
      'a/2.jpg': day,
      'a/2.json': '{"imagePath": "2.jpg"}',
      'metadata.jsonl': '{"file_name": "a/1.bmp"}\n{"file_name": "a/2.jpg"}\n',
    };
    expect(await rewritten(files)).toEqual({
      'a/1.json': '{"imagePath": "1.png", "imageData": null}',
      'metadata.jsonl': '{"file_name": "a/1.png"}\n{"file_name": "a/2.jpg"}\n',
    });
  });

  it('are all rewritten where there are too many to read and one of those that are read names a day', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `a/${(i * i * 31) % 9973}x`);
    const files: Files = Object.fromEntries(
      names.flatMap((name): [string, Uint8Array | string][] => [
        [`${name}.jpg`, day],
        [`${name}.json`, '{"timeofday":"day"}'],
      ]),
    );
    const made = Object.values(await rewritten(files));
    expect(made).toEqual(names.map(() => '{"timeofday":"night"}'));
  });
});

describe('times of day', () => {
  it.each([
    ['a: 1\nattributes: {timeofday: Day, b: [x, {Time of day: "dawn/dusk"}]}\r\n', 'Night', '"night"'],
    ['- timeofday: &t daytime\n- note: *t\n', 'night', undefined],
  ])('in YAML: %j', (old, first, second) => {
    const expected = old
      .replace(/(timeofday: (?:&t )?)\w+/, `$1${first}`)
      .replace('"dawn/dusk"', second ?? '"dawn/dusk"');
    expect(Buffer.from(nightYaml(Buffer.from(old)) ?? []).toString()).toBe(expected);
  });

  it.each(['timeofday: night', 'timeofday: 14:30', 'timeofday: 2', 'a: [', 'day', 'timeofday: |\n  day\n'])(
    'stay in YAML: %j',
    (text) => {
      expect(nightYaml(Buffer.from(text))).toBeUndefined();
    },
  );

  it.each(['{"timeofday": "14:30"}', '{"timeofday": ""}', '{"timeofday": null}', '{"timeofday": 3}', 'no JSON'])(
    'stay in JSON: %s',
    (text) => {
      expect(nightJson(Buffer.from(text), 'a.json')).toBeUndefined();
    },
  );
});
