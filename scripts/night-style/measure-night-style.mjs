// How well held-back styles are recovered from their nights: the night-style network beside plain statistics of the photos.
//   node scripts/night-style/measure-night-style.mjs RUN [CHECKPOINT]
// RUN is a folder of `nocturne train --recipe night-style`: its nights.bin holds the rendered nights, its best checkpoint the network.
// Plain statistics: means and percentiles of luma and chroma of the whole photo, of its thirds and of its brightest places, to traits by
// ridge regression (the weight by cross-validation) and by the nearest of the trained styles.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [run, checkpointPath = join(run ?? '', 'best.ckpt')] = process.argv.slice(2);
if (run === undefined || !existsSync(join(run, 'nights.bin'))) {
  process.stderr.write('usage: measure-night-style.mjs RUN [CHECKPOINT]; RUN must hold nights.bin\n');
  process.exit(2);
}
const folder = join(root, `node_modules/.cache/night-style-${process.pid}`);
mkdirSync(folder, { recursive: true });
const bundle = join(folder, 'measure.mjs');
await build({
  stdin: {
    contents: `export { openBackend } from './src/train/backends/open-backend.ts';
      export { readCheckpoint } from './src/train/checkpoint.ts';
      export { traitScales } from './src/train/night-style/night-batches.ts';
      export { nightSetKey } from './src/train/night-style/night-set.ts';
      export { readNightSets } from './src/train/night-style/night-set-file.ts';
      export { networkOf } from './src/train/night-style/night-style-model.ts';
      export { nightStyleOptions } from './src/train/night-style/night-style-options.ts';
      export { measurePredictions, predictSets } from './src/train/night-style/night-style-validation.ts';
      export { STYLE_TRAITS } from './src/lighting/style-traits.ts';
      export { PATCH_COUNT, PATCH_SIDE } from './src/infer/night-like/photo-patches.ts';`,
    resolveDir: root,
  },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  outfile: bundle,
  logLevel: 'error',
});

