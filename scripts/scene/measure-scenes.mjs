// What a scene network reads right, and how long that takes.
import { VEHICLE_CROPS } from '../../dist/infer/model-card.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../dist/image/thumbnail.js';
import { SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH, SURFACES } from '../../dist/scene/scene.js';
import { MIN_VEHICLE_SCORE } from '../../dist/scene/vehicle-tracker.js';
import { MEASURED_INDEX, SurfaceConfusion, VehicleMatches } from '../../dist/train/scene/scene-metrics.js';

/** Reads before the clock starts. */
const WARM_UP = 20;
const TIMED_READS = 300;
/** As many as the vehicle network always computes. */
const SOME_VEHICLES = Array.from({ length: VEHICLE_CROPS }, (_, i) => ({
  box: { x: 0.05 * i, y: 0.5, width: 0.1, height: 0.12 },
  score: 0.5,
}));

/** Confusion of surfaces over some frames and, where they have labels, the scores of vehicles. */
export async function measureFrames(reader, frames) {
  const confusion = new SurfaceConfusion();
  const matches = new VehicleMatches();
  const each = [];
  for (const frame of frames) {
    const { surfaces, vehicles: found } = await reader.read(frame.detail, { isStill: true });
    const vehicles = found.filter(({ score }) => score >= MIN_VEHICLE_SCORE);
    const own = new SurfaceConfusion();
    compareSurfaces(surfaces, frame, [confusion, own]);
    matches.add(frame.vehicles ?? [], vehicles, DETAIL_WIDTH / DETAIL_HEIGHT);
    const ownMatches = new VehicleMatches();
    ownMatches.add(frame.vehicles ?? [], vehicles, DETAIL_WIDTH / DETAIL_HEIGHT);
    each.push({ frame, accuracy: own.accuracy, vehicles: ownMatches.scores });
  }
  return { confusion, vehicles: matches.scores, each };
}

function compareSurfaces(surfaces, { width, height, labels }, confusions) {
  const read = Int8Array.from({ length: SURFACE_SIZE }, (_, i) => MEASURED_INDEX[surestAt(surfaces, i)]);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) / height) * SURFACE_HEIGHT) * SURFACE_WIDTH;
    for (let x = 0; x < width; x++, i++) {
      if (labels[i] === 0) continue;
      const found = read[row + Math.floor(((x + 0.5) / width) * SURFACE_WIDTH)];
      for (const confusion of confusions) confusion.add(MEASURED_INDEX[labels[i] - 1], found);
    }
  }
}

/** Index of the most probable surface of a sample. */
export function surestAt(surfaces, i) {
  let best = 0;
  for (let plane = 1; plane < SURFACES.length; plane++) {
    if (surfaces[plane * SURFACE_SIZE + i] > surfaces[best * SURFACE_SIZE + i]) best = plane;
  }
  return best;
}

/** Milliseconds of each network alone and of a whole read, on one thread: `[p50, p95]`. */
export async function measureTimes(reader, networks, frames) {
  const times = { scene: [], vehicle: [], read: [] };
  for (let i = 0; i < WARM_UP + TIMED_READS; i++) {
    const { detail } = frames[i % frames.length];
    for (const [name, run] of [
      ['scene', () => networks.run(detail)],
      ['vehicle', () => networks.look(SOME_VEHICLES, detail)],
      ['read', () => reader.read(detail)],
    ]) {
      const started = performance.now();
      await run();
      if (i >= WARM_UP) times[name].push(performance.now() - started);
    }
  }
  const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(share * values.length)];
  return Object.fromEntries(
    Object.entries(times).map(([name, values]) => [name, [quantile(values, 0.5), quantile(values, 0.95)]]),
  );
}
