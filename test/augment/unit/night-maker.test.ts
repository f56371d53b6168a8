import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import type { Draw } from '../../../src/augment/recipe/draw.js';
import { NightMaker } from '../../../src/augment/unit/night-maker.js';
import { silentLogger } from '../../../src/core/logger.js';
import { Frame } from '../../../src/core/frame.js';
import { readFrame } from '../../../src/image/image-file.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, type Thumbnail } from '../../../src/image/thumbnail.js';
import { openGenerator } from '../../../src/infer/open-generator.js';
import { withoutLamps } from '../../../src/lighting/dark-kinds.js';
import { readNightStyle } from '../../../src/lighting/night-style.js';
import { applyLookInto } from '../../../src/look/apply-look.js';
import { lampsOf } from '../../../src/look/lamp-list.js';
import { LAMP_KINDS, type LampKind, type Look } from '../../../src/look/look.js';
import { readThumbnail } from '../../../src/render/read-thumbnail.js';
import { openRenderer } from '../../../src/render/wasm-renderer.js';
import type { Box, Place } from '../../../src/scene/scene.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { writeStreet } from './set-of-street.js';

const model = { generator: 'lit', style: 'city-led', device: 'auto', threads: 1 } as const;
const plain: Draw = { style: 'city-led', dials: {}, darkKinds: [] };
let street: Thumbnail;
let maker: NightMaker;

beforeAll(async () => {
  const folder = temporaryFolder();
  const [name = ''] = await writeStreet(folder, 1, '640x360');
  using renderer = await openRenderer();
  using frame = await readFrame(join(folder, name));
  const { data, detail, ...rest } = readThumbnail(renderer, frame, true);
  street = { ...rest, data: data.slice(), ...(detail && { detail: detail.slice() }) };
  maker = await NightMaker.open({ model, styleOf: readNightStyle, logger: silentLogger });
});
afterAll(async () => {
  await maker[Symbol.asyncDispose]();
  expect(Frame.liveCount).toBe(0);
});

async function lookOf(draw: Partial<Draw>, seed = 5): Promise<Look> {
  const { nights } = await maker.still(street, [{ draw: { ...plain, ...draw }, seed }]);
  if (!nights[0]) throw new Error('no night');
  return nights[0].look;
}

function hashOf({ grid, lights, lamps }: Look): string {
  return createHash('sha256').update(grid).update(lights).update(lamps).digest('hex');
}

function isInside({ x, y }: Place, box: Box): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}

/** Mean luma of a vehicle's own lower half and the road before it, over that of the whole night: what its lamps light. */
function litShare(look: Look, { x, y, width, height }: Box): number {
  const night = new Float32Array(street.data.length);
  applyLookInto(look, street.data, night);
  const mean = (left: number, top: number, right: number, bottom: number): number => {
    let [sum, count] = [0, 0];
    for (let row = Math.round(top * THUMBNAIL_HEIGHT); row < Math.min(1, bottom) * THUMBNAIL_HEIGHT; row++) {
      for (let column = Math.round(left * THUMBNAIL_WIDTH); column < Math.min(1, right) * THUMBNAIL_WIDTH; column++) {
        sum += night[row * THUMBNAIL_WIDTH + column] ?? 0;
        count++;
      }
    }
    return sum / count;
  };
  return mean(x, y + height / 2, x + width, y + 1.6 * height) / mean(0, 0, 1, 1);
}

describe('NightMaker', () => {
  it('makes the looks that a generator of that style and seed makes', async () => {
    for (const [style, seed] of [
      ['city-sodium', 5],
      ['village', 9],
      ['city-sodium', 6],
    ] as const) {
      await using generator = await openGenerator({ generator: 'lit', style, seed });
      const expected = hashOf(await generator.translate(street));
      expect(hashOf(await lookOf({ style }, seed))).toBe(expected);
    }
  });

  it('makes many nights of one image, whose order changes nothing', async () => {
    const drawn = [5, 6, 7].flatMap((seed) =>
      ['city-led', 'suburb'].map((style) => ({ draw: { ...plain, style }, seed })),
    );
    const there = (await maker.still(street, drawn)).nights.map(({ look }) => hashOf(look));
    const back = (await maker.still(street, drawn.toReversed())).nights.map(({ look }) => hashOf(look));
    expect(new Set(there).size).toBe(drawn.length);
    expect(back.toReversed()).toEqual(there);
  });

  it('follows the dials of a draw, and no draw before it', async () => {
    const before = hashOf(await lookOf({}));
    expect(hashOf(await lookOf({ dials: { sunElevation: -3 } }))).not.toBe(before);
    expect(hashOf(await lookOf({}))).toBe(before);
  });

  it('keeps kinds of lamp dark, with their light on the street', async () => {
    const all = await lookOf({});
    const found = new Set(lampsOf(all).map(({ kind }) => kind));
    expect(found.size).toBeGreaterThan(1);
    for (const kind of found) {
      const dark = await lookOf({ darkKinds: [kind] });
      const left = lampsOf(dark).map((lamp) => lamp.kind);
      expect(left, kind).not.toContain(kind);
    }
    expect(lampsOf(await lookOf({ darkKinds: [...LAMP_KINDS] }))).toEqual([]);
    const { scene } = await maker.still(street, [{ draw: plain, seed: 5 }]);
    const boxOf = (kind: LampKind): Box | undefined =>
      scene?.vehicles.find(({ box }) => lampsOf(all).some((lamp) => lamp.kind === kind && isInside(lamp, box)))?.box;
    let checked = 0;
    for (const kind of ['headLamp', 'tailLamp'] as const) {
      const box = boxOf(kind);
      if (!box) continue;
      checked++;
      expect(litShare(await lookOf({ darkKinds: [kind] }), box), kind).toBeLessThan(0.9 * litShare(all, box));
    }
    expect(checked).toBeGreaterThan(0);
  });

  it('lists what an image shows', async () => {
    const { scene } = await maker.still(street, [{ draw: plain, seed: 1 }]);
    expect(scene?.street).toBeGreaterThan(0.5);
  });

  it('works with generators that have no styles', async () => {
    const grade = { ...model, generator: 'grade' };
    await using other = await NightMaker.open({ model: grade, styleOf: readNightStyle, logger: silentLogger });
    const { nights, scene } = await other.still(street, [
      { draw: plain, seed: 1 },
      { draw: { ...plain, noise: { iso: 800 } }, seed: 2 },
    ]);
    expect(scene).toBeUndefined();
    expect(hashOf(nights[0]?.look as Look)).toBe(hashOf(nights[1]?.look as Look));
    expect(nights.map(({ controls }) => controls.grain)).toEqual([1, 0]); // noise of a sensor replaces the grain
  });
});

describe('withoutLamps', () => {
  it('takes from a style what a kind shines with, and nothing else', () => {
    const style = readNightStyle('city-led');
    expect(withoutLamps(style, [])).toEqual(style);
    const dark = withoutLamps(style, ['tailLamp']);
    expect(dark.traffic).toEqual({ ...style.traffic, tailLuma: 0, tailPool: 0 });
    expect({ ...dark, traffic: style.traffic }).toEqual(style);
  });
});
