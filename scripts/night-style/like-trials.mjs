// Nights like the photos of real towns: sheets to look at, and blind trials for fresh eyes.
//   node scripts/night-style/like-trials.mjs OUT [--trials 30] [--seed 1] [--model FOLDER] [--towns NAME,NAME,NAME]
// Reads real days and nights (NOCTURNE_FOOTAGE, default ../shared/data). OUT-sheets: each row the photos of a town and the night of one
// day that is like them. OUT/trial-NN.png: one night on top, below it a photo of each of three towns, A, B and C: which one is it like?
// OUT-key.json, beside OUT, holds the answers.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { importSources } from '../import-sources.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const args = process.argv.slice(2);
const option = (name, initial) => (args.includes(name) ? args[args.indexOf(name) + 1] : initial);
const footage = process.env.NOCTURNE_FOOTAGE ?? join(root, '../shared/data');
const frames = join(footage, 'frames');
const out = args[0] === undefined || args[0].startsWith('--') ? undefined : resolve(args[0]);
if (out === undefined) {
  process.stderr.write(
    'usage: like-trials.mjs OUT [--trials 30] [--seed 1] [--model FOLDER] [--towns NAME,NAME,NAME]\n',
  );
  process.exit(2);
}
if (!existsSync(frames)) {
  process.stderr.write(`skipped: no footage at ${frames} (NOCTURNE_FOOTAGE)\n`);
  process.exit(0);
}
/** Towns: the beginning of a frame's name in a folder of nights. */
const TOWNS = {
  bucharest: ['trainB', 'bucharest-dashcam__'],
  singapore: ['trainB', 'sg-lta-cams__'],
  luchko: ['trainB', 'luchko-webphotos__'],
  roadscene: ['testB', 'hannaxu-roadscene__'],
  deepcar: ['testB', 'deepcar-taillight__'],
  amos: ['trainB', 'amos-webcams__'],
  bdd: ['bddB', 'bdd'],
};
const towns = option('--towns', 'bucharest,singapore,roadscene').split(',');
const trials = Number(option('--trials', '30'));
/** Photos of each night. */
const PHOTOS = 3;
const [WIDTH, HEIGHT] = [512, 288];

const api = await importSources({
  './src/infer/open-generator.ts': ['openGenerator'],
  './src/infer/night-like/style-like.ts': ['styleLike'],
  './src/lighting/night-style.ts': ['readNightStyle'],
  './src/lighting/street-lamps.ts': ['townColor'],
  './src/render/wasm-renderer.ts': ['openRenderer'],
  './src/core/controls.ts': ['DEFAULT_CONTROLS'],
  './src/core/random.ts': ['Random'],
  './src/image/image-file.ts': ['readFittedRgb'],
  './src/image/rgb-image.ts': ['frameToRgb', 'rgbToFrame'],
});
await run(api);

