// A blind sheet: nights of the product and real ones, shuffled and numbered, for people who know neither.
//   node scripts/blind-sheet.mjs OUT DAYS NIGHTS [--generator NAME|FILE] [--count 20] [--seed 1]
// Writes OUT/1.png, OUT/2.png (half of the pictures each) and OUT/key.json, which says what is what: keep it from the reviewers.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { Random } from '../dist/core/random.js';
import { render } from '../dist/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    generator: { type: 'string', default: 'auto' },
    count: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});
const { generator } = values;
const count = Number(values.count);
const random = new Random(Number(values.seed));
const [out, days, nights] = positionals;
if (!out || !days || !nights) {
  console.error('usage: node scripts/blind-sheet.mjs OUT DAYS NIGHTS [--generator NAME|FILE] [--count 20] [--seed 1]');
  process.exit(2);
}

const WIDTH = 448;
const HEIGHT = 252;
const COLUMNS = 4;
const GAP = 8;
const LABEL = 28;

const folder = mkdtempSync(join(tmpdir(), 'nocturne-blind-'));
try {
  mkdirSync(out, { recursive: true });
  const day = join(folder, 'day');
  const night = join(folder, 'night');
  mkdirSync(day);
  for (const name of draw(readdirSync(days), count)) symlinkSync(resolve(days, name), join(day, name));
  await render(day, night, { generator });
  const made = readdirSync(night).map((name) => ({ path: join(night, name), name: parse(name).name, isMade: true }));
  const real = draw(readdirSync(nights), count).map((name) => ({ path: join(nights, name), name, isMade: false }));
  const shown = draw([...made, ...real], made.length + real.length);
  const half = Math.ceil(shown.length / 2);
  await writeSheet(join(out, '1.png'), shown.slice(0, half), 1);
  await writeSheet(join(out, '2.png'), shown.slice(half), half + 1);
  const key = shown.map(({ name, isMade }, i) => ({ number: i + 1, name, isMade }));
  writeFileSync(join(out, 'key.json'), `${JSON.stringify(key, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Some of a list, in random order. */
function draw(list, some) {
  const rest = [...list].sort();
  return Array.from({ length: Math.min(some, rest.length) }, () => rest.splice(random.below(rest.length), 1)[0]);
}

async function writeSheet(path, pictures, first) {
  const rows = Math.ceil(pictures.length / COLUMNS);
  const tiles = [];
  for (const [i, picture] of pictures.entries()) {
    const left = (i % COLUMNS) * (WIDTH + GAP);
    const top = Math.floor(i / COLUMNS) * (HEIGHT + LABEL + GAP);
    const label = `<svg width="${WIDTH}" height="${LABEL}"><text x="4" y="21" font-size="20" fill="#fff">${first + i}</text></svg>`;
    tiles.push({ input: Buffer.from(label), left, top });
    // The same size and compression for all: neither tells what is real.
    const jpeg = await sharp(picture.path).resize(WIDTH, HEIGHT, { fit: 'cover' }).jpeg({ quality: 85 }).toBuffer();
    tiles.push({ input: jpeg, left, top: top + LABEL });
  }
  const [width, height] = [COLUMNS * (WIDTH + GAP), rows * (HEIGHT + LABEL + GAP)];
  await sharp({ create: { width, height, channels: 3, background: '#222' } })
    .composite(tiles)
    .png()
    .toFile(path);
}
