import type { Color } from '../../src/core/color.js';
import type { Controls } from '../../src/core/controls.js';
import type { Frame } from '../../src/core/frame.js';
import { rangeCodes, rgbToYuv, yuvToRgb } from '../../src/image/color-matrix.js';
import type { Look } from '../../src/look/look.js';
import { LIGHTS_HEIGHT, LIGHTS_WIDTH } from '../../src/look/look.js';
import { GRAIN_SIGMA, grainGain, grainSeed, noiseOffset, noiseTile } from '../../src/render/grain.js';
import { BEAM_TINT, headlightBeam } from '../../src/render/headlight-beam.js';
import { referenceLamps } from './reference-lamps.js';

/** Limits at which coefficients saturate: see docs/apply-kernel.md. */
export const LIMITS = { gain: 32767 / 4096, cross: 16383 / 4096, offset: 32767 / 32 } as const;

const NOISE_BYTES = 65536;
const GRID = { width: 16, height: 9, bins: 8 } as const;
const LAYER = LIGHTS_HEIGHT * LIGHTS_WIDTH;

type Vector = [number, number, number];
/** Rows Y', U', V' of 4 coefficients: of the day's Y, U - 128, V - 128 and 1, in code values. */
type Affine = number[];

/** Applies a look in float64 arithmetic, pixel by pixel. The kernel must equal it within one code value. */
export function renderReference(look: Look, controls: Controls, frame: Frame, seed: number): void {
  const isLightsOnly = controls.view === 'lights';
  const grid = convertGrid(look, frame.color, isLightsOnly ? { ...controls, strength: -1 } : controls);
  const lights = convertLights(look, frame.color, isLightsOnly ? { ...controls, strength: 1 } : controls);
  const cross = coreCross(frame.color);
  const { width, height } = frame;
  const [strideY, strideU, strideV] = frame.strides;
  const { black, luma: span, chroma } = rangeCodes(frame.color.range);
  const dayY = frame.y.slice();
  const dayU = frame.u.slice();
  const dayV = frame.v.slice();
  const dial = isLightsOnly ? 0 : controls.grain * controls.strength;
  const grain = grainOf(frame, seed, grainGain(GRAIN_SIGMA.luma * dial * span), 0);
  const chromaGain = grainGain(GRAIN_SIGMA.chroma * dial * chroma);
  const grainU = grainOf(frame, seed, chromaGain, 1);
  const grainV = grainOf(frame, seed, chromaGain, 2);
  const lampDial = controls.lights * (isLightsOnly ? 1 : controls.strength);
  const lamps = referenceLamps(look.lamps, {
    width,
    height,
    color: frame.color,
    dial: lampDial,
    day: (x, y) => dayY[y * strideY + x]!,
    dayV: (x, y) => dayV[y * strideV + x]!,
  });

  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const day: Vector = [
        dayY[y * strideY + x]!,
        dayU[(y >> 1) * strideU + (x >> 1)]! - 128,
        dayV[(y >> 1) * strideV + (x >> 1)]! - 128,
      ];
      const guide = clamp((day[0] - black) / span, 0, 1);
      const night = affineAt(grid, (x + 0.5) / width, (y + 0.5) / height, guide, 0, day);
      const [core, haloY] = lightsAt(lights, (x + 0.5) / width, (y + 0.5) / height, [0, 1]) as [number, number];
      const light = core * (day[0] + cross[0] * day[1] + cross[1] * day[2]) + haloY;
      frame.y[y * strideY + x] = toByte(lamps.luma(x, y, clamp(night + light + grain(x, y), 0, 255)));
    }
  }
  for (let y = 0; y < height / 2; y++) {
    for (let x = 0; x < width / 2; x++) {
      const at = 2 * y * strideY + 2 * x;
      const mean = (dayY[at]! + dayY[at + 1]! + dayY[at + strideY]! + dayY[at + strideY + 1]!) / 4;
      const day: Vector = [mean, dayU[y * strideU + x]! - 128, dayV[y * strideV + x]! - 128];
      const guide = clamp((mean - black) / span, 0, 1);
      const px = (x + 0.5) / (width / 2);
      const py = (y + 0.5) / (height / 2);
      const [core, haloU, haloV] = lightsAt(lights, px, py, [2, 3, 4]) as Vector;
      const nightU = affineAt(grid, px, py, guide, 4, day) + core * day[1] + haloU;
      const nightV = affineAt(grid, px, py, guide, 8, day) + core * day[2] + haloV;
      frame.u[y * strideU + x] = toByte(lamps.u(x, y, clamp(nightU + grainU(x, 2 * y), 0, 255)));
      frame.v[y * strideV + x] = toByte(lamps.v(x, y, clamp(nightV + grainV(x, 2 * y), 0, 255)));
    }
  }
}

