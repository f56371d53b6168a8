import type { Stream } from 'node-av/lib';
import { AV_PKT_DATA_FRAME_CROPPING } from 'node-av/constants';
import { endianness } from 'node:os';

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

/** Samples that the container cuts off each side: MP4's clean aperture, Matroska's PixelCrop. */
export interface Crop {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** The container's crop; undefined without one. The codec's own crop is applied by its decoder. */
export function cropOf(stream: Stream): Crop | undefined {
  const data = stream.codecpar.getCodedSideData(AV_PKT_DATA_FRAME_CROPPING);
  if (!data || data.byteLength < 16) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, 16);
  const at = (index: number): number => view.getUint32(index * 4, endianness() === 'LE');
  const crop = { top: at(0), bottom: at(1), left: at(2), right: at(3) };
  return crop.top + crop.bottom + crop.left + crop.right > 0 ? crop : undefined;
}

/** A ratio in lowest terms; some containers store 64:64. */
export function reducedRatio(num: number, den: number): readonly [number, number] {
  let [larger, divisor] = [num, den];
  while (divisor !== 0) [larger, divisor] = [divisor, larger % divisor];
  return [num / larger, den / larger];
}
