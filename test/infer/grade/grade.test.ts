import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { readThumbnail } from '../../../src/image/image-file.js';
import { applyLookInto } from '../../../src/look/apply-look.js';
import { createGrade } from '../../../src/infer/grade/grade.js';
import { LIGHTS_WIDTH, type Look } from '../../../src/look/look.js';
import {
  EVERYWHERE,
  LINE,
  OPENING,
  PALE_WALL,
  PANE,
  SIGNAL,
  SOFT_EDGE,
  TAIL_LIGHT,
  VAN,
  WHITE_ON_GROUND,
  bridgeThumbnail,
  lookDownThumbnail,
  meanOver,
  nightThumbnail,
  overcastThumbnail,
  paintedGroundThumbnail,
  pixel,
  rainThumbnail,
  shadyThumbnail,
  streetThumbnail,
  walledThumbnail,
} from './street-thumbnail.js';
import { PIXELS, asThumbnail, paint } from '../synthetic-thumbnails.js';

async function lookOf(day: Float32Array): Promise<Look> {
  return (await createGrade()).translate(asThumbnail(day));
}

async function nightOf(day: Float32Array): Promise<Float32Array> {
  const night = new Float32Array(day.length);
  applyLookInto(await lookOf(day), day, night);
  return night;
}

const coreAt = (look: Look, at: { x: number; y: number }): number =>
  look.lights[(at.y >> 1) * LIGHTS_WIDTH + (at.x >> 1)]!;
const haloAt = (look: Look, at: { x: number; y: number }): number =>
  look.lights[PIXELS / 4 + (at.y >> 1) * LIGHTS_WIDTH + (at.x >> 1)]!;
const luma = (yuv: Float32Array): Float32Array => yuv.subarray(0, PIXELS);

describe('grade', () => {
  it('darkens a street to less than half, under a dark blue sky', async () => {
    const day = streetThumbnail();
    const night = await nightOf(day);
    expect(meanOver(luma(night), EVERYWHERE)).toBeLessThan(0.5 * meanOver(luma(day), EVERYWHERE));
    expect(meanOver(luma(night), EVERYWHERE)).toBeGreaterThan(0.05);
    expect(meanOver(luma(night), [120, 2, 250, 18])).toBeLessThan(0.09);
    expect(meanOver(night.subarray(PIXELS, 2 * PIXELS), [120, 2, 250, 18])).toBeGreaterThan(0.015);
  });

  it('lights signals and tail lights in their own hue', async () => {
    const day = streetThumbnail();
    const night = await nightOf(day);
    for (const at of [SIGNAL, TAIL_LIGHT]) {
      const i = pixel(at.x, at.y);
      const [dayV, nightV] = [day[2 * PIXELS + i]!, night[2 * PIXELS + i]!];
      expect(nightV * dayV).toBeGreaterThan(0);
      expect(Math.abs(nightV)).toBeGreaterThan(Math.abs(dayV));
      expect(night[i]! + Math.abs(nightV)).toBeGreaterThan(0.6);
    }
  });

  it('adds no light to a lane line or a white van', async () => {
    const look = await lookOf(streetThumbnail());
    expect(coreAt(look, SIGNAL)).toBeGreaterThan(0.5);
    for (let y = 96; y < 140; y++)
      expect(coreAt(look, { x: Math.round(LINE.x + (y - LINE.y) * 0.7), y })).toBeLessThan(0.1);
    for (let y = VAN.top + 6; y < VAN.bottom - 14; y += 2) {
      for (let x = VAN.left + 6; x < VAN.right - 6; x += 2) expect(coreAt(look, { x, y })).toBeLessThan(0.1);
    }
  });

  it('makes round cores: the corners of a spot are weaker than its sides', async () => {
    const look = await lookOf(paint((x, y) => (x >> 1 === 60 && y >> 1 === 40 ? [0.4, -0.1, 0.35] : [0.4, 0, 0])));
    const [side, corner] = [coreAt(look, { x: 122, y: 80 }), coreAt(look, { x: 122, y: 82 })];
    expect(side).toBeGreaterThan(0.3);
    expect(corner).toBeLessThan(0.7 * side);
  });

  it('gives the panes of a facade warm light and its wall none', async () => {
    const { lights } = await lookOf(streetThumbnail());
    const at = (channel: number, x: number, y: number): number =>
      lights[channel * (PIXELS / 4) + (y >> 1) * LIGHTS_WIDTH + (x >> 1)]!;
    expect(at(1, PANE.x, PANE.y)).toBeGreaterThan(0.05);
    expect(at(2, PANE.x, PANE.y)).toBeLessThan(0);
    expect(at(3, PANE.x, PANE.y)).toBeGreaterThan(0);
    expect(at(1, PANE.x, PANE.y)).toBeGreaterThan(2 * at(1, PANE.x + 4, PANE.y));
  });

  it('finds no sky when the camera points down', async () => {
    const night = await nightOf(lookDownThumbnail());
    const [top, middle] = [meanOver(luma(night), [64, 4, 192, 20]), meanOver(luma(night), [64, 44, 192, 58])];
    expect(top).toBeGreaterThan(0.55 * middle);
    expect(Math.abs(meanOver(night.subarray(PIXELS, 2 * PIXELS), [64, 4, 192, 20]))).toBeLessThan(0.02);
  });

  it('darkens an overcast sky evenly', async () => {
    const day = overcastThumbnail();
    const night = await nightOf(day);
    const spread = (plane: Float32Array): number => {
      const mean = meanOver(plane, [0, 4, 256, 56]);
      return Math.sqrt(
        meanOver(
          plane.map((value) => (value - mean) ** 2),
          [0, 4, 256, 56],
        ),
      );
    };
    expect(spread(luma(night))).toBeLessThan(0.2 * spread(luma(day)));
    expect(meanOver(luma(night), [0, 4, 256, 56])).toBeLessThan(0.12);
  });

  it('finds a white sky below a bridge, without a line at the edge of a wall', async () => {
    const night = luma(await nightOf(bridgeThumbnail()));
    expect(meanOver(night, OPENING)).toBeLessThan(0.08);
    const wall = meanOver(night, [4, 18, 40, 60]);
    const [left, top, right, bottom] = SOFT_EDGE;
    for (let x = left; x < right; x++) expect(meanOver(night, [x, top, x + 1, bottom])).toBeLessThan(wall + 0.05);
  });

  it('leaves a night unchanged', async () => {
    const day = nightThumbnail();
    const night = await nightOf(day);
    expect(Math.max(...night.map((value, i) => Math.abs(value - day[i]!)))).toBeLessThan(0.01);
  });

  it('treats a day under dark trees as a day', async () => {
    const day = shadyThumbnail();
    const night = await nightOf(day);
    expect(meanOver(luma(day), [0, 0, 256, 48])).toBeLessThan(0.2);
    expect(meanOver(luma(night), EVERYWHERE)).toBeLessThan(0.5 * meanOver(luma(day), EVERYWHERE));
  });

  it('lights no drops on the glass, but a red lamp among them', async () => {
    const look = await lookOf(rainThumbnail());
    expect(coreAt(look, SIGNAL)).toBeGreaterThan(0.3);
    for (let y = 0; y < 72; y += 2) {
      for (let x = 0; x < 256; x += 2) {
        if (Math.hypot(x - SIGNAL.x, y - SIGNAL.y) < 24) continue;
        expect(coreAt(look, { x, y }) + haloAt(look, { x, y })).toBeLessThan(0.05);
      }
    }
  });

  it('lights no white objects on the ground', async () => {
    const look = await lookOf(paintedGroundThumbnail());
    for (const at of WHITE_ON_GROUND) expect(coreAt(look, at)).toBeLessThan(0.05);
  });

  it('treats a pale wall under a blue sky as a wall', async () => {
    const night = await nightOf(walledThumbnail());
    expect(meanOver(luma(night), PALE_WALL)).toBeGreaterThan(1.5 * meanOver(luma(night), [20, 6, 150, 40]));
  });

  it('changes without a step as the light fades from day to night', async () => {
    const street = streetThumbnail();
    let last: number | undefined;
    for (let level = 1; level > 0.1; level -= 0.02) {
      const mean = meanOver(luma(await nightOf(street.map((value) => value * level))), EVERYWHERE);
      if (last !== undefined) expect(Math.abs(mean - last)).toBeLessThan(0.03);
      last = mean;
    }
  });

  it('is stable under camera noise', async () => {
    const random = new Random(7);
    const day = streetThumbnail();
    const noisy = day.map((value) => value + 0.005 * random.normal());
    const [clean, other] = [new Float32Array(day.length), new Float32Array(day.length)];
    applyLookInto(await lookOf(day), day, clean);
    applyLookInto(await lookOf(noisy), day, other);
    const difference = clean.map((value, i) => Math.abs(value - other[i]!));
    expect(difference.reduce((a, b) => a + b, 0) / difference.length).toBeLessThan(0.003);
    expect(difference.sort()[Math.floor(0.99 * difference.length)]).toBeLessThan(0.03);
  });

  it('is much darker with depth deep', async () => {
    const day = streetThumbnail();
    const deep = new Float32Array(day.length);
    applyLookInto(await (await createGrade({ depth: 'deep' })).translate(asThumbnail(day)), day, deep);
    const road = [60, 110, 80, 130] as const;
    expect(meanOver(luma(deep), road)).toBeLessThan(0.75 * meanOver(luma(await nightOf(day)), road));
  });
});

