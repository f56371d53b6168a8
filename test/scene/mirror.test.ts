import { expect, it } from 'vitest';
import { imageToYuv } from '../../src/image/rgb-image.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../src/image/thumbnail.js';
import { mirrorDetailInto } from '../../src/scene/mirror.js';
import { SURFACE_WIDTH } from '../../src/scene/scene.js';
import { openSceneReader } from '../../src/scene/scene-reader.js';
import { ScenePainter } from '../../src/synth/scene-painter.js';

const detail = imageToYuv({
  width: DETAIL_WIDTH,
  height: DETAIL_HEIGHT,
  data: new ScenePainter({ width: DETAIL_WIDTH, height: DETAIL_HEIGHT }).paint(11).rgb,
});
const mirrored = new Float32Array(detail.length);
mirrorDetailInto(detail, mirrored);

it('mirrors a detail left to right, and back', () => {
  expect([mirrored[0], mirrored[5]]).toEqual([detail[DETAIL_WIDTH - 1], detail[DETAIL_WIDTH - 6]]);
  const back = new Float32Array(detail.length);
  mirrorDetailInto(mirrored, back);
  expect(back).toEqual(detail);
});

it('reads a still and its mirror image as mirror images', async () => {
  await using reader = await openSceneReader();
  const { surfaces, vehicles, horizon } = structuredClone(await reader.read(detail, { isStill: true }));
  const other = await reader.read(mirrored, { isStill: true });
  expect(other.horizon).toBeCloseTo(horizon, 4);
  for (let i = 0; i < surfaces.length; i += 97) {
    const row = i - (i % SURFACE_WIDTH);
    expect(Math.abs(surfaces[i]! - other.surfaces[row + SURFACE_WIDTH - 1 - (i % SURFACE_WIDTH)]!)).toBeLessThan(2e-3);
  }
  expect(vehicles.length).toBeGreaterThan(0);
  expect(other.vehicles).toHaveLength(vehicles.length);
  for (const { box, facing, score, lamps } of vehicles) {
    const same = other.vehicles.find((vehicle) => Math.abs(1 - vehicle.box.x - vehicle.box.width - box.x) < 0.003);
    expect(same).toMatchObject({ facing });
    expect(same!.score).toBeCloseTo(score, 2);
    expect(1 - same!.lamps[1].x).toBeCloseTo(lamps[0].x, 2);
    expect(1 - same!.lamps[0].x).toBeCloseTo(lamps[1].x, 2);
    expect(same!.lamps[1].y).toBeCloseTo(lamps[0].y, 2);
  }
});

it('reads a still otherwise than a frame of a video, in which one glance is enough', async () => {
  await using reader = await openSceneReader();
  const glance = (await reader.read(detail)).surfaces.slice();
  const still = (await reader.read(detail, { isStill: true })).surfaces.slice();
  expect(still).not.toEqual(glance);
  expect((await reader.read(detail)).surfaces).toEqual(glance);
});
