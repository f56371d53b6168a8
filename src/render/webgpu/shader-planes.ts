/** WGSL: night luma and night chroma of one sample each, from the converted look. As `rows.ts` and `samples.ts` of the kernel. */
export const PLANES = /* wgsl */ `
// Words of the converted look: sums of four codes, tables, lights and their lit rows, curves.
const SUMS = 0u;
const TABLES = 4084u;
const TABLE_WORDS = 4u;
const CELL_WORDS = 48u;
const LIGHTS = 10996u;
const LIGHTS_ROW_WORDS = 340u;
const CHANNEL = 136u;
const LIT_ROWS = 35476u;
const CURVES = 35496u;
const CURVE_WORDS = 128u;
const CURVES_WORDS = 18432u;
const GRID_WIDTH = 16u;
const LAST_GRID_ROW = 8u;
const LAST_LIGHTS_ROW = 71u;

/** A row of the lights: its first row and the weight of the next one, 15 fraction bits. */
struct LightsRow { first: u32, second: i32, isLit: bool }

fn isLitRow(row: u32) -> bool { return ((look[LIT_ROWS + (row >> 2u)] >> (8u * (row & 3u))) & 255u) != 0u; }

fn lightsRow(word: u32) -> LightsRow {
  let first = word & 0xffffu;
  let second = high(word);
  if ((params.flags & LIT) == 0u) { return LightsRow(first, second, false); }
  return LightsRow(first, second, isLitRow(first) || (second != 0 && isLitRow(min(first + 1u, LAST_LIGHTS_ROW))));
}

/** One channel of the lights between two rows, at one sample. */
fn lightSample(row: LightsRow, index: u32) -> i32 {
  let above = short(LIGHTS + row.first * LIGHTS_ROW_WORDS, index);
  if (row.second == 0) { return above; }
  return between(above, short(LIGHTS + (row.first + 1u) * LIGHTS_ROW_WORDS, index), row.second);
}

/** One channel of the lights at a column, 14 more fraction bits. */
fn lightAt(row: LightsRow, channel: u32, column: u32) -> i32 {
  let index = channel * CHANNEL + (column & 0xffffu);
  let second = high(column);
  return lightSample(row, index) * (16384 - second) + lightSample(row, index + 1u) * second;
}

/** A core with 26 fraction bits as a gain with 12. */
fn gainOf(core: i32) -> i32 { return (core + 8192) >> 14u; }

/** Luma that a cell gives a code, 3 fraction bits. */
fn cellLuma(cell: u32, luma: u32, chroma: vec2<i32>) -> i32 {
  let at = CURVES + cell * CURVE_WORDS;
  let value = short(at, luma);
  if ((params.flags & MIXES) == 0u) { return value; }
  let cross = short(at + CURVES_WORDS, luma) * chroma.x + short(at + 2u * CURVES_WORDS, luma) * chroma.y;
  return sat(value + sat((cross + 256) >> 9u));
}

/** Night of a pixel: code with 4 fraction bits and half a code. @param x,row words of its column and row in the geometry. */
fn nightLuma(day: u32, chroma: vec2<i32>, x: vec2<u32>, row: u32, lights: LightsRow) -> i32 {
  let cell = (row & 0xffffu) * GRID_WIDTH + (x.x & 0xffffu);
  let right = high(x.x);
  let below = high(row);
  let a = cellLuma(cell, day, chroma) * (16384 - right) + cellLuma(cell + 1u, day, chroma) * right;
  let c = cellLuma(cell + GRID_WIDTH, day, chroma) * (16384 - right) + cellLuma(cell + GRID_WIDTH + 1u, day, chroma) * right;
  let sum = sat((a + 8192) >> 14u) * (16384 - below) + sat((c + 8192) >> 14u) * below;
  let night = (sum + 69632) >> 13u;
  if (!lights.isLit) { return night; }
  let core = gainOf(lightAt(lights, 0u, x.y));
  let lit = (i32(day) << 6u) + ((chroma.x * params.litCrossU + chroma.y * params.litCrossV) >> 9u);
  return night + ((lightAt(lights, 1u, x.y) + 16384 + ((core * lit) << 1u)) >> 15u);
}

/** What a chroma sample's transforms see: its bin, weights of the bins, and luma, U and V times these. Pairs: lower bin, upper bin. */
struct ChromaDay { bin: u32, one: vec2<i32>, luma: vec2<i32>, u: vec2<i32>, v: vec2<i32> }

fn chromaDay(sum: u32, u: i32, v: i32) -> ChromaDay {
  let at = SUMS + 4u * sum;
  let one = vec2<i32>(low(look[at + 1u]), high(look[at + 1u]));
  let luma = vec2<i32>(low(look[at + 2u]), high(look[at + 2u]));
  let pairU = vec2<i32>(q15(one.x, u << 8u), q15(one.y, u << 8u));
  let pairV = vec2<i32>(q15(one.x, v << 8u), q15(one.y, v << 8u));
  return ChromaDay((look[at] & 255u) >> 1u, one, luma, pairU, pairV);
}

/** Both bins of a coefficient. */
fn bins(table: u32, bin: u32) -> vec2<i32> {
  let word = look[table + (bin >> 1u)];
  if ((bin & 1u) == 0u) { return vec2<i32>(low(word), high(word)); }
  return vec2<i32>(high(word), low(look[table + (bin >> 1u) + 1u]));
}

/** A coefficient between two rows of cells times a pair. */
fn term(above: u32, below: u32, bin: u32, second: i32, pair: vec2<i32>) -> i32 {
  let a = bins(above, bin);
  let b = bins(below, bin);
  return between(a.x, b.x, second) * pair.x + between(a.y, b.y, second) * pair.y;
}

/** The transform of one column of cells, 19 fraction bits, for U and V. */
fn affine(cellAbove: u32, cellBelow: u32, second: i32, day: ChromaDay) -> vec2<f32> {
  let aU = TABLES + cellAbove * CELL_WORDS + 16u;
  let bU = TABLES + cellBelow * CELL_WORDS + 16u;
  let aV = aU + 16u;
  let bV = bU + 16u;
  var u = term(aU + 12u, bU + 12u, day.bin, second, day.one) + term(aU + 4u, bU + 4u, day.bin, second, day.u);
  var v = term(aV + 12u, bV + 12u, day.bin, second, day.one) + term(aV + 8u, bV + 8u, day.bin, second, day.v);
  if ((params.flags & (FROM_LUMA | CROSSED)) != 0u) {
    u += term(aU, bU, day.bin, second, day.luma) + term(aU + 8u, bU + 8u, day.bin, second, day.v);
    v += term(aV, bV, day.bin, second, day.luma) + term(aV + 4u, bV + 4u, day.bin, second, day.u);
  }
  return vec2<f32>(vec2<i32>(u, v));
}

/** Night of a chroma sample, both planes: codes with 4 fraction bits and half a code. @param x,row as for {@link nightLuma}. */
fn nightChroma(day: ChromaDay, u: i32, v: i32, x: vec4<u32>, row: u32, lights: LightsRow) -> vec2<i32> {
  let above = (row & 0xffffu) * GRID_WIDTH + x.x;
  let below = min((row & 0xffffu) + 1u, LAST_GRID_ROW) * GRID_WIDTH + x.x;
  let second = high(row);
  var night = affine(above, below, second, day) * bitcast<f32>(x.z);
  night += affine(above + 1u, below + 1u, second, day) * bitcast<f32>(x.w);
  if (lights.isLit) {
    let core = gainOf(lightAt(lights, 2u, x.y));
    let light = vec2<i32>(lightAt(lights, 3u, x.y) + core * (u << 7u), lightAt(lights, 4u, x.y) + core * (v << 7u));
    night += vec2<f32>(light) * (1.0 / 32768.0);
  }
  return vec2<i32>(round(night + 8.0));
}
`;
