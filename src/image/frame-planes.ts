import type { Frame } from '../core/frame.js';
import { NEUTRAL_CHROMA, rangeCodes, yuvToYuv } from './color-matrix.js';
import { PlaneResizer, type PlaneSize } from './resize-planes.js';

/** Reads frames as planes of any size: what a network of its own size is given. */
export class FramePlanes {
  #key = '';
  #luma: PlaneResizer | undefined;
  #chroma: PlaneResizer | undefined;

  /**
   * Planar Y, U, V of a frame at a size, `[3, height, width]`, BT.709 full range. Borrows the frame; the caller owns the planes.
   * @param out memory for the planes, used where it has their length.
   */
  read(frame: Frame, size: PlaneSize, out?: Float32Array): PlaneSize & { readonly data: Float32Array } {
    const key = [frame.width, frame.height, size.width, size.height].join(' ');
    if (key !== this.#key) {
      this.#key = key;
      const { width, height } = frame; // a resizer keeps the size, and must not keep the frame
      this.#luma = new PlaneResizer({ width, height }, size);
      this.#chroma = new PlaneResizer({ width: width / 2, height: height / 2 }, size);
    }
    const pixels = size.width * size.height;
    const data = out?.length === 3 * pixels ? out : new Float32Array(3 * pixels);
    const [strideY, strideU, strideV] = frame.strides;
    this.#luma?.resizeInto({ data: frame.y, start: 0, stride: strideY }, data);
    this.#chroma?.resizeInto({ data: frame.u, start: 0, stride: strideU }, data, pixels);
    this.#chroma?.resizeInto({ data: frame.v, start: 0, stride: strideV }, data, 2 * pixels);
    toFullRange(data, pixels, frame.color);
    return { width: size.width, height: size.height, data };
  }
}

/** Code values to BT.709 full range, in place. */
function toFullRange(data: Float32Array, pixels: number, color: Frame['color']): void {
  const { black, luma, chroma } = rangeCodes(color.range);
  const m = yuvToYuv(color.matrix, 'bt709');
  for (let i = 0; i < pixels; i++) {
    const y = ((data[i] ?? 0) - black) / luma;
    const u = ((data[pixels + i] ?? 0) - NEUTRAL_CHROMA) / chroma;
    const v = ((data[2 * pixels + i] ?? 0) - NEUTRAL_CHROMA) / chroma;
    data[i] = m[0] * y + m[1] * u + m[2] * v;
    data[pixels + i] = m[3] * y + m[4] * u + m[5] * v;
    data[2 * pixels + i] = m[6] * y + m[7] * u + m[8] * v;
  }
}
