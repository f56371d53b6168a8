// Precision and recall of what the finders of src/scene find, over their thresholds.
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../dist/image/thumbnail.js';
import { takeComponents } from '../../dist/scene/components.js';
import { findLampHeads } from '../../dist/scene/find-lamp-heads.js';
import { PlaneKernel } from '../../dist/image/plane-kernel.js';
import { DarkDetails } from '../../dist/scene/dark-details.js';
import { PaneFinder } from '../../dist/scene/find-panes.js';
import { findSignals } from '../../dist/scene/find-signals.js';
import { readHorizon } from '../../dist/scene/read-layout.js';
import { SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH, SURFACES } from '../../dist/scene/scene.js';
import { surfacePlane, SurfaceResampler } from '../../dist/scene/scene-maps.js';
import { vehiclePeaks } from '../../dist/scene/vehicle-peaks.js';
import { supportOf } from '../../dist/scene/vehicle-support.js';
import { VEHICLE_CROPS } from '../../dist/infer/model-card.js';
import { matchVehicles, MIN_WIDTH, VehicleMatches } from '../../dist/train/scene/scene-metrics.js';

/** Score of the scene network from which a place is looked at; lower ones show what the reader's costs. */
const MIN_PEAK_SCORE = 0.15;
const SCORES = [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7];
/** Support by the surfaces, as in the reader. */
const MIN_SUPPORT = 0.45;
const SUPPORTS = [0, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9];
const FACING_SCORES = [0.34, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];
const PROBABILITIES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
const FACADES = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** No probability reaches it. */
const NEVER = 2;
/** Largest component that is one thing, samples, as for the finders of signals. */
const MAX_AREA = 160;
/** How far from its label a thing may be, samples of the surface map: the label maps are coarse too. */
const MARGIN = 1.5;
/** Rows above a pole's top that must show no pole. */
const TOP_MARGIN = 3;
/** Smallest labelled thing that counts as missed, samples of the label map. */
const MIN_LABELLED = 12;

/** All of some frames, once: `{ frame, surfaces, horizon, peaks, looked }`, vehicles before and after the closer look. */
export async function readAll(networks, frames) {
  const kernel = await PlaneKernel.open();
  let resampler;
  const reads = [];
  for (const frame of frames) {
    const { surfaces: logits, vehicles } = await networks.run(frame.detail);
    const surfaces = new Float32Array(SURFACES.length * SURFACE_SIZE);
    resampler ??= new SurfaceResampler(kernel, logits.width, logits.height);
    resampler.resampleInto(logits.data, surfaces);
    const plane = surfacePlane(surfaces, 'vehicle');
    const peaks = vehiclePeaks(vehicles, MIN_PEAK_SCORE).map((vehicle) => ({
      ...vehicle,
      support: supportOf(plane, vehicle.box),
    }));
    const looked = [];
    for (let i = 0; i < peaks.length; i += VEHICLE_CROPS) {
      const some = peaks.slice(i, i + VEHICLE_CROPS);
      const found = await networks.look(some, frame.detail);
      looked.push(...found.map((vehicle, j) => ({ ...vehicle, support: some[j].support })));
    }
    reads.push({ frame, surfaces, horizon: readHorizon(surfaces), peaks, looked });
  }
  return reads;
}

/** Rows `[score, found, precision, facing right, the same before the closer look]`. */
export function vehicleScores(reads) {
  return SCORES.map((score) => [
    score,
    ...['looked', 'peaks'].flatMap((key) => {
      const matches = new VehicleMatches();
      for (const read of reads) {
        const sure = read[key].filter((vehicle) => vehicle.score >= score && vehicle.support >= MIN_SUPPORT);
        matches.add(read.frame.vehicles, sure, DETAIL_WIDTH / DETAIL_HEIGHT);
      }
      const { found, precision, facing } = matches.scores;
      return [found, precision, facing];
    }),
  ]);
}

/** Rows `[support by the surfaces, found, precision]`. */
export function supportScores(reads, minScore) {
  return SUPPORTS.map((least) => {
    const matches = new VehicleMatches();
    for (const { frame, looked } of reads) {
      const sure = looked.filter(({ score, support }) => score >= minScore && support >= least);
      matches.add(frame.vehicles, sure, DETAIL_WIDTH / DETAIL_HEIGHT);
    }
    return [least, matches.scores.found, matches.scores.precision];
  });
}

/** Rows `[facing score, share kept, right, right fronts, right rears]`: of found vehicles that are labelled with a facing. */
export function facingScores(reads, minScore) {
  const known = reads.flatMap(({ frame, looked }) =>
    matchVehicles(
      frame.vehicles,
      looked.filter(({ score, support }) => score >= minScore && support >= MIN_SUPPORT),
    ).filter(({ found, labelled }) => labelled?.facing !== undefined && found.box.width >= MIN_WIDTH),
  );
  const right = (list) => share(list, ({ found, labelled }) => found.facing === labelled.facing);
  return FACING_SCORES.map((least) => {
    const kept = known.filter(({ found }) => found.facingScore >= least);
    const of = (facing) => right(kept.filter(({ found }) => found.facing === facing));
    return [least, kept.length / known.length, right(kept), of('front'), of('rear')];
  });
}

