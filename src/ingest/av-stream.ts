import type { Stream } from 'node-av/lib';

/** Rates above this come from clocks, not cameras (90,000 of a transport stream without any hint). */
const MAX_RATE = 1000;

/** Frames a second of a stream: its average, else the guess from its clock; 0 when neither is sound. */
export function frameRateOf(stream: Stream): number {
  for (const rate of [stream.avgFrameRate, stream.rFrameRate]) {
    const value = rate.den > 0 ? rate.num / rate.den : 0;
    if (value > 0 && value <= MAX_RATE) return value;
  }
  return 0;
}

/** Sample aspect that the container gives, reduced; undefined when it leaves that to the codec. */
export function sampleAspectOf(stream: Stream): readonly [number, number] | undefined {
  const { num, den } = stream.sampleAspectRatio;
  return num > 0 && den > 0 ? reducedRatio(num, den) : undefined;
}

/** A ratio in its smallest numbers: some containers say 64:64. */
export function reducedRatio(num: number, den: number): readonly [number, number] {
  let [larger, divisor] = [num, den];
  while (divisor !== 0) [larger, divisor] = [divisor, larger % divisor];
  return [num / larger, den / larger];
}