async function run(api) {
  const random = new api.Random(Number(option('--seed', '1')));
  const model = option('--model', join(root, 'models/night-style'));
  const generator = await api.openGenerator({ generator: 'lit', style: 'city-led' });
  const renderer = await api.openRenderer({ hasBeam: false });
  const base = api.readNightStyle('city-led');
  const photosOf = (town) => {
    const [set, prefix] = TOWNS[town];
    const names = readdirSync(join(frames, set))
      .filter((name) => name.startsWith(prefix))
      .sort();
    return names.map((name) => join(frames, set, name));
  };
  const days = readdirSync(join(frames, 'testA'))
    .sort()
    .filter((_, i) => i % 9 === 4)
    .map((name) => join(frames, 'testA', name));
  const pick = (items, count) => {
    const rest = [...items];
    return Array.from({ length: count }, () => rest.splice(random.below(rest.length), 1)[0]);
  };
  const styleOf = async (photos) => {
    const read = await api.styleLike({ photos, base, model });
    return read;
  };
  const nightOf = async (day, style) => {
    const { image } = await api.readFittedRgb(day, { width: WIDTH, height: HEIGHT });
    const frame = api.rgbToFrame(image);
    const night = await generator.withNight({ style, seed: 1 });
    const thumbnail = { ...renderer.thumbnail(frame) };
    thumbnail.detail = renderer.detail(frame);
    const look = await night.translate(thumbnail);
    renderer.apply(look, api.DEFAULT_CONTROLS, frame, { seed: 1, sigma: style.grain });
    const rgb = api.frameToRgb(frame);
    frame.close();
    return png(rgb);
  };
  const tile = async (path) => png((await api.readFittedRgb(path, { width: WIDTH, height: HEIGHT })).image);

  mkdirSync(out, { recursive: true });
  mkdirSync(`${out}-sheets`, { recursive: true });
  const sheetDays = pick(days, 3);
  for (const [n, day] of sheetDays.entries()) {
    const cells = [];
    for (const town of towns) {
      const photos = pick(photosOf(town), PHOTOS);
      const { style, traits, notices } = await styleOf(photos);
      const used = traits.map(
        ({ name, value, sureness, isUsed }) =>
          `${name} ${value.toFixed(2)} (${sureness.toFixed(2)}${isUsed ? '' : ' unused'})`,
      );
      console.log(
        `${town}: lamps ${api.townColor(style).map((v) => v.toFixed(2))}, mean luma ${style.exposure.meanLuma.toFixed(3)}; ${used.join('; ')} ${notices.join('; ')}`,
      );
      cells.push([...(await Promise.all(photos.map(tile))), await nightOf(day, style)]);
    }
    await grid(cells, join(`${out}-sheets`, `sheet-${n + 1}.png`), 0.75);
  }
  const key = [];
  for (let t = 0; t < trials; t++) {
    const town = towns[t % towns.length];
    const photos = pick(photosOf(town), PHOTOS);
    const { style } = await styleOf(photos);
    const day = random.pick(days);
    const shown = pick(towns, 3);
    const below = shown.map((name) => (name === town ? photos[0] : random.pick(photosOf(name))));
    const name = `trial-${String(t + 1).padStart(2, '0')}.png`;
    await trial(await nightOf(day, style), await Promise.all(below.map(tile)), join(out, name));
    key.push({
      trial: name,
      answer: 'ABC'[shown.indexOf(town)],
      town,
      photos: photos.map((p) => basename(p)),
      shown: below.map((p) => basename(p)),
      day: basename(day),
    });
  }
  writeFileSync(`${out}-key.json`, JSON.stringify(key, null, 2));
  await generator.close();
  console.log(`${trials} trials in ${out}, answers in ${out}-key.json`);
}

function png({ width, height, data }) {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

async function grid(rows, path, scale) {
  const columns = Math.max(...rows.map((row) => row.length));
  const canvas = sharp({
    create: { width: columns * (WIDTH + 8), height: rows.length * (HEIGHT + 8), channels: 3, background: '#fff' },
  });
  const parts = rows.flatMap((row, y) =>
    row.map((input, x) => ({ input, left: x * (WIDTH + 8), top: y * (HEIGHT + 8) })),
  );
  const whole = await canvas.composite(parts).png().toBuffer();
  await sharp(whole)
    .resize({ width: Math.round(scale * columns * (WIDTH + 8)) })
    .toFile(path);
}

/** The night twice as large, the photos below it. */
async function trial(night, photos, path) {
  const width = 3 * (WIDTH + 8);
  const letters = ['A', 'B', 'C'].map((letter, i) => ({
    input: Buffer.from(
      `<svg width="40" height="40"><rect width="40" height="40" fill="#fff"/><text x="10" y="31" font-size="30" font-family="sans-serif">${letter}</text></svg>`,
    ),
    left: i * (WIDTH + 8),
    top: 2 * HEIGHT + 16,
  }));
  const large = await sharp(night)
    .resize({ width: 2 * WIDTH })
    .toBuffer();
  const parts = [
    { input: large, left: Math.round((width - 2 * WIDTH) / 2), top: 0 },
    ...photos.map((input, i) => ({ input, left: i * (WIDTH + 8), top: 2 * HEIGHT + 16 })),
    ...letters,
  ];
  await sharp({ create: { width, height: 3 * HEIGHT + 16, channels: 3, background: '#fff' } })
    .composite(parts)
    .png()
    .toFile(path);
}
