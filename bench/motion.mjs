// Times the motion kernel on one thread and compares its flow with the built-in street's true flow: `node bench/motion.mjs`.
import { pathToFileURL } from 'node:url';

/** Upper bounds of the speed bands, pixels of the thumbnail per frame. */
const BANDS = [1, 4, 12, Infinity];
/** Frame intervals: the usual rate of video, and two of three frames missing, so that everything moves three times as fast. */
const STEPS = [
  { name: '30 Hz', stepS: 1 / 30 },
  { name: '10 Hz', stepS: 1 / 10 },
];
const SEEDS = [1, 2, 3, 4];
const TIMES_S = [5, 12, 19];
/** Consecutive frames before the measured one: the search starts from the previous motion. */
const LEAD_FRAMES = 3;
/** Street pixels along the side of one thumbnail pixel. */
const SCALE = 2;
/** Calls before the first measured one: V8 optimises hot WebAssembly in the meantime. */
const WARM_UP_CALLS = 100;

/** Measures times and errors, prints a table of each, returns both. `root` is the folder of the build. */
export async function benchMotion({ calls = 600, root = new URL('../dist/', import.meta.url) } = {}) {
  const { openMotionEstimator } = await import(new URL('temporal/motion.js', root).href);
  const { Street } = await import(new URL('synth/street.js', root).href);
  const { Percentiles } = await import(new URL('core/stats.js', root).href);
  const { LIGHTS_SIZE, GRID_SIZE } = await import(new URL('look/look.js', root).href);

  const estimator = await openMotionEstimator();
  const errors = STEPS.map(({ name, stepS }) => ({ name, bands: errorsOf(estimator, Street, stepS) }));
  const times = timesOf(estimator, Street, { Percentiles, calls, lightsSize: LIGHTS_SIZE, gridSize: GRID_SIZE });
  console.log(timesTable(times));
  console.log(errorsTable(errors));
  return { times, errors };
}

function timesOf(estimator, Street, { Percentiles, calls, lightsSize, gridSize }) {
  const street = streetOf(Street, 1);
  const thumbnails = Array.from({ length: 8 }, (_, i) => thumbnailOf(street, 5 + i / 30));
  const [lights, grid] = [new Float32Array(lightsSize).fill(0.1), new Float32Array(gridSize).fill(0.3)];
  const work = {
    next: (i) => estimator.next(thumbnails[7 - Math.abs(7 - (i % 14))]), // forwards and backwards, so that all steps are small
    'warp lights': () => estimator.warpLightsInto(lights, lights),
    'warp grid': () => estimator.warpGridInto(grid, grid),
  };
  estimator.reset();
  const times = Object.fromEntries(Object.keys(work).map((name) => [name, new Percentiles(calls)]));
  for (let i = -WARM_UP_CALLS; i < calls; i++) {
    for (const [name, run] of Object.entries(work)) {
      const started = performance.now();
      run(i + WARM_UP_CALLS);
      if (i >= 0) times[name].add(performance.now() - started);
    }
  }
  return Object.entries(times).map(([name, t]) => ({
    name,
    min: t.quantile(0),
    p50: t.quantile(0.5),
    p95: t.quantile(0.95),
  }));
}

/** Mean and median end-point error of each band, and its number of blocks. Counts blocks that are wholly visible in the frame before. */
function errorsOf(estimator, Street, stepS) {
  const bands = BANDS.map(() => []);
  for (const seed of SEEDS) {
    const street = streetOf(Street, seed);
    for (const time of TIMES_S) {
      estimator.reset();
      for (let i = LEAD_FRAMES; i > 0; i--) estimator.next(thumbnailOf(street, time - i * stepS));
      const { backward } = estimator.next(thumbnailOf(street, time));
      addErrors(backward, street.truth(time, time - stepS), bands);
    }
  }
  return bands.map((found) => {
    const sorted = found.toSorted((a, b) => a - b);
    const mean = sorted.reduce((sum, error) => sum + error, 0) / sorted.length;
    return { mean, p50: sorted[Math.floor(sorted.length / 2)], blocks: sorted.length };
  });
}

function addErrors(backward, truth, bands) {
  for (let row = 0, i = 0; row < 36; row++) {
    for (let column = 0; column < 64; column++, i++) {
      const flow = meanFlow(truth, column, row);
      if (!flow) continue;
      const speed = Math.hypot(...flow);
      bands[BANDS.findIndex((limit) => speed < limit)].push(
        Math.hypot(backward[i] - flow[0], backward[36 * 64 + i] - flow[1]),
      );
    }
  }
}

/** True mean flow of one block, pixels of the thumbnail; undefined where part of it is not visible in the frame before. */
function meanFlow({ flow, valid, width, height }, column, row) {
  const side = 4 * SCALE;
  let [u, v] = [0, 0];
  for (let y = row * side; y < (row + 1) * side; y++) {
    for (let x = column * side; x < (column + 1) * side; x++) {
      const i = y * width + x;
      if (valid[i] === 0) return undefined;
      u += flow[i];
      v += flow[width * height + i];
    }
  }
  return [u / (side * side * SCALE), v / (side * side * SCALE)];
}

const streetOf = (Street, seed) => new Street({ width: 256 * SCALE, height: 144 * SCALE, seed });

/** The street at a time, as a thumbnail `[3, 144, 256]` without colour. */
function thumbnailOf(street, timeS) {
  const { y: luma, width } = street.day(timeS);
  const data = new Float32Array(3 * 256 * 144);
  for (let i = 0; i < 256 * 144; i++) {
    let sum = 0;
    for (let j = 0; j < SCALE * SCALE; j++) {
      const y = SCALE * Math.floor(i / 256) + Math.floor(j / SCALE);
      sum += luma[y * width + SCALE * (i % 256) + (j % SCALE)];
    }
    data[i] = (sum / SCALE ** 2 - 16) / 219;
  }
  return data;
}

function timesTable(rows) {
  const cell = (ms) => ms.toFixed(2).padStart(8);
  const lines = rows.map(({ name, min, p50, p95 }) => name.padEnd(14) + cell(min) + cell(p50) + cell(p95));
  return ['motion             min     p50     p95   (ms, one thread)', ...lines].join('\n');
}

function errorsTable(rows) {
  const cell = ({ mean, p50, blocks }) => `${mean.toFixed(2)} / ${p50.toFixed(2)} (${blocks})`.padEnd(22);
  const lines = rows.map(({ name, bands }) => name.padEnd(8) + bands.map(cell).join(''));
  const head = ['0 to 1', '1 to 4', '4 to 12', '12 or more'].map((band) => band.padEnd(22)).join('');
  return [`\nstreet  ${head}(speed in pixels: end-point error, mean / p50 (blocks))`, ...lines].join('\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await benchMotion();
}
