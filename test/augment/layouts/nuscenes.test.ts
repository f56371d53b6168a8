import { describe, expect, it } from 'vitest';
import type { DatasetTree } from '../../../src/augment/layouts/layout.js';
import { nuscenes } from '../../../src/augment/layouts/nuscenes.js';
import { planDataset } from '../../../src/augment/layouts/plan-dataset.js';
import { noisyJpeg, writtenTree } from './written-tree.js';

const SCENES = `[
{"token": "s1", "log_token": "l1", "nbr_samples": 2, "name": "scene-0061", "description": "Parked truck, \\"construction\\""},
{"token": "s2", "log_token": "l1", "nbr_samples": 1, "name": "scene-1094", "description": "Night, after rain"}
]`;

const LOGS =
  '[{"token":"l1","logfile":"n015-2018-07-24-11-22-45+0800","date_captured":"2018-07-24","location":"singapore-onenorth"}]';

/** One scene by day and one by night; two cameras and a lidar, a keyframe every third frame. */
async function smallSet(): Promise<DatasetTree> {
  const data: object[] = [];
  const files: Record<string, string | Uint8Array> = {};
  for (const [sample, camera, n] of [...grid('a', 6), ...grid('b', 1)]) {
    const isKeyFrame = n % 3 === 0;
    const filename = `${isKeyFrame ? 'samples' : 'sweeps'}/${camera}/${sample}-${n}.jpg`;
    files[filename] = await noisyJpeg(n);
    data.push({
      ...{ token: filename, sample_token: sample, calibrated_sensor_token: `calibrated-${camera}` },
      ...{ timestamp: 1_532_402_927_612_460 + n * 83_333, is_key_frame: isKeyFrame, fileformat: 'jpg', filename },
    });
  }
  data.push({
    ...{ token: 'x', sample_token: 'a', timestamp: 0, is_key_frame: true },
    filename: 'samples/CAM_FRONT/gone.jpg',
  });
  data.push({
    ...{ token: 'y', sample_token: 'a', timestamp: 0, is_key_frame: true },
    filename: 'samples/LIDAR_TOP/a.bin',
  });
  return writtenTree({
    ...files,
    'samples/LIDAR_TOP/a.bin': 'points',
    'maps/36092f0b.png': await noisyJpeg(77),
    'v1.0-mini/scene.json': SCENES,
    'v1.0-mini/log.json': LOGS,
    'v1.0-mini/sample.json': JSON.stringify([
      { token: 'a', scene_token: 's1' },
      { token: 'b', scene_token: 's2' },
    ]),
    'v1.0-mini/sensor.json': JSON.stringify(
      CAMERAS.map((channel) => ({ token: channel, channel, modality: 'camera' })),
    ),
    'v1.0-mini/calibrated_sensor.json': JSON.stringify(
      CAMERAS.map((channel) => ({ token: `calibrated-${channel}`, sensor_token: channel })),
    ),
    // Out of order, as the tables are.
    'v1.0-mini/sample_data.json': JSON.stringify(data.reverse(), undefined, 0),
  });
}

const CAMERAS = ['CAM_BACK', 'CAM_FRONT'] as const;

function grid(sample: string, count: number): (readonly [string, string, number])[] {
  return CAMERAS.flatMap((camera) => Array.from({ length: count }, (_, n) => [sample, camera, n] as const));
}

describe('nuscenes', () => {
  it('makes a sequence of each camera, samples and sweeps by their times, one scene for all cameras', async () => {
    const tree = await smallSet();
    expect(await nuscenes.detect(tree)).toBe('v1.0-mini/sample_data.json beside sample.json');
    expect((await planDataset(tree.store)).layout.name).toBe('nuscenes');
    const { units, copies, notices } = await nuscenes.plan(tree, {});
    expect(units.map(({ kind, items }) => [kind, items.map(({ id }) => id)])).toEqual(
      ['CAM_FRONT', 'CAM_BACK'].map((camera) => [
        'sequence',
        [0, 1, 2, 3, 4, 5].map((n) => `${n % 3 === 0 ? 'samples' : 'sweeps'}/${camera}/a-${n}.jpg`),
      ]),
    );
    expect(units[0]?.items.map(({ timeS }) => timeS)).toEqual([0, 1, 2, 3, 4, 5].map((n) => (n * 83_333) / 1e6));
    expect(new Set(units.flatMap(({ items }) => items.map(({ scene }) => scene)))).toEqual(new Set(['scene-0061']));
    const roles = Object.fromEntries(
      copies.map(({ path, role, isRewritten }) => [path, isRewritten ? 'rewritten' : role]),
    );
    expect(roles).toMatchObject({
      ...{
        'samples/LIDAR_TOP/a.bin': 'other',
        'samples/CAM_FRONT/b-0.jpg': 'other',
        'maps/36092f0b.png': 'labelImage',
      },
      ...{ 'v1.0-mini/scene.json': 'rewritten', 'v1.0-mini/sample_data.json': 'label', 'v1.0-mini/log.json': 'label' },
    });
    expect(notices).toEqual([
      expect.stringMatching(/^2 images are night by the descriptions of their scenes and copied as they are: /),
      '1 listed image is not in the set: samples/CAM_FRONT/gone.jpg',
    ]);
  });

  it('marks scenes that became night as nuScenes does, and leaves every other byte', async () => {
    const tree = await smallSet();
    const { units, copies } = await nuscenes.plan(tree, {});
    const copy = copies.find(({ path }) => path === 'v1.0-mini/scene.json');
    const items = units.flatMap((unit) => unit.items);
    const rewritten = copy && (await nuscenes.rewrite?.(copy, Buffer.from(SCENES), items));
    expect(Buffer.from(rewritten ?? []).toString()).toBe(SCENES.replace('Parked', 'Night, Parked'));
  });

  it('keeps every keyframe when sweeps are left out', async () => {
    const { units, notices } = await nuscenes.plan(await smallSet(), { every: 2 });
    expect(units[0]?.items.map(({ id }) => id)).toEqual([
      ...[
        'samples/CAM_FRONT/a-0.jpg',
        'sweeps/CAM_FRONT/a-2.jpg',
        'samples/CAM_FRONT/a-3.jpg',
        'sweeps/CAM_FRONT/a-4.jpg',
      ],
    ]);
    expect(notices.at(-1)).toMatch(/^4 sweeps are left out, for one in 2 is kept; keyframes stay/);
  });
});
