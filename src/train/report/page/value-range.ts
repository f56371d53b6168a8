/** Share of the values that is left out at either end, so that one spike does not flatten the rest. */
const OUTLIER_SHARE = 0.004;
/** Space above and below the values, as a share of their range. */
const MARGIN = 0.04;
/** A minimum below this share of the maximum starts the axis at 0. */
const NEAR_ZERO = 0.4;

/** Range of a y axis for values from `low` to `high`: without rare extremes, from 0 where they come near it, never empty. */
export function valueRange(low: readonly number[], high: readonly number[]): [min: number, max: number] {
  const lows = low.toSorted((a, b) => a - b);
  const highs = high.toSorted((a, b) => a - b);
  let min = lows[Math.floor(OUTLIER_SHARE * lows.length)] ?? 0;
  let max = highs[Math.ceil((1 - OUTLIER_SHARE) * highs.length) - 1] ?? 1;
  if (min > 0 && min < NEAR_ZERO * max) min = 0;
  if (max - min < 1e-9 * Math.max(1, Math.abs(max))) {
    const space = max === 0 ? 1 : Math.abs(max) / 10;
    min -= min === 0 ? 0 : space;
    max += space;
  }
  const margin = MARGIN * (max - min);
  return [min === 0 ? 0 : min - margin, max + margin];
}
