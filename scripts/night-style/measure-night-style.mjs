// How well held-back styles are recovered from their nights: the night-style network beside plain statistics of the photos.
//   node scripts/night-style/measure-night-style.mjs RUN [CHECKPOINT]
// RUN is a folder of `nocturne train --recipe night-style`: its nights.bin holds the rendered nights, its best checkpoint the network.
// Plain statistics (`plainStatistics`) give traits by ridge regression, to which the network adds, and by the nearest of the trained styles.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importSources } from '../import-sources.mjs';

const [run, checkpointPath = join(run ?? '', 'best.ckpt')] = process.argv.slice(2);
if (run === undefined || !existsSync(join(run, 'nights.bin'))) {
  process.stderr.write('usage: measure-night-style.mjs RUN [CHECKPOINT]; RUN must hold nights.bin\n');
  process.exit(2);
}
const api = await importSources({
  './src/train/backends/open-backend.ts': ['openBackend'],
  './src/train/checkpoint.ts': ['readCheckpoint'],
  './src/train/night-style/night-batches.ts': ['photosOf', 'traitScales'],
  './src/train/night-style/plain-traits.ts': ['statisticsOf', 'withPlainTraits'],
  './src/train/night-style/night-set-file.ts': ['readNightSets'],
  './src/train/night-style/night-style-model.ts': ['networkOf'],
  './src/train/night-style/night-style-options.ts': ['nightStyleOptions'],
  './src/train/night-style/night-style-validation.ts': ['measurePredictions', 'predictSets'],
  './src/lighting/style-traits.ts': ['STYLE_TRAITS'],
});
await measure(api);

async function measure(api) {
  const path = join(run, 'nights.bin');
  const bytes = readFileSync(path);
  const { key } = JSON.parse(bytes.subarray(0, bytes.indexOf(0x0a)).toString());
  const { train, validation } = api.withPlainTraits(await api.readNightSets(path, key));
  const scales = api.traitScales(train);
  const checkpoint = existsSync(checkpointPath) ? await api.readCheckpoint(checkpointPath) : undefined;
  const nearestOf = nearest(
    train.styled.map(({ photos }) => api.statisticsOf(photos[0])),
    train.styled.map(({ traits }) => traits.map((value, k) => (value - scales[k].mean) / scales[k].deviation)),
  );
  const most = Math.max(...train.styled.map(({ photos }) => photos.length));
  for (let photos = 1; photos <= most; photos++) {
    const indices = Array.from({ length: photos }, (_, k) => k);
    const held = validation.styled.map((nights) => api.photosOf(nights, indices));
    const bare = held.map((nights) => ({ ...nights, plain: undefined }));
    const zeros = held.map(() => new Float32Array(2 * scales.length + 1));
    const report = (name, styled, predictions, real = []) => {
      const m = api.measurePredictions({ styled, real }, predictions, scales);
      const explained = m.explained.map((value, k) => `${api.STYLE_TRAITS[k].name} ${value.toFixed(2)}`).join('; ');
      const colour = `colour ${m.colorMedian.toFixed(3)} p90 ${m.colorP90.toFixed(3)}`;
      const stops = `stops ${m.exposureMedian.toFixed(2)} p90 ${m.exposureP90.toFixed(2)}`;
      console.log(
        `${name.padEnd(8)} ${colour}  ${stops}  squared error ${(-m.score).toFixed(3)}\n         ${explained}`,
      );
      return m;
    };
    console.log(`\n${photos} photo(s), ${held.length} held-back styles, ${train.styled.length} trained on`);
    report('mean', bare, zeros);
    report(
      'nearest',
      bare,
      bare.map((nights) => Float32Array.from(nearestOf(meanOf(nights.photos.map((photo) => api.statisticsOf(photo)))))),
    );
    report('plain', held, zeros);
    if (!checkpoint) continue;
    const backend = await api.openBackend('auto');
    const network = api.networkOf(api.nightStyleOptions(checkpoint.header.options));
    const all = [...held, ...validation.real];
    const predictions = await api.predictSets(network, checkpoint.arrays, all, scales);
    const { night } = report('network', held, predictions, validation.real);
    // Where the network is sure of both numbers of the colour.
    const sure = held
      .map((_, i) => i)
      .filter((i) => [0, 1].every((t) => Math.exp(predictions[i][scales.length + t]) < 0.4));
    if (sure.length > 0)
      report(
        `sure ${sure.length}`,
        sure.map((i) => held[i]),
        sure.map((i) => predictions[i]),
      );
    console.log(`night or day right: ${night.toFixed(3)} of ${all.length}`);
    await backend.close?.();
  }
}

function meanOf(rows) {
  return rows[0].map((_, k) => rows.reduce((sum, row) => sum + row[k], 0) / rows.length);
}

/** The mean targets of the five nearest of some features, each in its deviations. */
function nearest(features, targets) {
  const means = meanOf(features);
  const deviations = means.map((mean, k) => Math.sqrt(meanOf(features.map((f) => [(f[k] - mean) ** 2]))[0]) + 1e-6);
  const scale = (f) => f.map((value, k) => (value - means[k]) / deviations[k]);
  const known = features.map(scale);
  return (feature) => {
    const own = scale(feature);
    const order = known
      .map((other, i) => [other.reduce((sum, value, k) => sum + (value - own[k]) ** 2, 0), i])
      .sort((a, b) => a[0] - b[0])
      .slice(0, 5);
    return meanOf(order.map(([, i]) => targets[i]));
  };
}
