// Contact sheet of day | night pairs, from images and video files: shows what a generator does.
//   node scripts/look-sheet.mjs OUT.png [--generator NAME|FILE] [--style NAME|FILE] [--columns N] [--layers] FILE...
// Takes the frames at 20, 50 and 80 % of a video (needs ffmpeg and ffprobe). --layers adds the lights layer as a third image.
// Applies the look of each image's 256x144 thumbnail (and 448x256 detail, for a generator that reads it) at 512x288, without grain. Prints luma statistics of each image.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { importSources } from './import-sources.mjs';

const args = process.argv.slice(2);
const option = (name, fallback) => {
  const at = args.indexOf(name);
  return at < 0 ? fallback : args.splice(at, 2)[1];
};
const generatorName = option('--generator', 'grade');
const style = option('--style', 'city-led');
const columns = Number(option('--columns', '3'));
const layers = args.includes('--layers') && args.splice(args.indexOf('--layers'), 1).length > 0;
const [out, ...inputs] = args;
if (!out || inputs.length === 0) {
  console.error(
    'usage: node scripts/look-sheet.mjs OUT.png [--generator NAME|FILE] [--style NAME|FILE] [--columns N] [--layers] FILE...',
  );
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'look-sheet-'));

const WIDTH = 512;
const HEIGHT = 288;
/** Gap between pairs, pixels. */
const GAP = 6;

try {
  const api = await importSources({
    './src/infer/open-generator.ts': ['openGenerator'],
    './src/look/apply-look.ts': ['applyLookInto'],
    './src/image/image-file.ts': ['readFrame', 'readRgb', 'readThumbnail'],
    './src/image/thumbnail-reader.ts': ['ThumbnailReader'],
    './src/image/rgb-image.ts': ['imageToYuv', 'yuvToImage'],
  });
  const generator = await api.openGenerator({ generator: generatorName, style });
  const details = await api.ThumbnailReader.open('detail');
  const tiles = [];
  for (const path of inputs.flatMap((input) =>
    /\.(mp4|mkv|mov|webm|avi|ts)$/i.test(input) ? stills(input) : [input],
  )) {
    tiles.push(await tile(api, generator, details, path));
  }
  await generator.close();
  const imagesPerTile = layers ? 3 : 2;
  const rows = Math.ceil(tiles.length / columns);
  await sharp({
    create: {
      width: columns * (imagesPerTile * WIDTH + GAP),
      height: rows * (HEIGHT + GAP),
      channels: 3,
      background: '#444',
    },
  })
    .composite(
      tiles.flatMap((images, i) =>
        images.map((image, k) => ({
          input: image.data,
          raw: { width: WIDTH, height: HEIGHT, channels: 3 },
          left: (i % columns) * (imagesPerTile * WIDTH + GAP) + k * WIDTH,
          top: Math.floor(i / columns) * (HEIGHT + GAP),
        })),
      ),
    )
    .png()
    .toFile(out);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Three frames of a video as PNG files. */
function stills(video) {
  const probe = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', video];
  const duration = Number(execFileSync('ffprobe', probe, { encoding: 'utf8' }));
  return [0.2, 0.5, 0.8].map((share) => {
    const path = join(folder, `${basename(video)}-${share}.png`);
    execFileSync('ffmpeg', ['-v', 'error', '-ss', `${duration * share}`, '-i', video, '-frames:v', '1', '-y', path]);
    return path;
  });
}

async function tile(api, generator, details, path) {
  const day = await api.readRgb(path, [WIDTH, HEIGHT]);
  const thumbnail = await api.readThumbnail(path);
  if (generator.wantsDetail) {
    const frame = await api.readFrame(path);
    thumbnail.detail = details.readPlanes(frame);
    frame.close();
  }
  const look = await generator.translate(thumbnail);
  const yuv = api.imageToYuv(day);
  const night = new Float32Array(yuv.length);
  api.applyLookInto(look, yuv, night, [WIDTH, HEIGHT]);
  const nightImage = api.yuvToImage(night, WIDTH, HEIGHT);
  print(path, api.imageToYuv(day), api.imageToYuv(nightImage));
  const images = [day, nightImage];
  if (layers) {
    const lights = { grid: new Float32Array(look.grid.length), lights: look.lights, lamps: look.lamps };
    api.applyLookInto(lights, yuv, night, [WIDTH, HEIGHT]);
    images.push(api.yuvToImage(night, WIDTH, HEIGHT));
  }
  return images;
}

function print(path, day, night) {
  const count = WIDTH * HEIGHT;
  const of = (yuv) => {
    const luma = yuv.slice(0, count);
    const mean = luma.reduce((a, b) => a + b, 0) / count;
    const spread = Math.sqrt(luma.reduce((a, b) => a + (b - mean) ** 2, 0) / count);
    const black = luma.subarray(0, count / 3).reduce((a, b) => a + (b < 0.12 ? 1 : 0), 0) / (count / 3);
    return [mean, spread, luma.sort()[Math.floor(0.99 * count)], black].map((v) => v.toFixed(3)).join(' ');
  };
  console.log(`${basename(path).padEnd(48)} mean spread p99 black | day ${of(day)} | night ${of(night)}`);
}
