import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../src/image/thumbnail.js';
import type { FoundScene } from '../../src/scene/found-scene.js';
import {
  SURFACE_HEIGHT,
  SURFACE_SIZE,
  SURFACE_WIDTH,
  SURFACES,
  type Box,
  type Surface,
} from '../../src/scene/scene.js';
import type { FoundVehicle } from '../../src/scene/vehicle-peaks.js';
import { COARSE_HEIGHT, COARSE_WIDTH, FLOW_HEIGHT, FLOW_WIDTH, type Motion } from '../../src/temporal/motion.js';

/** Surfaces of which each sample is one surface, by its place in shares of width and height. */
export function surfacesOf(surfaceAt: (x: number, y: number) => Surface): Float32Array {
  const surfaces = new Float32Array(SURFACES.length * SURFACE_SIZE);
  for (let y = 0, i = 0; y < SURFACE_HEIGHT; y++) {
    for (let x = 0; x < SURFACE_WIDTH; x++, i++) {
      const surface = surfaceAt((x + 0.5) / SURFACE_WIDTH, (y + 0.5) / SURFACE_HEIGHT);
      surfaces[SURFACES.indexOf(surface) * SURFACE_SIZE + i] = 1;
    }
  }
  return surfaces;
}

/** Sky above, then facades, a road between pavements below the horizon. */
export const streetAt = (x: number, y: number): Surface => {
  if (y < 0.15) return 'sky';
  if (y < 0.45) return 'facade';
  return Math.abs(x - 0.5) < 0.3 ? 'road' : 'ground';
};

/** A level street without things. */
export function foundScene(parts: Partial<FoundScene> = {}): FoundScene {
  return {
    surfaces: surfacesOf(streetAt),
    bonnet: new Float32Array(SURFACE_SIZE),
    hasBonnet: false,
    horizon: 0.435,
    street: 1,
    vehicles: [],
    signals: [],
    lampHeads: [],
    panes: [],
    ...parts,
  };
}

/** A vehicle, on the road unless `box` says otherwise, its lamps at the sides of its box. */
export function foundVehicle(parts: Partial<FoundVehicle> = {}): FoundVehicle {
  const box: Box = parts.box ?? { x: 0.45, y: 0.5, width: 0.1, height: 0.12 };
  const y = box.y + 0.6 * box.height;
  const lamps = [
    { x: box.x + 0.1 * box.width, y },
    { x: box.x + 0.9 * box.width, y },
  ] as const;
  return { box, score: 0.9, facing: 'front', facingScore: 0.9, lamps, ...parts };
}

/** The motion of content by shifts in shares of width and height. @param confidence of all vectors. */
export function motionOf(shiftAt: (x: number, y: number) => readonly [number, number], confidence = 1): Motion {
  const flow = (width: number, height: number, scale: readonly [number, number]): Float32Array => {
    const out = new Float32Array(2 * width * height);
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const [dx, dy] = shiftAt((x + 0.5) / width, (y + 0.5) / height);
        out[i] = dx * scale[0];
        out[width * height + i] = dy * scale[1];
      }
    }
    return out;
  };
  return {
    backward: flow(FLOW_WIDTH, FLOW_HEIGHT, [-256, -144]),
    forward: flow(32, 18, [256, 144]),
    confidence: new Float32Array(FLOW_WIDTH * FLOW_HEIGHT).fill(confidence),
    coarse: {
      backward: flow(COARSE_WIDTH, COARSE_HEIGHT, [-COARSE_WIDTH, -COARSE_HEIGHT]),
      confidence: new Float32Array(COARSE_WIDTH * COARSE_HEIGHT).fill(confidence),
    },
    matched: confidence,
    isCut: false,
    gain: 1,
    exposure: 1,
  };
}

/** A standing camera. */
export const STILL = motionOf(() => [0, 0]);

/** A camera that drives: what is seen grows about the middle by a share a frame. */
export const ahead = (share: number): Motion => motionOf((x, y) => [share * (x - 0.5), share * (y - 0.45)]);

/** A detail of one grey with rectangles of colours, RGB in [0, 1]; boxes in samples. */
export function detailOf(
  grey: number,
  rectangles: readonly {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
    readonly rgb: readonly [number, number, number];
  }[],
): Float32Array {
  const size = DETAIL_WIDTH * DETAIL_HEIGHT;
  const detail = new Float32Array(3 * size).fill(grey, 0, size);
  for (const { left, top, width, height, rgb } of rectangles) {
    const [red, green, blue] = rgb;
    const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) {
        const i = y * DETAIL_WIDTH + x;
        detail[i] = luma;
        detail[size + i] = (blue - luma) / 1.8556;
        detail[2 * size + i] = (red - luma) / 1.5748;
      }
    }
  }
  return detail;
}
