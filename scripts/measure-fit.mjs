// How well a fitted look reproduces a generator's image, and whose edges the full-size result has: the table of docs/look-fitting.md.
//   node scripts/measure-fit.mjs [--sheets FOLDER] [--pairs FOLDER]
// Reads real days (NOCTURNE_FOOTAGE, default ../shared/data; needs ffmpeg for its clips) and paints the street. Their nights, at 256x256
// whatever the day's shape: `curve`, a strong tone curve with a vignette and a cast, and `lit`, the look of our own generator.
// --pairs adds the nights of any generator: NAME.day.png and NAME.night.png of one size, and the full-size day NAME.full.png if it is there.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { importSources } from './import-sources.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const sheets = option('--sheets');
const pairs = option('--pairs');
const footage = process.env.NOCTURNE_FOOTAGE ?? join(root, '../shared/data');
/** Width and height of the generators' images. */
const SIDE = 256;
/** Every so many frames of testA. */
const EVERY = 16;
/** Side of a block whose edges are compared, pixels: within it a night has about one gain. */
const BLOCK = 32;
/** Fits of each pair whose time is measured: the median counts. */
const REPEATS = 5;

const folder = mkdtempSync(join(tmpdir(), 'fit-figures-'));

try {
  const api = await importSources({
    './src/look/fit/create-look-fitter.ts': ['createLookFitter'],
    './src/look/apply-look.ts': ['applyLookInto'],
    './src/look/lamp-list.ts': ['lampsOf'],
    './src/look/look.ts': ['emptyLook', 'copyLookInto'],
    './src/infer/open-generator.ts': ['openGenerator'],
    './src/image/image-file.ts': ['readFrame', 'readRgb', 'readThumbnail'],
    './src/image/thumbnail-reader.ts': ['ThumbnailReader'],
    './src/image/rgb-image.ts': ['imageToYuv', 'yuvToImage'],
  });
  if (sheets) mkdirSync(sheets, { recursive: true });
  const fitter = await api.createLookFitter();
  const generator = await api.openGenerator({ generator: 'lit', style: 'city-led' });
  const details = await api.ThumbnailReader.open('detail');
  const rows = new Map();
  const add = async (kind, name, day, night, full) => {
    const row = await measure(api, fitter, { kind, name, day, night, full });
    rows.set(kind, [...(rows.get(kind) ?? []), row]);
  };
  for (const path of days()) {
    const full = await imageOf(api, path);
    const day = await imageOf(api, path, [SIDE, SIDE]);
    const name = basename(path).replace(/\.\w+$/, '');
    await add('curve', name, day, curve(api, day), full);
    await add('lit', name, day, await lit(api, generator, details, path, day), full);
  }
  await generator.close();
  for (const name of pairs ? readdirSync(pairs).filter((file) => file.endsWith('.day.png')) : []) {
    const path = (part) => join(pairs, name.replace('.day.', `.${part}.`));
    const full = existsSync(path('full')) ? await imageOf(api, path('full')) : undefined;
    const images = [await imageOf(api, path('day')), await imageOf(api, path('night'))];
    await add('pairs', name.replace('.day.png', ''), ...images, full);
  }
  print(rows);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Paths of the days: of testA and one frame of each clip. */
function days() {
  const stills = join(footage, 'frames/testA');
  const clips = join(footage, 'clips');
  if (!existsSync(stills)) console.error(`SKIPPED: no footage at ${footage}; set NOCTURNE_FOOTAGE`);
  const list = (path) => (existsSync(path) ? readdirSync(path).sort() : []);
  const frames = list(stills).filter((_, i) => i % EVERY === 3);
  const videos = list(clips).filter((name) => name.endsWith('.mp4') && !name.startsWith('night'));
  return [...frames.map((name) => join(stills, name)), ...videos.map((name) => stillOf(join(clips, name)))];
}

function stillOf(video) {
  const path = join(folder, `${basename(video, '.mp4')}.png`);
  execFileSync('ffmpeg', ['-v', 'error', '-ss', '2', '-i', video, '-frames:v', '1', '-y', path]);
  return path;
}

async function imageOf(api, path, size) {
  const { width, height } = await sharp(path).metadata();
  const image = await api.readRgb(path, size ?? [width & ~1, height & ~1]);
  return { width: image.width, height: image.height, data: api.imageToYuv(image) };
}

/** What files hold of an image: 8 bits a channel, nothing outside white and black. */
function asImage(api, { width, height, data }) {
  return { width, height, data: api.imageToYuv(api.yuvToImage(data, width, height)) };
}

function applied(api, look, { width, height, data }) {
  const out = new Float32Array(data.length);
  api.applyLookInto(look, data, out, [width, height]);
  return { width, height, data: out };
}

function curve(api, { width, height, data }) {
  const count = width * height;
  const out = new Float32Array(data.length);
  for (let i = 0; i < count; i++) {
    const [x, y] = [(i % width) / width - 0.5, Math.floor(i / width) / height - 0.55];
    const gain = 0.75 * Math.exp(-3 * (x * x + y * y));
    const luma = gain * Math.max(0, data[i]) ** 2.2;
    out[i] = luma;
    out[count + i] = 0.4 * gain * data[count + i] + 0.06 * luma;
    out[2 * count + i] = 0.4 * gain * data[2 * count + i] - 0.03 * luma;
  }
  return asImage(api, { width, height, data: out });
}

async function lit(api, generator, details, path, day) {
  const thumbnail = await api.readThumbnail(path);
  const frame = await api.readFrame(path);
  thumbnail.detail = details.readPlanes(frame);
  frame.close();
  return asImage(api, applied(api, await generator.translate(thumbnail), day));
}

async function measure(api, fitter, { kind, name, day, night, full }) {
  const times = [];
  let look;
  for (let i = 0; i < REPEATS; i++) {
    const before = process.cpuUsage();
    look = fitter.fit(day, night);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  const made = asImage(api, applied(api, look, day));
  const row = {
    psnr: psnr(api, night, made),
    lamps: api.lampsOf(look).length,
    ms: times.sort((a, b) => a - b)[REPEATS >> 1],
  };
  if (full) {
    look = fitter.fit(day, night, { aspect: full.width / full.height });
    const result = applied(api, look, full);
    const enlarged = await enlarge(api, night, full);
    Object.assign(row, { edges: edges(full, result), enlarged: edges(full, enlarged) });
    if (sheets) await sheet(api, join(sheets, `${kind}-${name}.png`), [full, enlarged, result]);
  }
  return row;
}

/** Peak signal-to-noise ratio of sRGB values, dB. */
function psnr(api, a, b) {
  const [x, y] = [a, b].map(({ data, width, height }) => api.yuvToImage(data, width, height).data);
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] - y[i]) ** 2;
  return 10 * Math.log10((255 * 255 * x.length) / Math.max(sum, 1e-9));
}

