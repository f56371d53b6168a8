import * as tf from '@tensorflow/tfjs-core';
import { PATCH_COUNT } from '../../infer/night-like/photo-patches.js';
import { STYLE_TRAITS } from '../../lighting/style-traits.js';
import type { Network, Weights } from '../networks/ops.js';
import { TfjsOps } from '../networks/tfjs-ops.js';
import { traceNetwork } from '../networks/trace.js';
import { emptyBatch, writeSet, type TraitScale } from './night-batches.js';
import type { NightSet, StyledNights } from './night-set.js';
import { PATCH_INPUT } from './night-style-model.js';
import { colorError } from './random-style.js';

/** How well held-back styles are recovered from their nights. */
export interface NightStyleMetrics {
  /** Largest difference of a channel of the lamps' colour, the brightest 1. */
  readonly colorMedian: number;
  readonly colorP90: number;
  /** Stops. */
  readonly exposureMedian: number;
  readonly exposureP90: number;
  /** Share of the variance of each trait that is explained, in the order of `STYLE_TRAITS`. */
  readonly explained: readonly number[];
  /** Share of held-back photos and renders whose night or day is right. */
  readonly night: number;
  /** Negative mean of the normalised squared errors. */
  readonly score: number;
}

const TRAITS = STYLE_TRAITS.length;
/** Sets that are measured at once. */
const CHUNK = 16;

/** What a network gives for each set, `[2 T + 1]`. */
export async function predictSets(
  network: Network<'style'>,
  weights: Weights,
  sets: readonly StyledNights[],
  scales: readonly TraitScale[],
): Promise<Float32Array[]> {
  const { parameters, statistics } = traceNetwork(network, PATCH_INPUT);
  const tensors = new Map(
    [...parameters, ...statistics].map(
      ({ name, shape }) => [name, tf.tensor(weights.get(name) ?? [], [...shape])] as const,
    ),
  );
  const results: Float32Array[] = [];
  for (let from = 0; from < sets.length; from += CHUNK) {
    const part = sets.slice(from, from + CHUNK);
    const batch = emptyBatch(part.length);
    part.forEach((nights, i) => writeSet(batch, i, nights, { scales }));
    const output = tf.tidy(
      () =>
        network<tf.Tensor>(new TfjsOps(tensors), tf.tensor4d(batch.input, [part.length * PATCH_COUNT, ...PATCH_INPUT]))
          .style,
    );
    const values = Float32Array.from(await output.data());
    output.dispose();
    const length = 2 * TRAITS + 1;
    part.forEach((_, i) => results.push(values.slice(i * length, (i + 1) * length)));
  }
  tf.dispose([...tensors.values()]);
  return results;
}

/** Measures what a network gives for held-back sets. */
export function measurePredictions(
  { styled, real }: NightSet,
  predictions: readonly Float32Array[],
  scales: readonly TraitScale[],
): NightStyleMetrics {
  const [colors, stops]: [number[], number[]] = [[], []];
  const off = new Float64Array(TRAITS);
  styled.forEach(({ traits = [], plain }, i) => {
    const given = scales.map(({ mean, deviation }, k) => {
      const start = plain ? plain.reduce((sum, values) => sum + (values[k] ?? 0), 0) / plain.length : mean;
      return start + deviation * (predictions[i]?.[k] ?? 0);
    });
    colors.push(colorError(given, traits));
    stops.push(Math.abs((given[2] ?? 0) - (traits[2] ?? 0)));
    scales.forEach(({ deviation }, k) => {
      off[k] = (off[k] ?? 0) + (((given[k] ?? 0) - (traits[k] ?? 0)) / deviation) ** 2 / styled.length;
    });
  });
  const all = [...styled, ...real];
  const right = all.filter(({ night }, i) => (predictions[i]?.[2 * TRAITS] ?? 0) > 0 === (night === 1)).length;
  return {
    colorMedian: quantile(colors, 0.5),
    colorP90: quantile(colors, 0.9),
    exposureMedian: quantile(stops, 0.5),
    exposureP90: quantile(stops, 0.9),
    explained: [...off].map((value) => 1 - value),
    night: right / all.length,
    score: -off.reduce((sum, value) => sum + value, 0) / TRAITS,
  };
}

/** The metrics for a model card. */
export function nightStyleNumbers(metrics: NightStyleMetrics): Record<string, number> {
  const { colorMedian, colorP90, exposureMedian, exposureP90, night, explained } = metrics;
  const each = STYLE_TRAITS.map(({ name }, k) => [`explained.${name}`, explained[k] ?? 0] as const);
  const all = { colorMedian, colorP90, exposureMedian, exposureP90, night, ...Object.fromEntries(each) };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [`validation.${name}`, Number(value.toFixed(4))]),
  );
}

/** The metrics in one line. */
export function describeNightStyleMetrics(metrics: NightStyleMetrics): string {
  const { colorMedian, colorP90, exposureMedian, exposureP90, explained, night } = metrics;
  const each = STYLE_TRAITS.map(({ name }, k) => `${name} ${(explained[k] ?? 0).toFixed(2)}`).join('; ');
  return (
    `lamp colour off by ${colorMedian.toFixed(3)} (p90 ${colorP90.toFixed(3)}), exposure by ${exposureMedian.toFixed(2)} ` +
    `stops (p90 ${exposureP90.toFixed(2)}), night or day right ${night.toFixed(3)}; explained: ${each}`
  );
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
