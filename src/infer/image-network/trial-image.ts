import { Random } from '../../core/random.js';
import type { YuvPlanes } from '../../look/fit/look-fitter.js';

/** A simple painted street by day, on which a network is tried: sky, road, houses with windows, a red car, noise of a sensor. */
export function trialImage(width: number, height: number): YuvPlanes {
  const random = new Random(1);
  const pixels = width * height;
  const data = new Float32Array(3 * pixels);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      const [y, u, v] = colorAt(column / width, row / height);
      data[i] = Math.min(1, Math.max(0, y + 0.02 * (random.next() - 0.5)));
      data[pixels + i] = u;
      data[2 * pixels + i] = v;
    }
  }
  return { width, height, data };
}

/** Y, U, V at a place of the frame, both in [0, 1]. */
function colorAt(x: number, y: number): readonly [number, number, number] {
  const isCar = Math.abs(x - 0.62) < 0.08 && Math.abs(y - 0.68) < 0.05;
  if (isCar) return [0.35, -0.08, 0.22];
  if (y > 0.6)
    return Math.abs(x - 0.5) < 0.01 && Math.floor(y * 20) % 2 === 0 ? [0.9, 0, 0] : [0.35 + 0.2 * (y - 0.6), 0, 0];
  const isHouse = y > 0.25 + 0.1 * Math.floor(5 * Math.abs(x - 0.5));
  if (!isHouse) return [0.8 - 0.2 * y, 0.08, -0.06];
  const isWindow = (x * 24) % 1 > 0.5 && (y * 18) % 1 > 0.5;
  return isWindow ? [0.18, 0.02, 0] : [0.5 + 0.1 * Math.sin(9 * x), -0.04, 0.04];
}