/** Converts every transform to code values, including the dials, and saturates it. Strength -1 means black. */
function convertGrid(look: Look, color: Color, controls: Controls): Affine[] {
  const cells: Affine[] = [];
  const { black } = rangeCodes(color.range);
  for (let cell = 0; cell < GRID.width * GRID.height * GRID.bins; cell++) {
    // four points define an affine map
    const origin = dayToNight(look, cell, color, controls, [black, 0, 0]);
    const y = dayToNight(look, cell, color, controls, [black + 1, 0, 0]);
    const u = dayToNight(look, cell, color, controls, [black, 1, 0]);
    const v = dayToNight(look, cell, color, controls, [black, 0, 1]);
    const affine: Affine = [];
    for (const row of [0, 1, 2] as const) {
      const gains = [y[row] - origin[row], u[row] - origin[row], v[row] - origin[row]];
      gains.forEach((gain, column) => {
        const limit = (row === 0) === (column === 0) ? LIMITS.gain : LIMITS.cross;
        affine.push(clamp(gain, -limit, limit));
      });
      affine.push(clamp(origin[row] - gains[0]! * black, -LIMITS.offset, LIMITS.offset));
    }
    cells.push(affine);
  }
  return cells;
}

/** Applies one transform and the dials to a day's code values, `[Y, U - 128, V - 128]`. Returns code values. */
function dayToNight(look: Look, cell: number, color: Color, controls: Controls, day: Vector): Vector {
  const codes = rangeCodes(color.range);
  if (controls.strength < 0) return [codes.black, 128, 128];
  const unit: Vector = [(day[0] - codes.black) / codes.luma, day[1] / codes.chroma, day[2] / codes.chroma];
  const day709 = times(rgbToYuv('bt709'), times(yuvToRgb(color.matrix), unit));
  const m = look.grid.subarray(cell * 12, cell * 12 + 12);
  const row = (r: number): number =>
    m[r * 4]! * day709[0] + m[r * 4 + 1]! * day709[1] + m[r * 4 + 2]! * day709[2] + m[r * 4 + 3]!;
  const exposed = [row(0), row(1), row(2)].map((value) => value * 2 ** controls.exposure) as Vector;
  const tinted: Vector = [
    exposed[0],
    exposed[1] - 0.18 * controls.warmth * exposed[0],
    exposed[2] + 0.11 * controls.warmth * exposed[0],
  ];
  const blended = tinted.map((value, i) => controls.strength * value + (1 - controls.strength) * day709[i]!) as Vector;
  const out = times(rgbToYuv(color.matrix), times(yuvToRgb('bt709'), blended));
  return [codes.black + codes.luma * out[0], 128 + codes.chroma * out[1], 128 + codes.chroma * out[2]];
}

