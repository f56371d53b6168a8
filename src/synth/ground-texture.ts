import { Random } from '../core/random.js';
import { Ripmap } from './ripmap.js';
import { hash } from './street-plan.js';

/** Texels per metre of the ground's textures, which repeat after {@link GROUND_TEXELS} texels (16 m). */
export const GROUND_TEXELS_PER_METRE = 32;
/** Texels along both axes, a power of two. Rows (along the street) are the major axis. */
export const GROUND_TEXELS = 512;

const SIZE = GROUND_TEXELS;

/** Paints the luma of worn asphalt, around 100: grain, wheel tracks, patches, cracks. */
export function paintAsphalt(seed: number): Ripmap {
  const random = new Random(hash(seed, 21));
  const texels = new Float32Array(SIZE * SIZE);
  addClouds(texels, random, 64, 5);
  addClouds(texels, random, 12, 3);
  for (let i = 0; i < texels.length; i++) texels[i] = (texels[i] ?? 0) + random.between(-7, 7);
  for (let patch = 0; patch < 5; patch++) {
    const tone = random.between(-11, 5);
    const z0 = random.below(SIZE);
    const x0 = random.below(SIZE);
    const length = 40 + random.below(110);
    const width = 24 + random.below(50);
    for (let z = 0; z < length; z++) {
      for (let x = 0; x < width; x++) {
        const edge = z < 2 || x < 2 || z > length - 3 || x > width - 3 ? -10 : 0;
        const i = ((z0 + z) % SIZE) * SIZE + ((x0 + x) % SIZE);
        texels[i] = (texels[i] ?? 0) + tone + edge;
      }
    }
  }
  for (let crack = 0; crack < 7; crack++) {
    let x = random.below(SIZE);
    let z = random.below(SIZE);
    let heading = random.between(0, 2 * Math.PI);
    for (let step = 0; step < 160; step++) {
      heading += random.between(-0.35, 0.35);
      x = (x + Math.cos(heading) + SIZE) % SIZE;
      z = (z + Math.sin(heading) + SIZE) % SIZE;
      const i = Math.floor(z) * SIZE + Math.floor(x);
      texels[i] = (texels[i] ?? 0) - 22;
    }
  }
  return toRipmap(texels, 100);
}

/** Paints the luma of paving slabs, around 160, half a metre wide. */
export function paintPaving(seed: number): Ripmap {
  const random = new Random(hash(seed, 22));
  const texels = new Float32Array(SIZE * SIZE);
  const slab = GROUND_TEXELS_PER_METRE / 2;
  const tones = Float32Array.from({ length: (SIZE / slab) ** 2 }, () => random.between(-7, 7));
  addClouds(texels, random, 48, 5);
  for (let z = 0; z < SIZE; z++) {
    const course = Math.floor(z / slab);
    for (let x = 0; x < SIZE; x++) {
      const shifted = (x + (course % 2) * (slab / 2)) % SIZE;
      const joint = z % slab === 0 || shifted % slab === 0 ? -15 : 0;
      const tone = tones[course * (SIZE / slab) + Math.floor(shifted / slab)] ?? 0;
      texels[z * SIZE + x] = (texels[z * SIZE + x] ?? 0) + tone + joint + random.between(-4, 4);
    }
  }
  return toRipmap(texels, 160);
}

/** Adds smooth value noise that repeats with the texture. @param cell texels of a noise cell, about a divisor of the size. */
function addClouds(texels: Float32Array, random: Random, cell: number, amplitude: number): void {
  const count = Math.round(SIZE / cell);
  const lattice = Float32Array.from({ length: count * count }, () => random.between(-1, 1));
  const at = (z: number, x: number): number => lattice[(z % count) * count + (x % count)] ?? 0;
  for (let z = 0; z < SIZE; z++) {
    const fz = (z * count) / SIZE;
    const iz = Math.floor(fz);
    const tz = smooth(fz - iz);
    for (let x = 0; x < SIZE; x++) {
      const fx = (x * count) / SIZE;
      const ix = Math.floor(fx);
      const tx = smooth(fx - ix);
      const a = at(iz, ix) + (at(iz, ix + 1) - at(iz, ix)) * tx;
      const b = at(iz + 1, ix) + (at(iz + 1, ix + 1) - at(iz + 1, ix)) * tx;
      texels[z * SIZE + x] = (texels[z * SIZE + x] ?? 0) + amplitude * (a + (b - a) * tz);
    }
  }
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

function toRipmap(offsets: Float32Array, mean: number): Ripmap {
  const bytes = new Uint8Array(offsets.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.min(235, Math.max(20, mean + (offsets[i] ?? 0)));
  return new Ripmap(bytes, SIZE, SIZE);
}
