import { Random } from '../../core/random.js';
import { SURFACES } from '../../scene/scene.js';
import {
  LABEL_HEIGHT,
  LABEL_WIDTH,
  SCENE_IMAGE_HEIGHT as HEIGHT,
  SCENE_IMAGE_WIDTH as WIDTH,
  type LabelledScene,
} from './labelled-scene.js';

/** Label of a sample: a surface on which nothing is lit. */
const LABEL = 1 + SURFACES.indexOf('wall');
/** Confidence of it: what stands there is no wall either. */
const CONFIDENCE = 110;

type Rgb = readonly [red: number, green: number, blue: number];

/** Images that show no street, the same for the same seed: noise, shapes, text, bricks, blobs. No vehicles, nothing that is lit. */
export function nonStreets({ count, seed }: { readonly count: number; readonly seed: number }): LabelledScene[] {
  return Array.from({ length: count }, (_, i) => {
    const random = new Random(seed * 7919 + i);
    const rgb = new Uint8Array(3 * WIDTH * HEIGHT);
    fill(rgb, { x: 0, y: 0, width: WIDTH, height: HEIGHT }, randomColor(random));
    (PAINTERS[i % PAINTERS.length] ?? paintNoise)(rgb, random);
    return {
      name: `non-street-${i}`,
      group: 'non-streets',
      rgb,
      surfaces: new Uint8Array(LABEL_WIDTH * LABEL_HEIGHT).fill(LABEL),
      confidence: new Uint8Array(LABEL_WIDTH * LABEL_HEIGHT).fill(CONFIDENCE),
      vehicles: [],
    };
  });
}

const PAINTERS = [paintNoise, paintShapes, paintText, paintBricks, paintBlobs, paintShapes, paintBlobs];

function randomColor(random: Random): Rgb {
  const grey = random.below(256);
  const color = (): number => Math.min(255, Math.max(0, grey + 160 * (random.next() - 0.5)));
  return random.next() < 0.3 ? [grey, grey, grey] : [color(), color(), color()];
}

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function fill(rgb: Uint8Array, { x, y, width, height }: Rectangle, [red, green, blue]: Rgb): void {
  const [left, top] = [Math.max(0, Math.floor(x)), Math.max(0, Math.floor(y))];
  for (let row = top; row < Math.min(HEIGHT, y + height); row++) {
    for (let column = left; column < Math.min(WIDTH, x + width); column++) {
      rgb.set([red, green, blue], 3 * (row * WIDTH + column));
    }
  }
}

/** Noise of one scale: grains of 1 to 12 pixels. */
function paintNoise(rgb: Uint8Array, random: Random): void {
  const grain = 1 + random.below(12);
  const isGrey = random.next() < 0.5;
  for (let y = 0; y < HEIGHT; y += grain) {
    for (let x = 0; x < WIDTH; x += grain) {
      const grey = random.below(256);
      const color: Rgb = isGrey ? [grey, grey, grey] : [grey, random.below(256), random.below(256)];
      fill(rgb, { x, y, width: grain, height: grain }, color);
    }
  }
}

/** Rectangles of any size and colour. */
function paintShapes(rgb: Uint8Array, random: Random): void {
  for (let i = random.below(30); i >= 0; i--) {
    const [width, height] = [random.between(4, 0.6 * WIDTH), random.between(4, 0.7 * HEIGHT)];
    const [x, y] = [random.between(-width / 2, WIDTH - width / 2), random.between(-height / 2, HEIGHT - height / 2)];
    fill(rgb, { x, y, width, height }, randomColor(random));
  }
}

/** Lines of words: dark on light, or light on dark. */
function paintText(rgb: Uint8Array, random: Random): void {
  const paper = random.next() < 0.8 ? random.between(200, 255) : random.between(0, 60);
  const ink = paper > 128 ? random.between(0, 70) : random.between(180, 255);
  fill(rgb, { x: 0, y: 0, width: WIDTH, height: HEIGHT }, [paper, paper, paper]);
  const size = random.between(3, 26);
  const margin = random.between(0, 60);
  for (let y = random.between(0, 40); y < HEIGHT; y += 1.7 * size) {
    let x = margin;
    while (x < WIDTH - margin) {
      const letters = 1 + random.below(9);
      for (let letter = 0; letter < letters && x < WIDTH - margin; letter++, x += 0.62 * size) {
        const height = (0.5 + 0.5 * random.next()) * size;
        fill(rgb, { x, y: y + size - height, width: 0.16 * size, height }, [ink, ink, ink]);
        if (random.next() < 0.7) {
          const bar = y + size - height * random.next();
          fill(rgb, { x, y: bar, width: 0.46 * size, height: 0.14 * size }, [ink, ink, ink]);
        }
      }
      x += 0.5 * size;
    }
  }
}

/** Courses of bricks or tiles. */
function paintBricks(rgb: Uint8Array, random: Random): void {
  const [width, height] = [random.between(10, 120), random.between(8, 60)];
  const joint = random.between(1, 5);
  const [red, green, blue] = randomColor(random);
  for (let y = 0, course = 0; y < HEIGHT; y += height, course++) {
    for (let x = -(course % 2) * 0.5 * width; x < WIDTH; x += width) {
      const shade = random.between(0.8, 1.15);
      const color: Rgb = [Math.min(255, shade * red), Math.min(255, shade * green), Math.min(255, shade * blue)];
      fill(rgb, { x, y, width: width - joint, height: height - joint }, color);
    }
  }
}

/** Soft blobs over each other, as a face or a flower very near has them. */
function paintBlobs(rgb: Uint8Array, random: Random): void {
  for (let i = 2 + random.below(14); i > 0; i--) {
    const [red, green, blue] = randomColor(random);
    const [x0, y0] = [random.between(0, WIDTH), random.between(0, HEIGHT)];
    const [rx, ry] = [random.between(10, 0.4 * WIDTH), random.between(10, 0.5 * HEIGHT)];
    const edge = random.between(0.05, 1);
    for (let y = Math.max(0, Math.floor(y0 - ry)); y < Math.min(HEIGHT, y0 + ry); y++) {
      for (let x = Math.max(0, Math.floor(x0 - rx)); x < Math.min(WIDTH, x0 + rx); x++) {
        const square = ((x - x0) / rx) ** 2 + ((y - y0) / ry) ** 2;
        const share = Math.min(1, Math.max(0, (1 - square) / edge));
        if (share <= 0) continue;
        const at = 3 * (y * WIDTH + x);
        for (const [c, value] of [red, green, blue].entries()) {
          rgb[at + c] = (1 - share) * (rgb[at + c] ?? 0) + share * value;
        }
      }
    }
  }
}
