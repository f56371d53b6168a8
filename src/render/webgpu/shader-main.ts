import { LAMPS } from './shader-lamps.js';
import { PLANES } from './shader-planes.js';
import { SAMPLES } from './shader-samples.js';

/** Columns and rows of pixels that a workgroup renders: 8x8 threads of 8x2 pixels. Lamps are sorted by these tiles. */
export const TILE = { width: 64, height: 16 } as const;

const MAIN = /* wgsl */ `
/** Replaces the bytes of a word whose columns are rendered. @param column of the first byte; @param end of the row. */
fn merged(old: u32, fresh: vec4<u32>, column: i32, first: i32, end: i32) -> u32 {
  var word = old;
  for (var i = 0; i < 4; i++) {
    if (column + i < first || column + i >= end) { continue; }
    let shift = 8u * u32(i);
    word = (word & ~(255u << shift)) | (fresh[i] << shift);
  }
  return word;
}

/** Sums the lamps that reach a block. False without light. */
fn collectLamps(tile: vec2<u32>, x: i32, row: i32, day: vec4<u32>, dayV: u32) -> bool {
  var any = false;
  for (var w = 0u; w < 8u; w++) {
    var mask = lamps[COLUMN_MASKS + tile.x * 8u + w] & lamps[params.rowMasks + tile.y * 8u + w];
    while (mask != 0u) {
      let lamp = w * 32u + firstTrailingBit(mask);
      mask &= mask - 1u;
      let hasGlow = addGlow(lamp, x, row);
      let hasSpot = addSpot(lamp, x, row, day, dayV);
      any = any || hasGlow || hasSpot;
    }
  }
  for (var i = 0u; i < 8u; i++) {
    let column = x + i32(i);
    if (column >= params.fromColumn && column < params.width) { continue; }
    lampLuma[i] = 0;
    lampLuma[i + 8u] = 0;
    lampU[i >> 1u] = 0;
    lampV[i >> 1u] = 0;
  }
  return any;
}

@compute @workgroup_size(8, 8)
fn render(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let tileX = group.x + params.firstTile;
  let x = i32(tileX * 64u + local.x * 8u);
  let bandRow = i32(group.y * 16u + local.y * 2u);
  if (x >= params.width || x + 8 <= params.fromColumn || bandRow >= params.rows) { return; }
  let row = params.firstRow + bandRow;
  let atY = u32(bandRow) * params.strideY + (u32(x) >> 2u);
  let atU = params.startU + (u32(bandRow) >> 1u) * params.strideU + (u32(x) >> 3u);
  let atV = params.startV + (u32(bandRow) >> 1u) * params.strideV + (u32(x) >> 3u);
  let day = vec4<u32>(planes[atY], planes[atY + 1u], planes[atY + params.strideY], planes[atY + params.strideY + 1u]);
  let dayU = planes[atU];
  let dayV = planes[atV];

  var hasLamps = false;
  if (params.lampCount != 0u) {
    hasLamps = collectLamps(vec2<u32>(tileX, u32(row) / 16u), x, row, day, dayV);
  }

  let half = params.width >> 1u;
  let chromaRow = u32(row) >> 1u;
  let rowWord = geometry[params.chromaRows + 2u * chromaRow];
  let lights = lightsRow(geometry[params.chromaRows + 2u * chromaRow + 1u]);
  let noiseU = noiseOf(row * 3 + 1) + (u32(x) >> 1u);
  let noiseV = noiseOf(row * 3 + 2) + (u32(x) >> 1u);
  var nightU: vec4<u32>;
  var nightV: vec4<u32>;
  var cross: vec4<i32>;
  for (var i = 0u; i < 4u; i++) {
    let left = i < 2u;
    let above = select(day.y, day.x, left) >> (16u * (i & 1u));
    let below = select(day.w, day.z, left) >> (16u * (i & 1u));
    let sum = (above & 255u) + ((above >> 8u) & 255u) + (below & 255u) + ((below >> 8u) & 255u);
    let u = byteOf(dayU, i) - 128;
    let v = byteOf(dayV, i) - 128;
    let at = params.chromaColumns + 4u * ((u32(x) >> 1u) + i);
    let column = vec4<u32>(geometry[at], geometry[at + 1u], geometry[at + 2u], geometry[at + 3u]);
    let night = nightChroma(chromaDay(sum, u, v), u, v, column, rowWord, lights);
    nightU[i] = grained(night.x, noiseU + i, params.chromaGrain);
    nightV[i] = grained(night.y, noiseV + i, params.chromaGrain);
    if (hasLamps) {
      let lamp = lampChroma(i);
      nightU[i] = blendChroma(nightU[i], lamp.u, lamp.light);
      nightV[i] = blendChroma(nightV[i], lamp.v, lamp.light);
      if ((params.flags & CROSSES) != 0u) { cross[i] = weighed(12u, lamp.u, lamp.v); }
    }
  }

  for (var r = 0u; r < 2u; r++) {
    let lumaRow = row + i32(r);
    let at = params.lumaRows + 2u * u32(lumaRow);
    let word = geometry[at];
    let lumaLights = lightsRow(geometry[at + 1u]);
    let noiseY = noiseOf(lumaRow * 3) + u32(x);
    var night: array<vec4<u32>, 2>;
    for (var i = 0u; i < 8u; i++) {
      let luma = byteOf(select(select(day.z, day.x, r == 0u), select(day.w, day.y, r == 0u), i >= 4u), i & 3u);
      let chroma = vec2<i32>(byteOf(dayU, i >> 1u) - 128, byteOf(dayV, i >> 1u) - 128);
      let column = vec2<u32>(geometry[2u * (u32(x) + i)], geometry[2u * (u32(x) + i) + 1u]);
      var value = grained(nightLuma(u32(luma), chroma, column, word, lumaLights), noiseY + i, params.lumaGrain);
      if (hasLamps) { value = blendLuma(value, sat(lampLuma[i + 8u * r] + cross[i >> 1u])); }
      night[i >> 2u][i & 3u] = value;
    }
    let out = atY + r * params.strideY;
    planes[out] = merged(select(day.z, day.x, r == 0u), night[0], x, params.fromColumn, params.width);
    planes[out + 1u] = merged(select(day.w, day.y, r == 0u), night[1], x + 4, params.fromColumn, params.width);
  }
  planes[atU] = merged(dayU, nightU, x >> 1u, params.fromColumn >> 1u, half);
  planes[atV] = merged(dayV, nightV, x >> 1u, params.fromColumn >> 1u, half);
}
`;

/** The compute shader that renders a band of rows in place: its entry point is `render`. */
export const APPLY_SHADER = [SAMPLES, PLANES, LAMPS, MAIN].join('\n');
