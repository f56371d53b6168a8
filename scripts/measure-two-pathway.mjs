// What local pathways are worth: two runs of `nocturne train --recipe two-pathway`, one with fusion=max and one with fusion=none, on the pairs
// that both held back: the table of docs/training-two-pathway.md.
//   node scripts/measure-two-pathway.mjs RUN_MAX RUN_NONE DATA [--sheet FILE]
// DATA is what both were trained on: a folder of pairs, or `synth`. Differences are paired; intervals are of 95 % over resampled pairs.
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { importSources } from './import-sources.mjs';

const [maxRun, noneRun, data] = process.argv.slice(2);
const sheet = process.argv.includes('--sheet') ? process.argv[process.argv.indexOf('--sheet') + 1] : undefined;
const RESAMPLES = 1000;
const SEED = 1;
const [WIDTH, HEIGHT] = [256, 144];

const api = await importSources({
  './src/train/two-pathway/train-two-pathway.ts': ['loadPairs'],
  './src/train/two-pathway/two-pathway-options.ts': ['twoPathwayOptions'],
  './src/train/two-pathway/pair-validation.ts': ['measurePair', 'writePairSheet'],
  './src/train/two-pathway/street-pair.ts': ['writeRegions', 'writeSigned'],
  './src/train/checkpoint.ts': ['readCheckpoint'],
  './src/train/backends/open-backend.ts': ['openBackend'],
  './src/train/models/trainable-network.ts': ['TrainableNetwork'],
  './src/train/models/two-pathway.ts': ['generatorOptions'],
  './src/train/networks/two-pathway-generator.ts': ['twoPathwayGenerator'],
  './src/core/random.ts': ['Random'],
  './src/image/resize-planes.ts': ['PlaneResizer'],
  './src/evaluate/bootstrap.ts': ['estimate', 'estimateMean'],
  './src/evaluate/lights-distance.ts': ['lightsByNumber', 'lightsSet', 'meanOf'],
});
await api.openBackend('auto', (line) => console.error(line));
const translators = { max: await openRun(api, maxRun), none: await openRun(api, noneRun) };
const { options } = translators.max;
const { real, painted } = await api.loadPairs(data === 'synth' ? 'synth' : { root: data }, options);
for (const [kind, pairs] of [
  ['pairs of files', real.validation],
  ['painted', painted.validation],
]) {
  if (pairs.length > 1) await report(api, kind, pairs, translators);
}
if (sheet) {
  const pairs = [...real.validation.slice(0, 6), ...painted.validation.slice(0, 6)];
  await api.writePairSheet(sheet, options.steps, { pairs, size: options, translate: translators.max.translate });
}

/** The best weights of a run, ready to translate pairs. */
async function openRun(api, run) {
  const { header, arrays } = await api.readCheckpoint(join(run, 'best.ckpt'));
  const options = api.twoPathwayOptions(header.options);
  const { width, height, beta1, beta2 } = options;
  const network = new api.TrainableNetwork(api.twoPathwayGenerator(api.generatorOptions(options)), {
    ...{ input: [height, width, 7], adam: { beta1, beta2 }, random: new api.Random(1) },
  });
  network.start(arrays);
  const translate = async (day, regions) => {
    const night = tf.tidy(() => {
      const input = [tf.tensor4d(day, [1, height, width, 3]), tf.tensor4d(regions, [1, height, width, 4])];
      return network.run(tf.concat(input, -1)).image;
    });
    const values = Float32Array.from(await night.data());
    night.dispose();
    return values;
  };
  return { options, translate };
}

async function report(api, kind, pairs, { max, none }) {
  const [a, b] = [[], []];
  for (const pair of pairs) {
    a.push(await api.measurePair(pair, max.options, max.translate));
    b.push(await api.measurePair(pair, none.options, none.translate));
  }
  const mean = (rows, name) => rows.reduce((sum, row) => sum + row[name], 0) / rows.length;
  console.log(`${kind}: ${pairs.length} held-back pairs`);
  for (const name of ['regions', 'elsewhere', 'all']) {
    const difference = api.estimateMean(
      a.map((row, i) => row[name] - b[i][name]),
      { resamples: RESAMPLES, seed: SEED },
    );
    console.log(
      `  L1 ${name.padEnd(10)} max ${mean(a, name).toFixed(4)}  none ${mean(b, name).toFixed(4)}  max - none ${text(difference)}`,
    );
  }
  const real = api.lightsSet(await lightsOf(api, pairs, max.options));
  const sets = await Promise.all(
    [max, none].map(async (run) => api.lightsSet(await lightsOf(api, pairs, run.options, run.translate))),
  );
  const distances = (counts) => sets.map((set) => api.meanOf(api.lightsByNumber(set, real, counts, counts)));
  const [made, alone] = distances();
  const random = new api.Random(SEED);
  const resampled = Array.from({ length: RESAMPLES }, () => {
    const counts = new Uint16Array(pairs.length);
    for (let i = 0; i < pairs.length; i++) counts[random.below(pairs.length)]++;
    const [x, y] = distances(counts);
    return x - y;
  });
  const difference = api.estimate(made - alone, resampled);
  console.log(`  lights in regions max ${made.toFixed(3)}  none ${alone.toFixed(3)}  max - none ${text(difference)}`);
}

function text({ mean, ci: [low, high] }) {
  return `${mean.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
}

/** Thumbnails of the real nights, whose key regions are those that a run made: what differs are the lights there. */
async function lightsOf(api, pairs, { width, height }, translate) {
  const resizer = new api.PlaneResizer({ width, height }, { width: WIDTH, height: HEIGHT });
  const images = [];
  for (const pair of pairs) {
    const unpacked = (codes, write) => {
      const out = new Float32Array(codes.length);
      write(codes, width, { out, start: 0, isFlipped: false });
      return out;
    };
    const regions = unpacked(pair.regions, api.writeRegions);
    const night = unpacked(pair.night, api.writeSigned);
    const made = translate ? await translate(unpacked(pair.day, api.writeSigned), regions) : night;
    const planes = new Float32Array(3 * width * height);
    for (let i = 0; i < width * height; i++) {
      const share = Math.max(...regions.subarray(4 * i, 4 * i + 4));
      for (let c = 0; c < 3; c++) {
        const value = share * made[3 * i + c] + (1 - share) * night[3 * i + c];
        planes[c * width * height + i] = value / 2 + (c === 0 ? 0.5 : 0);
      }
    }
    const image = new Float32Array(3 * WIDTH * HEIGHT);
    resizer.resizeAllInto(planes, image);
    images.push(image);
  }
  return images;
}