try {
  const api = await import(bundle);
  await measure(api);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(api) {
  const path = join(run, 'nights.bin');
  const bytes = readFileSync(path);
  const { key } = JSON.parse(bytes.subarray(0, bytes.indexOf(0x0a)).toString());
  const { train, validation } = await api.readNightSets(path, key);
  const scales = api.traitScales(train);
  for (const photos of [1, 2, 3]) {
    const cut = ({ styled, real }) => ({
      styled: styled.map((set) => ({ ...set, photos: set.photos.slice(0, photos) })),
      real,
    });
    if (!train.styled.some((set) => set.photos.length >= photos)) break;
    const [own, held] = [cut(train), cut(validation)];
    const features = own.styled.map((set) => statisticsOf(set, api));
    const heldFeatures = held.styled.map((set) => statisticsOf(set, api));
    const targets = own.styled.map(({ traits }) =>
      traits.map((value, k) => (value - scales[k].mean) / scales[k].deviation),
    );
    const rows = {
      mean: held.styled.map(() => scales.map(() => 0)),
      nearest: nearest(features, targets, heldFeatures),
      ridge: ridge(features, targets, heldFeatures),
    };
    if (existsSync(checkpointPath)) {
      const backend = await api.openBackend('auto');
      const { header, arrays } = await api.readCheckpoint(checkpointPath);
      const network = api.networkOf(api.nightStyleOptions(header.options));
      rows.network = await api.predictSets(network, arrays, [...held.styled, ...held.real], scales);
      await backend.close?.();
    }
    console.log(`\n${photos} photo(s), ${held.styled.length} held-back styles, ${own.styled.length} trained on`);
    for (const [name, predictions] of Object.entries(rows)) {
      const m = api.measurePredictions(
        { styled: held.styled, real: name === 'network' ? held.real : [] },
        predictions.map((p) => Float32Array.from(p)),
        scales,
      );
      const explained = m.explained.map((value, k) => `${api.STYLE_TRAITS[k].name} ${value.toFixed(2)}`).join('; ');
      console.log(
        `${name.padEnd(8)} colour ${m.colorMedian.toFixed(3)} p90 ${m.colorP90.toFixed(3)}  exposure ${m.exposureMedian.toFixed(2)} p90 ` +
          `${m.exposureP90.toFixed(2)}  squared error ${(-m.score).toFixed(3)}${name === 'network' ? `  night ${m.night.toFixed(3)}` : ''}\n           ${explained}`,
      );
    }
  }
}

/** Statistics of a set's photos, the mean over them. */
function statisticsOf({ photos }, { PATCH_SIDE }) {
  const size = PATCH_SIDE * PATCH_SIDE;
  const each = photos.map((photo) => {
    const at = (patch, i, c) => photo[(patch * size + i) * 4 + c] / 255;
    const values = [];
    const luma = Array.from({ length: size }, (_, i) => at(0, i, 0)).sort((a, b) => a - b);
    for (const share of [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]) values.push(luma[Math.floor(share * size)]);
    for (const third of [0, 1, 2])
      for (const c of [0, 1, 2])
        values.push(
          mean(
            size,
            (i) => Math.floor((i * 3) / size) === third,
            (i) => at(0, i, c),
          ),
        );
    const all = [];
    for (let p = 1; p < photo.length / (4 * size); p++)
      for (let i = 0; i < size; i += 3) all.push([at(p, i, 0), at(p, i, 1), at(p, i, 2)]);
    all.sort((a, b) => a[0] - b[0]);
    for (const [from, to] of [
      [0, 0.1],
      [0.1, 0.3],
      [0.3, 0.5],
      [0.5, 0.7],
      [0.7, 0.85],
      [0.85, 0.93],
      [0.93, 0.98],
      [0.98, 1],
    ]) {
      const part = all.slice(Math.floor(from * all.length), Math.max(1, Math.floor(to * all.length)));
      for (const c of [0, 1, 2]) values.push(part.reduce((sum, v) => sum + v[c], 0) / part.length);
    }
    const m = values[3] + 0.02;
    return [
      ...values,
      Math.log(m),
      Math.log(values[0] + 0.02),
      Math.log(values[6] + 0.02),
      ...values.slice(0, 16).map((v) => v * v),
    ];
  });
  return each[0].map((_, k) => each.reduce((sum, v) => sum + v[k], 0) / each.length);
}

function mean(size, has, value) {
  let [sum, count] = [0, 0];
  for (let i = 0; i < size; i++) if (has(i)) [sum, count] = [sum + value(i), count + 1];
  return sum / Math.max(1, count);
}

function scaler(features) {
  const n = features[0].length;
  const means = Array.from({ length: n }, (_, k) => features.reduce((s, f) => s + f[k], 0) / features.length);
  const deviations = means.map(
    (m, k) => Math.sqrt(features.reduce((s, f) => s + (f[k] - m) ** 2, 0) / features.length) + 1e-6,
  );
  return (f) => f.map((v, k) => (v - means[k]) / deviations[k]);
}

function nearest(features, targets, held) {
  const scale = scaler(features);
  const known = features.map(scale);
  return held.map(scale).map((f) => {
    const order = known
      .map((k, i) => [k.reduce((s, v, j) => s + (v - f[j]) ** 2, 0), i])
      .sort((a, b) => a[0] - b[0])
      .slice(0, 5);
    return targets[0].map((_, t) => order.reduce((s, [, i]) => s + targets[i][t], 0) / order.length);
  });
}

/** Ridge regression; its weight is the best of five-fold cross-validation, for each trait. */
function ridge(features, targets, held) {
  const scale = scaler(features);
  const [x, h] = [features.map(scale), held.map(scale)];
  const weights = [0.3, 3, 30, 300];
  const errors = weights.map((weight) => {
    const sums = targets[0].map(() => 0);
    for (let fold = 0; fold < 5; fold++) {
      const own = x.map((_, i) => i).filter((i) => i % 5 !== fold);
      const out = x.map((_, i) => i).filter((i) => i % 5 === fold);
      const given = solve(
        own.map((i) => x[i]),
        own.map((i) => targets[i]),
        out.map((i) => x[i]),
        weight,
      );
      out.forEach((i, k) => targets[i].forEach((v, t) => (sums[t] += (v - given[k][t]) ** 2)));
    }
    return sums;
  });
  const results = weights.map((weight) => solve(x, targets, h, weight));
  return h.map((_, i) =>
    targets[0].map((_, t) => results[weights.reduce((b, _, w) => (errors[w][t] < errors[b][t] ? w : b), 0)][i][t]),
  );
}

function solve(x, y, held, weight) {
  const n = x[0].length;
  const [a, b] = [
    Array.from({ length: n }, () => new Float64Array(n)),
    Array.from({ length: n }, () => new Float64Array(y[0].length)),
  ];
  x.forEach((row, r) => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) a[i][j] += row[i] * row[j];
      for (let t = 0; t < y[0].length; t++) b[i][t] += row[i] * y[r][t];
    }
  });
  for (let i = 0; i < n; i++) a[i][i] += weight;
  for (let i = 0; i < n; i++) {
    for (let r = i + 1; r < n; r++) {
      const f = a[r][i] / a[i][i];
      for (let c = i; c < n; c++) a[r][c] -= f * a[i][c];
      for (let t = 0; t < y[0].length; t++) b[r][t] -= f * b[i][t];
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let t = 0; t < y[0].length; t++) {
      for (let c = i + 1; c < n; c++) b[i][t] -= a[i][c] * b[c][t];
      b[i][t] /= a[i][i];
    }
  }
  return held.map((row) => Array.from(y[0], (_, t) => row.reduce((s, v, i) => s + v * b[i][t], 0)));
}
