import { rgbToYuv, yuvToRgb, type Matrix3 } from '../../image/color-matrix.js';
import type { Network, Weights } from './ops.js';

/** Names of the two matrices among the weights of an {@link rgbNetwork}. */
const TO_YUV = 'rgb to yuv';
const TO_RGB = 'yuv to rgb';

/**
 * A network of YUV images in [-1, 1] as one of RGB images in [-1, 1]: what runtimes and other tools pass around. Trained in BT.709
 * full range, where both conversions are a matrix without offsets (2 Y - 1 is the same mix of 2 R - 1, 2 G - 1 and 2 B - 1 as Y is of
 * R, G and B). Colours outside of RGB are clamped, as a display does.
 */
export function rgbNetwork(network: Network<'image'>): Network<'image'> {
  return (ops, input) => {
    const layer = { filters: 3, size: 1, bias: false };
    const { image } = network(ops, ops.conv(input, { ...layer, name: TO_YUV }));
    return { image: ops.clamp(ops.conv(image, { ...layer, name: TO_RGB }), -1, 1) };
  };
}

/** The weights of an {@link rgbNetwork}: those of its network, lent, and the matrices. */
export function rgbWeights(weights: Weights): Weights {
  const matrices = [
    [`${TO_YUV}/kernel`, kernelOf(rgbToYuv('bt709'))],
    [`${TO_RGB}/kernel`, kernelOf(yuvToRgb('bt709'))],
  ] as const;
  return new Map([...weights, ...matrices]);
}

/** A matrix as the kernel `[1, 1, 3, 3]` of a convolution, HWIO. */
function kernelOf(matrix: Matrix3): Float32Array {
  return Float32Array.from({ length: 9 }, (_, i) => matrix[3 * (i % 3) + Math.floor(i / 3)] ?? 0);
}
