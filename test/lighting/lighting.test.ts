import { describe, expect, it } from 'vitest';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../src/image/thumbnail.js';
import { linearOf } from '../../src/lighting/day-samples.js';
import { codedOf } from '../../src/lighting/display.js';
import { DEFAULT_LIGHTING_DIALS, Lighting, type LightingDials } from '../../src/lighting/lighting.js';
import { parseNightStyle, readNightStyle, STYLE_NAMES } from '../../src/lighting/night-style.js';
import { applyLookInto } from '../../src/look/apply-look.js';
import { lampsOf } from '../../src/look/lamp-list.js';
import { identityLook, isFiniteLook, LAMP_FIELDS, LAMP_KINDS, MAX_LAMPS, type Look } from '../../src/look/look.js';
import {
  SURFACE_HEIGHT,
  SURFACE_SIZE,
  SURFACE_WIDTH,
  SURFACES,
  type Scene,
  type Surface,
} from '../../src/scene/scene.js';

const STYLE = readNightStyle('city-led');
const COUNT = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;
const NIGHT = { hour: -18, dials: DEFAULT_LIGHTING_DIALS };
const UNLIT: LightingDials = { headlights: 0, windows: 0, streetLamps: 0, traffic: 0 };
const thing = { id: 3, draw: 0.1, fade: 1 };

/** Sky above, a facade from a quarter to half of the height, road below it. */
function surfaceAt(row: number): Surface {
  if (row < SURFACE_HEIGHT / 4) return 'sky';
  return row < SURFACE_HEIGHT / 2 ? 'facade' : 'road';
}

function street(things: Partial<Scene> = {}): Scene {
  const surfaces = new Float32Array(SURFACES.length * SURFACE_SIZE);
  for (let i = 0; i < SURFACE_SIZE; i++) {
    surfaces[SURFACES.indexOf(surfaceAt(Math.floor(i / SURFACE_WIDTH))) * SURFACE_SIZE + i] = 1;
  }
  const bonnet = new Float32Array(SURFACE_SIZE);
  const none = { vehicles: [], signals: [], lampHeads: [], panes: [] };
  return { surfaces, bonnet, horizon: 0.45, street: 1, driving: 0, ...none, ...things };
}

/** A bright sky, a textured grey street. */
function day(): Float32Array {
  const values = new Float32Array(3 * COUNT);
  for (let i = 0; i < COUNT; i++) {
    const row = Math.floor(i / THUMBNAIL_WIDTH);
    values[i] = row < THUMBNAIL_HEIGHT / 4 ? 0.85 : 0.4 + 0.1 * Math.sin(i * 0.7);
  }
  return values;
}

function kindsOf({ lamps }: Look): string[] {
  const kinds: string[] = [];
  for (let at = 0; at < MAX_LAMPS * LAMP_FIELDS && lamps[at + 4] !== 0; at += LAMP_FIELDS) {
    kinds.push(LAMP_KINDS[lamps[at + 10]!]!);
  }
  return kinds;
}

function meanLuma(look: Look, [from, to]: readonly [number, number]): number {
  const night = new Float32Array(3 * COUNT);
  applyLookInto(look, day(), night);
  const rows = night.subarray(from * THUMBNAIL_WIDTH, to * THUMBNAIL_WIDTH);
  return rows.reduce((sum, luma) => sum + luma, 0) / rows.length;
}

/** Samples of a surface map. */
const SAMPLES = 128 * 72;
const SKY_ROWS = [0, 30] as const;
const ROAD_ROWS = [90, 140] as const;
const vehicle = {
  ...thing,
  box: { x: 0.4, y: 0.5, width: 0.12, height: 0.15 },
  score: 0.9,
  facing: 'front',
  facingScore: 0.9,
  lamps: [
    { x: 0.42, y: 0.6 },
    { x: 0.5, y: 0.6 },
  ],
  isParked: false,
} as const;
const pane = { ...thing, box: { x: 0.3, y: 0.3, width: 0.008, height: 0.02 }, facade: 1, dayBelow: 0 };
const lampHead = { ...thing, place: { x: 0.7, y: 0.2 }, radius: 0.003, height: 0.4 };
const signal = { ...thing, place: { x: 0.8, y: 0.3 }, radius: 0.003, color: 'red' } as const;