/** Rows `[probability, found, precision, recall]` of the areas of one surface. @param names the labels that are right. */
export function areaScores(reads, surface, names) {
  const accepted = names.map((name) => 1 + SURFACES.indexOf(name));
  return PROBABILITIES.map((least) => {
    let [found, right, labelled, hit] = [0, 0, 0, 0];
    for (const { frame, surfaces } of reads) {
      const plane = surfacePlane(surfaces, surface);
      for (const area of takeComponents(above(plane, least), SURFACE_WIDTH, MAX_AREA)) {
        const verdict = judge(frame, area, accepted);
        if (verdict === undefined) continue;
        found++;
        right += verdict ? 1 : 0;
      }
      for (const area of labelledAreas(frame, accepted)) {
        labelled++;
        hit += anyIn(area, [SURFACE_WIDTH, SURFACE_HEIGHT], (i) => plane[i] > least) ? 1 : 0;
      }
    }
    return [least, found, right / found, hit / labelled];
  });
}

/** Rows `[probability, found, on a pole, at its top]` of the tops of poles that would bear a lamp. */
export function poleScores(reads) {
  const accepted = ['pole', 'lampHead'].map((name) => 1 + SURFACES.indexOf(name));
  return PROBABILITIES.map((least) => {
    const tops = reads.flatMap(({ frame, surfaces, horizon }) =>
      findLampHeads(surfaces, horizon, [], { head: NEVER, pole: least }).map(({ place }) => ({
        frame,
        at: boxAround(place),
      })),
    );
    const judged = tops.filter(({ frame, at }) => judge(frame, at, accepted) !== undefined);
    const onPole = judged.filter(({ frame, at }) => judge(frame, at, accepted));
    const atTop = onPole.filter(({ frame, at }) => {
      const higher = { ...at, top: at.top - 4 * TOP_MARGIN, bottom: at.bottom - TOP_MARGIN };
      return judge(frame, higher, accepted) !== true;
    });
    return [least, judged.length, onPole.length / judged.length, atTop.length / judged.length];
  });
}

/** Rows `[probability, found, precision]` of lit lenses: inside what is labelled a signal. */
export function lensScores(reads, names) {
  const accepted = names.map((name) => 1 + SURFACES.indexOf(name));
  return PROBABILITIES.map((least) => {
    const verdicts = reads.flatMap(({ frame, surfaces }) =>
      findSignals(surfaces, frame.detail, least)
        .map(({ place }) => judge(frame, boxAround(place), accepted))
        .filter((verdict) => verdict !== undefined),
    );
    return [least, verdicts.length, share(verdicts, Boolean)];
  });
}

const kernel = await PlaneKernel.open();

/** Rows `[probability, panes, on a facade or window, on a window]`. */
export function paneScores(reads) {
  const finder = new PaneFinder();
  const dark = new DarkDetails(kernel);
  const [facade, window] = ['facade', 'window'].map((name) => 1 + SURFACES.indexOf(name));
  const hasWindows = reads.some(({ frame }) => frame.labels.includes(window));
  return FACADES.map((least) => {
    const labels = reads.flatMap(({ frame, surfaces, horizon }) => {
      dark.read(frame.detail, horizon);
      return finder
        .find(surfaces, dark, frame.detail, least)
        .map(({ box: { x, y, width, height } }) => labelAt(frame, x + width / 2, y + height / 2))
        .filter((label) => label > 0);
    });
    return [
      least,
      labels.length,
      share(labels, (label) => label === facade || label === window),
      hasWindows ? share(labels, (label) => label === window) : NaN,
    ];
  });
}

/** The first row of some scores whose precision, in a column, reaches a goal; undefined where none does. */
export function lowestWith(rows, column, goal) {
  return rows.find((row) => row[column] >= goal);
}

function above(plane, least) {
  return Uint8Array.from(plane, (value) => (value > least ? 1 : 0));
}

function boxAround({ x, y }) {
  const [column, row] = [x * SURFACE_WIDTH, y * SURFACE_HEIGHT];
  return { left: column - 0.5, right: column + 0.5, top: row - 0.5, bottom: row + 0.5 };
}

/** Whether a label of an area is accepted; undefined where nobody knows any. Area in samples of the surface map. */
function judge({ width, height, labels }, { left, right, top, bottom }, accepted) {
  const [scaleX, scaleY] = [width / SURFACE_WIDTH, height / SURFACE_HEIGHT];
  let isKnown = false;
  for (let y = clamp((top - MARGIN) * scaleY, height); y < clamp((bottom + MARGIN) * scaleY, height); y++) {
    for (let x = clamp((left - MARGIN) * scaleX, width); x < clamp((right + MARGIN) * scaleX, width); x++) {
      const label = labels[y * width + x];
      if (accepted.includes(label)) return true;
      isKnown ||= label > 0;
    }
  }
  return isKnown ? false : undefined;
}

/** The labelled things, in shares of the image. */
function labelledAreas({ width, height, labels }, accepted) {
  const mask = Uint8Array.from(labels, (label) => (accepted.includes(label) ? 1 : 0));
  return takeComponents(mask, width)
    .filter(({ count }) => count >= MIN_LABELLED)
    .map(({ left, right, top, bottom }) => ({
      left: left / width,
      right: right / width,
      top: top / height,
      bottom: bottom / height,
    }));
}

function anyIn({ left, right, top, bottom }, [width, height], test) {
  for (let y = clamp(top * height - MARGIN, height); y < clamp(bottom * height + MARGIN, height); y++) {
    for (let x = clamp(left * width - MARGIN, width); x < clamp(right * width + MARGIN, width); x++) {
      if (test(y * width + x)) return true;
    }
  }
  return false;
}

function labelAt({ width, height, labels }, x, y) {
  return labels[clamp(y * height, height - 1) * width + clamp(x * width, width - 1)];
}

function clamp(position, count) {
  return Math.min(count, Math.max(0, Math.floor(position)));
}

function share(list, test) {
  return list.filter(test).length / list.length;
}
