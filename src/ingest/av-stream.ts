import type { Stream } from 'node-av/lib';

/** Rates above this are clock rates, not frame rates (90,000 for a transport stream without a frame rate). */
const MAX_FRAME_RATE = 1000;

/** Frames per second of a stream: its average, else libav's guess from the timestamps; 0 when neither is plausible. */
export function frameRateOf(stream: Stream): number {
  for (const rate of [stream.avgFrameRate, stream.rFrameRate]) {
    const value = rate.den > 0 ? rate.num / rate.den : 0;
    if (value > 0 && value <= MAX_FRAME_RATE) return value;
  }
  return 0;
}

/** Sample aspect from the container, reduced; undefined when only the codec has one. */
export function sampleAspectOf(stream: Stream): readonly [number, number] | undefined {
  const { num, den } = stream.sampleAspectRatio;
  return num > 0 && den > 0 ? reducedRatio(num, den) : undefined;
}

/** A ratio in lowest terms; some containers store 64:64. */
export function reducedRatio(num: number, den: number): readonly [number, number] {
  let [larger, divisor] = [num, den];
  while (divisor !== 0) [larger, divisor] = [divisor, larger % divisor];
  return [num / larger, den / larger];
}