describe('Lighting', () => {
  it('gives the same look for the same scene, day and seed', async () => {
    const scene = street({ driving: 1, vehicles: [vehicle], panes: [pane], lampHeads: [lampHead] });
    const first = structuredClone((await Lighting.open(STYLE, 5)).light(scene, day(), NIGHT));
    const lighting = await Lighting.open(STYLE, 5);
    lighting.light(street(), day().fill(0.3), NIGHT);
    const second = lighting.light(scene, day(), NIGHT);
    expect(second).toEqual(first);
    expect(isFiniteLook(second)).toBe(true);
  });

  it('lights no lamp without a thing', async () => {
    expect(kindsOf((await Lighting.open(STYLE, 1)).light(street({ driving: 1 }), day(), NIGHT))).toEqual([]);
  });

  it('lights nothing where the image shows no street', async () => {
    const things = { vehicles: [vehicle], panes: [pane], lampHeads: [lampHead], signals: [signal] };
    const look = (await Lighting.open(STYLE, 1)).light(street({ ...things, street: 0, driving: 1 }), day(), NIGHT);
    expect(kindsOf(look)).toEqual([]);
  });

  it('leaves alone what is night already', async () => {
    const dark = day().map((value) => 0.1 * value);
    const look = (await Lighting.open(STYLE, 1)).light(street({ vehicles: [vehicle], driving: 1 }), dark, NIGHT);
    expect(kindsOf(look)).toEqual([]);
    const shown = dark.slice();
    applyLookInto(look, dark, shown);
    const distance = shown.reduce((most, value, i) => Math.max(most, Math.abs(value - dark[i]!)), 0);
    expect(distance).toBeLessThan(0.02);
  });

  it('stays finite before a wall with black windows', async () => {
    const lighting = await Lighting.open(STYLE, 1);
    const scene = street({ driving: 1 });
    scene.surfaces.fill(0, 3 * SAMPLES, 5 * SAMPLES);
    for (let i = 2304; i < 4600; i++) {
      for (let surface = 0; surface < 13; surface++) scene.surfaces[surface * SAMPLES + i] = surface === 3 ? 0.6 : 0;
      scene.surfaces[4 * SAMPLES + i] = 0.4;
    }
    const black = day();
    for (let i = 0; i < COUNT; i++) if (i > 0.2 * COUNT && i < 0.6 * COUNT) black[i] = 0;
    expect(isFiniteLook(lighting.light(scene, black, NIGHT))).toBe(true);
  });

  it('stays black where the day is black', async () => {
    const things = { vehicles: [vehicle], panes: [pane], lampHeads: [lampHead], signals: [signal] };
    const look = (await Lighting.open(STYLE, 1)).light(street({ ...things, driving: 1 }), day().fill(0), NIGHT);
    expect(kindsOf(look)).toEqual([]);
    expect(meanLuma(look, [0, 71])).toBeLessThan(0.01);
  });

  it('lights each kind of thing with its own lamps', async () => {
    const scene = street({ vehicles: [vehicle], panes: [pane], lampHeads: [lampHead], signals: [signal] });
    const kinds = kindsOf((await Lighting.open(STYLE, 1)).light(scene, day(), NIGHT));
    expect(new Set(kinds)).toEqual(new Set(['headLamp', 'window', 'streetLamp', 'signal']));
  });

  it('leaves dark what the scene is not sure of, and what is parked', async () => {
    const unsure = { ...vehicle, facingScore: 0.3 };
    const parked = { ...vehicle, isParked: true };
    const outside = { ...pane, facade: 0 };
    const unlit = { ...pane, draw: 0.99 };
    const scene = street({ vehicles: [unsure, parked], panes: [outside, unlit] });
    expect(kindsOf((await Lighting.open(STYLE, 1)).light(scene, day(), NIGHT))).toEqual([]);
  });

  it('draws a tail lamp within its red glass where that is seen', async () => {
    const lighting = await Lighting.open(STYLE, 1);
    const [left, right] = vehicle.lamps;
    const glass = { width: 0.02, height: 0.04, red: 0.15 };
    const rear = { ...vehicle, facing: 'rear', lamps: [{ ...left, glass }, right] } as const;
    const lamps = lampsOf(lighting.light(street({ vehicles: [rear] }), day(), NIGHT)).filter(
      ({ kind }) => kind === 'tailLamp',
    );
    const box = lamps.find(({ dayRed }) => dayRed > 0)!;
    expect(box.dayRed).toBeCloseTo(0.15);
    expect(box.x).toBeCloseTo(left.x);
    expect(box.radiusX).toBeGreaterThan(0.5 * glass.width);
    expect(box.radiusY).toBeGreaterThan(0.5 * glass.height * (9 / 16));
    for (const lamp of lamps) if (lamp.x > 0.46) expect(lamp.dayRed).toBe(0);
  });

  it('leaves a vehicle dark whose lamps would be near its roof', async () => {
    const lighting = await Lighting.open(STYLE, 1);
    const at = (y: number): string[] => {
      const lamps = [
        { x: 0.42, y },
        { x: 0.5, y },
      ] as const;
      return kindsOf(lighting.light(street({ vehicles: [{ ...vehicle, lamps }] }), day(), NIGHT));
    };
    expect(at(0.5 + 0.2 * 0.15)).toEqual([]);
    expect(at(0.5 + 0.4 * 0.15)).toContain('headLamp');
  });

  it('wants the day to show the lamps of a vehicle that is close in a still', async () => {
    const lighting = await Lighting.open(STYLE, 1);
    const box = { x: 0.3, y: 0.3, width: 0.4, height: 0.5 };
    const kinds = (facing: 'front' | 'rear', y: number, red?: number, id = 0): string[] => {
      const glass = red === undefined ? {} : { glass: { width: 0.03, height: 0.05, red } };
      const lamps = [
        { x: 0.34, y: 0.3 + y * 0.5, ...glass },
        { x: 0.66, y: 0.3 + y * 0.5, ...glass },
      ] as const;
      return kindsOf(lighting.light(street({ vehicles: [{ ...vehicle, id, box, facing, lamps }] }), day(), NIGHT));
    };
    expect(kinds('rear', 0.5)).toEqual([]); // the front of a bus, misread
    expect(kinds('rear', 0.5, 0.05)).toEqual([]); // paint
    expect(kinds('rear', 0.5, 0.15)).toContain('tailLamp');
    expect(kinds('rear', 0.5, undefined, 7)).toContain('tailLamp'); // a video has decided by many frames
    expect(kinds('front', 0.34)).toEqual([]); // the windscreen
    expect(kinds('front', 0.55)).toContain('headLamp');
  });

  it('lights a large window through its own pixels, brighter part first, and a small one all over', async () => {
    const large = { ...pane, id: 4, box: { x: 0.3, y: 0.3, width: 0.03, height: 0.05 }, dayBelow: 0.4 };
    const small = { ...pane, id: 5, dayBelow: 0.4 };
    const draws = Array.from({ length: 12 }, (_, i) => (i + 0.5) / 20); // all of them lit, some with a blind
    let blinds = 0;
    for (const draw of draws) {
      const scene = street({
        panes: [
          { ...large, draw },
          { ...small, draw },
        ],
      });
      const lamps = lampsOf((await Lighting.open(STYLE, 1)).light(scene, day(), NIGHT));
      const [first, ...others] = lamps.filter(({ id }) => id === 4);
      expect(first!.dayBelow).toBeCloseTo(0.4);
      expect(first!.luma).toBe(Math.max(...lamps.filter(({ id }) => id === 4).map(({ luma }) => luma)));
      if (others.length > 0) blinds++;
      const heights = [first!, ...others].map(({ radiusY }) => (2 * radiusY * 16) / 9);
      expect(heights.reduce((sum, height) => sum + height, 0)).toBeCloseTo(1.12 * 0.05, 4);
      for (const { dayBelow } of lamps.filter(({ id }) => id === 5)) expect(dayBelow).toBeGreaterThan(1.1);
    }
    expect(blinds).toBeGreaterThan(0);
    expect(blinds).toBeLessThan(draws.length);
  });

  it('changes a window that grows from all over to its glass without a step', async () => {
    const lighting = await Lighting.open(STYLE, 1);
    const belows = Array.from({ length: 40 }, (_, i) => {
      const box = { x: 0.3, y: 0.3, width: 0.008 + 0.0002 * i, height: 0.04 };
      const [lamp] = lampsOf(lighting.light(street({ panes: [{ ...pane, box, dayBelow: 0.4 }] }), day(), NIGHT));
      return lamp!.dayBelow;
    });
    expect([belows[0], belows.at(-1)]).toEqual([expect.closeTo(1.2), expect.closeTo(0.4)]);
    for (let i = 1; i < belows.length; i++) expect(Math.abs(belows[i]! - belows[i - 1]!)).toBeLessThan(0.06);
  });

  it('takes the haze of a day off: what is lit has the contrast of a clear day', async () => {
    const lighting = await Lighting.open(STYLE, 1);
    const clear = day();
    clear.fill(0.02, COUNT - 3 * THUMBNAIL_WIDTH, COUNT); // something is black
    const hazy = clear.map((value, i) => (i < COUNT ? codedOf(linearOf(value) * 0.75 + 0.25) : value));
    const contrast = (values: Float32Array): number => {
      const night = new Float32Array(3 * COUNT);
      applyLookInto(lighting.light(street({ driving: 1 }), values, NIGHT), values, night);
      const rows = night.subarray(40 * THUMBNAIL_WIDTH, 70 * THUMBNAIL_WIDTH);
      const mean = rows.reduce((sum, luma) => sum + luma, 0) / rows.length;
      return Math.sqrt(rows.reduce((sum, luma) => sum + (luma - mean) ** 2, 0) / rows.length) / mean;
    };
    expect(contrast(hazy)).toBeGreaterThan(0.75 * contrast(clear));
  });

  it('lets bright clouds throw more of the town’s glow back than dark ones', async () => {
    const values = day();
    for (let row = 0; row < THUMBNAIL_HEIGHT / 4; row++) {
      values.fill(0.6, row * THUMBNAIL_WIDTH, row * THUMBNAIL_WIDTH + 128);
    }
    const night = new Float32Array(3 * COUNT);
    applyLookInto((await Lighting.open(STYLE, 1)).light(street(), values, NIGHT), values, night);
    const mean = (from: number, to: number): number => {
      let sum = 0;
      for (let row = 8; row < 30; row++) {
        for (let x = from; x < to; x++) sum += night[row * THUMBNAIL_WIDTH + x]!;
      }
      return sum / (22 * (to - from));
    };
    expect(mean(0, 110)).toBeLessThan(0.85 * mean(146, 256));
  });

  it('turns everything off when the dials are 0', async () => {
    const things = { driving: 1, vehicles: [vehicle], panes: [pane], lampHeads: [lampHead], signals: [signal] };
    const lighting = await Lighting.open(STYLE, 1);
    const lit = meanLuma(lighting.light(street(things), day(), NIGHT), ROAD_ROWS);
    const look = lighting.light(street(things), day(), { ...NIGHT, dials: UNLIT });
    expect(kindsOf(look)).toEqual([]);
    expect(meanLuma(look, ROAD_ROWS)).toBeLessThan(0.4 * lit);
  });

  it('makes a dark sky, without the pale rim of what is as bright and plain', async () => {
    const scene = street({ driving: 1 });
    const facade = SURFACES.indexOf('facade') * SURFACE_SIZE;
    const other = SURFACES.indexOf('vegetation') * SURFACE_SIZE;
    for (let i = 16 * SURFACE_WIDTH; i < 18 * SURFACE_WIDTH; i++) {
      scene.surfaces[i] = 0; // the scene misses the sky's lowest rows
      scene.surfaces[other + i] = 1;
      scene.surfaces[facade + i] = 0;
    }
    const look = (await Lighting.open(STYLE, 1)).light(scene, day(), NIGHT);
    const sky = meanLuma(look, SKY_ROWS);
    expect(sky).toBeLessThan(0.17); // as the upper third of real nights of a town
    const above = meanLuma(look, [27, 30]); // the town's glow brightens the sky towards the horizon
    expect(meanLuma(look, [32, 35])).toBeLessThan(above + 0.05);
  });

  it('leaves dark the sky that shows through leaves', async () => {
    const scene = street();
    const plane = (name: Surface): number => SURFACES.indexOf(name) * SURFACE_SIZE;
    const isTree = (row: number): boolean => row >= SURFACE_HEIGHT / 4 && row < SURFACE_HEIGHT / 2;
    const [leaves, gap] = [0.2, 0.75];
    const values = day();
    for (let row = 0; row < SURFACE_HEIGHT; row++) {
      if (!isTree(row)) continue;
      for (let i = row * SURFACE_WIDTH; i < (row + 1) * SURFACE_WIDTH; i++) {
        scene.surfaces[plane('facade') + i] = 0;
        scene.surfaces[plane('vegetation') + i] = 1;
      }
    }
    for (let i = 0; i < COUNT; i++) {
      const [x, row] = [i % THUMBNAIL_WIDTH, Math.floor(i / THUMBNAIL_WIDTH)];
      if (isTree(Math.floor(row / 2))) values[i] = x % 16 < 2 && row % 16 < 2 ? gap : leaves;
    }
    const night = new Float32Array(3 * COUNT);
    applyLookInto((await Lighting.open(STYLE, 1)).light(scene, values, NIGHT), values, night);
    const near = 64 * THUMBNAIL_WIDTH; // a row of gaps, where light of the street reaches
    for (let x = 32; x < 224; x += 16) expect(night[near + x]).toBeLessThan(night[near + x + 8]! + 0.02);
  });

  it('presses the sun’s shadows on even ground flat, and keeps paint', async () => {
    const values = day();
    const column = (i: number): number => i % THUMBNAIL_WIDTH;
    const isPaint = (i: number): boolean => column(i) >= 100 && column(i) < 102;
    for (let i = 72 * THUMBNAIL_WIDTH; i < COUNT; i++) {
      values[i] = isPaint(i) ? 0.8 : column(i) < 148 ? 0.5 : 0.3;
    }
    const night = new Float32Array(3 * COUNT);
    applyLookInto((await Lighting.open(STYLE, 1)).light(street({ driving: 1 }), values, NIGHT), values, night);
    const row = 100 * THUMBNAIL_WIDTH;
    const [sun, shadow, paint] = [146, 150, 100].map((x) => night[row + x]!) as [number, number, number];
    expect(sun).toBeGreaterThan(0.15);
    expect(shadow).toBeGreaterThan(0.77 * sun);
    expect(paint).toBeGreaterThan(1.3 * night[row + 108]!);
  });

  it('lights the road of a driving camera, and not that of a fixed one', async () => {
    const lighting = await Lighting.open(STYLE, 1);
    const driving = meanLuma(lighting.light(street({ driving: 1 }), day(), NIGHT), ROAD_ROWS);
    const dark = meanLuma(
      lighting.light(street({ driving: 1 }), day(), { ...NIGHT, dials: { ...DEFAULT_LIGHTING_DIALS, headlights: 0 } }),
      ROAD_ROWS,
    );
    expect(driving).toBeGreaterThan(dark);
  });

  it('darkens the ground nearest a driving camera, and not that before a fixed one', async () => {
    const lighting = await Lighting.open(STYLE, 1);
    const fall = (driving: number): number => {
      const look = lighting.light(street({ driving }), day(), NIGHT);
      return meanLuma(look, [138, 144]) / meanLuma(look, [100, 106]);
    };
    expect(fall(1)).toBeLessThan(0.6 * fall(0));
  });

  it('keeps the own bonnet black, with an edge that is no step', async () => {
    const lighting = await Lighting.open(STYLE, 1);
    const bonnet = new Float32Array(SURFACE_SIZE).fill(1, 60 * SURFACE_WIDTH);
    const lit = lighting.light(street({ driving: 0 }), day(), NIGHT);
    const at = (look: Look): number[] =>
      Array.from({ length: 12 }, (_, i) => meanLuma(look, [108 + 2 * i, 110 + 2 * i]));
    const without = at(lit);
    const shares = at(lighting.light(street({ driving: 0, bonnet }), day(), NIGHT)).map(
      (luma, i) => luma / without[i]!,
    );
    expect(shares[0]).toBeGreaterThan(0.8);
    expect(shares.at(-1)).toBeLessThan(0.15);
    for (let i = 1; i < shares.length; i++) expect(shares[i - 1]! - shares[i]!).toBeLessThan(0.4);
  });

  it('is the day when the sun is high, and dusk between', async () => {
    const lighting = await Lighting.open(STYLE, 1);
    const scene = street({ vehicles: [vehicle] });
    const night = meanLuma(lighting.light(scene, day(), NIGHT), ROAD_ROWS);
    const dusk = meanLuma(lighting.light(scene, day(), { ...NIGHT, hour: -5 }), ROAD_ROWS);
    expect(dusk).toBeGreaterThan(night);
    expect(lighting.light(scene, day(), { ...NIGHT, hour: 20 })).toEqual(identityLook());
  });

  it('keeps black bars black, and lights nothing in them', async () => {
    const bar = 24;
    const film = day();
    film.fill(0.01, 0, bar * THUMBNAIL_WIDTH);
    film.fill(0.01, COUNT - bar * THUMBNAIL_WIDTH, COUNT);
    const inBar = {
      ...vehicle,
      box: { x: 0.4, y: 0.8, width: 0.12, height: 0.15 },
      lamps: [
        { x: 0.42, y: 0.95 },
        { x: 0.5, y: 0.95 },
      ],
    };
    const lighting = await Lighting.open(STYLE, 1);
    const look = lighting.light(street({ driving: 1, vehicles: [vehicle, inBar] as Scene['vehicles'] }), film, NIGHT);
    const night = new Float32Array(3 * COUNT);
    applyLookInto(look, film, night);
    const brightest = (from: number, to: number): number =>
      Math.max(...night.subarray(from * THUMBNAIL_WIDTH, to * THUMBNAIL_WIDTH));
    expect(brightest(0, bar - 4)).toBeLessThan(0.02);
    expect(brightest(THUMBNAIL_HEIGHT - bar + 4, THUMBNAIL_HEIGHT)).toBeLessThan(0.02);
    expect(brightest(bar, THUMBNAIL_HEIGHT - bar)).toBeGreaterThan(0.3);
  });
});

describe('night styles', () => {
  it.each(STYLE_NAMES)('%s is valid', (name) => {
    expect(readNightStyle(name).name).toBe(name);
  });

  it('names the field that is wrong', () => {
    const values = { ...STYLE, sky: { ...STYLE.sky, glow: 7 } };
    expect(() => parseNightStyle(values, 'my.json')).toThrow(/my\.json.*sky\.glow/);
    expect(() => parseNightStyle({ ...STYLE, moon: 1 }, 'my.json')).toThrow(/moon/);
    expect(() => readNightStyle('citty')).toThrow(/citty.*city-led/);
  });
});