/** Correlation of luma's gradients within blocks, weighted by their strength: 1 where all edges of the day are edges of the night. */
function edges(day, night) {
  const { width, height } = day;
  let [sum, weight] = [0, 0];
  for (let top = 1; top + BLOCK < height; top += BLOCK) {
    for (let left = 1; left + BLOCK < width; left += BLOCK) {
      let [joint, a, b] = [0, 0, 0];
      for (let y = top; y < top + BLOCK; y++) {
        for (let x = left, i = y * width + left; x < left + BLOCK; x++, i++) {
          for (const step of [1, width]) {
            const p = day.data[i] - day.data[i - step];
            const q = night.data[i] - night.data[i - step];
            joint += p * q;
            a += p * p;
            b += q * q;
          }
        }
      }
      sum += joint;
      weight += Math.sqrt(a * b);
    }
  }
  return sum / weight;
}

async function enlarge(api, image, { width, height }) {
  const { data } = api.yuvToImage(image.data, image.width, image.height);
  const raw = { width: image.width, height: image.height, channels: 3 };
  const large = await sharp(data, { raw }).resize(width, height, { fit: 'fill' }).raw().toBuffer();
  return { width, height, data: api.imageToYuv({ width, height, data: large }) };
}

async function sheet(api, path, images) {
  const { width, height } = images[0];
  const tiles = images.map(({ data }, i) => ({
    input: Buffer.from(api.yuvToImage(data, width, height).data),
    raw: { width, height, channels: 3 },
    left: i * width,
    top: 0,
  }));
  const create = { width: 3 * width, height, channels: 3, background: '#000' };
  await sharp({ create }).composite(tiles).png().toFile(path);
}

function print(rows) {
  const mean = (list, key) => list.reduce((sum, row) => sum + row[key], 0) / list.length;
  console.log(
    '| night | pairs | PSNR mean | least | lamps | edges of the result | of the enlarged night | CPU ms a fit |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const [kind, list] of rows) {
    const numbers = [
      `${mean(list, 'psnr').toFixed(1)} dB`,
      `${Math.min(...list.map(({ psnr }) => psnr)).toFixed(1)} dB`,
      mean(list, 'lamps').toFixed(1),
      ...['edges', 'enlarged'].map((key) =>
        mean(
          list.filter((row) => key in row),
          key,
        ).toFixed(3),
      ),
      mean(list, 'ms').toFixed(1),
    ];
    console.log(`| ${[kind, list.length, ...numbers].join(' | ')} |`);
  }
}