/** `[72 * 128][5]`: core for luma, halo Y, core for chroma, halo U, halo V; gains, and offsets in code values. */
function convertLights(look: Look, color: Color, controls: Controls): number[][] {
  const codes = rangeCodes(color.range);
  const beam = headlightBeam();
  return Array.from({ length: LAYER }, (_, i) => {
    const pool = beam[i]! * Math.max(0, controls.headlights - 1) * controls.strength;
    const dial = controls.lights * controls.strength;
    const core = Math.max(0, look.lights[i]! * dial + pool);
    const halo709: Vector = [
      look.lights[LAYER + i]! * dial,
      look.lights[2 * LAYER + i]! * dial + BEAM_TINT.u * pool,
      look.lights[3 * LAYER + i]! * dial + BEAM_TINT.v * pool,
    ];
    const halo = times(rgbToYuv(color.matrix), times(yuvToRgb('bt709'), halo709));
    const coreY = Math.min(LIMITS.gain, 0.9 * core);
    const limited = (value: number): number => clamp(value, -LIMITS.offset, LIMITS.offset);
    return [
      coreY,
      limited(halo[0] * codes.luma - coreY * codes.black),
      Math.min(LIMITS.gain, 1.4 * core),
      limited(halo[1] * codes.chroma),
      limited(halo[2] * codes.chroma),
    ];
  });
}

/** Luma that `core` adds per code of U and of V, in units of its luma gain: measured on pure chroma. */
function coreCross(color: Color): [number, number] {
  const codes = rangeCodes(color.range);
  const litLuma = (chroma: Vector): number => {
    const [y, u, v] = times(rgbToYuv('bt709'), times(yuvToRgb(color.matrix), chroma));
    return times(rgbToYuv(color.matrix), times(yuvToRgb('bt709'), [0.9 * y, 1.4 * u, 1.4 * v]))[0];
  };
  const scale = codes.luma / codes.chroma / 0.9;
  return [litLuma([0, 1, 0]) * scale, litLuma([0, 0, 1]) * scale];
}

/** Interpolates one output row of the transforms at (px, py, guide), from 0 to 1, and applies it. */
function affineAt(grid: Affine[], px: number, py: number, guide: number, first: number, day: Vector): number {
  const x = tap(px, GRID.width);
  const y = tap(py, GRID.height);
  const k = Math.min(GRID.bins - 2, Math.floor(guide * (GRID.bins - 1)));
  const share = guide * (GRID.bins - 1) - k;
  const input = [...day, 1];
  let sum = 0;
  for (const [row, weightY] of y) {
    for (const [column, weightX] of x) {
      for (const [bin, weightK] of [[k, 1 - share] as const, [k + 1, share] as const]) {
        const affine = grid[(row * GRID.width + column) * GRID.bins + bin]!;
        for (let i = 0; i < 4; i++) sum += weightY * weightX * weightK * affine[first + i]! * input[i]!;
      }
    }
  }
  return sum;
}

function lightsAt(lights: number[][], px: number, py: number, channels: number[]): number[] {
  return channels.map((channel) => {
    let sum = 0;
    for (const [row, weightY] of tap(py, LIGHTS_HEIGHT)) {
      for (const [column, weightX] of tap(px, LIGHTS_WIDTH)) {
        sum += weightY * weightX * lights[row * LIGHTS_WIDTH + column]![channel]!;
      }
    }
    return sum;
  });
}

/** The two samples at cell centres around a position from 0 to 1, with their weights; clamped at the edges. */
function tap(position: number, cells: number): [[number, number], [number, number]] {
  const at = clamp(position * cells - 0.5, 0, cells - 1);
  const first = Math.min(cells - 2, Math.floor(at));
  return [
    [first, 1 - (at - first)],
    [first + 1, at - first],
  ];
}

function grainOf(frame: Frame, seed: number, gain: number, plane: number): (x: number, row: number) => number {
  const tile = noiseTile(NOISE_BYTES);
  const frameSeed = grainSeed(seed, frame.pts);
  return (x, row) => (tile[noiseOffset(frameSeed, row * 3 + plane, NOISE_BYTES - frame.width - 32) + x]! * gain) / 1024;
}

function times(m: readonly number[], v: Vector): Vector {
  const row = (r: number): number => m[r]! * v[0] + m[r + 1]! * v[1] + m[r + 2]! * v[2];
  return [row(0), row(3), row(6)];
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function toByte(value: number): number {
  return clamp(Math.round(value), 0, 255);
}
