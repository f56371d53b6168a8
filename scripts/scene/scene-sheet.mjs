// A sheet of what a scene network reads: rows of day, surfaces in colours, vehicles with their facing and lamps.
import sharp from 'sharp';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../dist/image/thumbnail.js';
import { SURFACE_WIDTH, SURFACE_HEIGHT, SURFACES } from '../../dist/scene/scene.js';
import { MIN_VEHICLE_SCORE } from '../../dist/scene/vehicle-tracker.js';
import { surestAt } from './measure-scenes.mjs';

/** R, G, B of each surface. */
const COLORS = {
  ...{ sky: [110, 170, 255], road: [110, 90, 140], ground: [205, 140, 200], facade: [170, 110, 70] },
  ...{ window: [255, 200, 90], vegetation: [50, 150, 50], vehicle: [235, 40, 40], person: [0, 230, 230] },
  ...{
    pole: [255, 255, 0],
    lampHead: [255, 255, 255],
    signal: [0, 255, 120],
    sign: [255, 130, 0],
    wall: [190, 190, 140],
  },
};
const FACING_COLORS = { front: [255, 245, 150], rear: [255, 40, 40], side: [80, 160, 255] };
const GAP = 4;
const SURFACE_SHARE = 0.65;

const isSure = ({ score }) => score >= MIN_VEHICLE_SCORE;

/** Writes the sheet, one row a frame. */
export async function writeSheet(path, reader, frames) {
  const [width, height] = [DETAIL_WIDTH, DETAIL_HEIGHT];
  const composite = [];
  for (const [row, { rgb, detail }] of frames.entries()) {
    const { surfaces, vehicles } = await reader.read(detail, { isStill: true });
    const tiles = [
      Buffer.from(rgb.data),
      surfaceTile(rgb.data, surfaces),
      vehicleTile(rgb.data, vehicles.filter(isSure)),
    ];
    for (const [column, input] of tiles.entries()) {
      const [left, top] = [column * (width + GAP), row * (height + GAP)];
      composite.push({ input, raw: { width, height, channels: 3 }, left, top });
    }
  }
  const size = { width: 3 * width + 2 * GAP, height: frames.length * (height + GAP) - GAP };
  const sheet = sharp({ create: { ...size, channels: 3, background: '#444' } }).composite(composite);
  const flat = await sheet.png().toBuffer(); // composed before it is resized
  await sharp(flat).resize({ width: 1140 }).png({ palette: true, colours: 256, effort: 9 }).toFile(path);
}

function surfaceTile(rgb, surfaces) {
  const tile = Buffer.alloc(rgb.length);
  for (let y = 0, i = 0; y < DETAIL_HEIGHT; y++) {
    const row = Math.floor((y * SURFACE_HEIGHT) / DETAIL_HEIGHT) * SURFACE_WIDTH;
    for (let x = 0; x < DETAIL_WIDTH; x++, i += 3) {
      const color = COLORS[SURFACES[surestAt(surfaces, row + Math.floor((x * SURFACE_WIDTH) / DETAIL_WIDTH))]];
      const grey = (rgb[i] + rgb[i + 1] + rgb[i + 2]) / 3;
      for (let c = 0; c < 3; c++) tile[i + c] = SURFACE_SHARE * color[c] + (1 - SURFACE_SHARE) * grey;
    }
  }
  return tile;
}

function vehicleTile(rgb, vehicles) {
  const tile = Buffer.from(rgb.map((value) => 0.55 * value));
  const fill = (x0, y0, x1, y1, color) => {
    for (let y = Math.max(0, Math.round(y0)); y < Math.min(DETAIL_HEIGHT, Math.round(y1)); y++) {
      for (let x = Math.max(0, Math.round(x0)); x < Math.min(DETAIL_WIDTH, Math.round(x1)); x++) {
        tile.set(color, 3 * (y * DETAIL_WIDTH + x));
      }
    }
  };
  for (const { box, facing, lamps } of vehicles.toReversed()) {
    const [x0, y0] = [box.x * DETAIL_WIDTH, box.y * DETAIL_HEIGHT];
    const [x1, y1] = [x0 + box.width * DETAIL_WIDTH, y0 + box.height * DETAIL_HEIGHT];
    const color = FACING_COLORS[facing];
    for (const [a, b, c, d] of [
      [x0, y0, x1, y0 + 1],
      [x0, y1 - 1, x1, y1],
      [x0, y0, x0 + 1, y1],
      [x1 - 1, y0, x1, y1],
    ]) {
      fill(a, b, c, d, color);
    }
    for (const { x, y } of lamps) {
      const [cx, cy] = [x * DETAIL_WIDTH, y * DETAIL_HEIGHT];
      fill(cx - 2, cy - 2, cx + 2, cy + 2, [255, 255, 255]);
      fill(cx - 1, cy - 1, cx + 1, cy + 1, color);
    }
  }
  return tile;
}