const footage = process.env['NOCTURNE_FOOTAGE'] ?? '../shared/data';
const hasFootage = existsSync(join(footage, 'frames/testA'));
if (!hasFootage) console.warn(`skipped: grade on real frames; no frames/testA in ${footage} (set NOCTURNE_FOOTAGE)`);

/** Paths of every `step`-th image in a folder of frames. */
function frames(folder: string, step: number): string[] {
  const path = join(footage, 'frames', folder);
  return readdirSync(path)
    .filter((name, i) => name.endsWith('.jpg') && i % step === 0)
    .map((name) => join(path, name));
}

describe.skipIf(!hasFootage)('grade on real frames', () => {
  it('makes days as dark as real nights', async () => {
    const means: number[] = [];
    let [halved, count] = [0, 0];
    for (const path of [...frames('testA', 12), ...frames('trainA', 24)]) {
      const { data } = await readThumbnail(path);
      const mean = meanOver(luma(await nightOf(data)), EVERYWHERE);
      means.push(mean);
      count++;
      if (mean < 0.5 * meanOver(luma(data), EVERYWHERE)) halved++;
    }
    means.sort((a, b) => a - b);
    expect(halved / count).toBeGreaterThan(0.95);
    expect(means[Math.floor(0.05 * count)]).toBeGreaterThan(0.06);
    expect(means[Math.floor(0.95 * count)]).toBeLessThan(0.25);
  });

  it('changes most real nights by less than 0.01', async () => {
    const changes: number[] = [];
    for (const path of [...frames('testB', 8), ...frames('trainB', 24)]) {
      const { data } = await readThumbnail(path);
      const night = await nightOf(data);
      changes.push(night.reduce((sum, value, i) => sum + Math.abs(value - data[i]!), 0) / night.length);
    }
    changes.sort((a, b) => a - b);
    expect(changes[Math.floor(0.7 * changes.length)]).toBeLessThan(0.01);
  });
});
