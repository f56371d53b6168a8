/** Maximum number of halvings along one axis. */
const MAX_LEVEL = 6;

/**
 * A texture with copies halved along each axis independently (Larson and Shah 1990), so that a wall at a grazing angle
 * neither flickers nor blurs. Texel (a, b) of level (i, j) is at index `a * minorAt(j) + b`; `a` is the major axis.
 */
export class Ripmap {
  /** Texels along the axes at level 0, not necessarily powers of two. */
  readonly major: number;
  readonly minor: number;
  readonly #levels: Uint8Array[][] = [];

  /** Takes `base`, `major * minor` texels. */
  constructor(base: Uint8Array, major: number, minor: number) {
    this.major = major;
    this.minor = minor;
    let row = base;
    for (let i = 0, m = major; i <= MAX_LEVEL; i++) {
      const levels = [row];
      for (let j = 1, n = minor; j <= MAX_LEVEL; j++) {
        if (n >= 4) levels.push(halveMinor(levels[j - 1] ?? row, m, n));
        else levels.push(levels[j - 1] ?? row);
        if (n >= 4) n >>= 1;
      }
      this.#levels.push(levels);
      if (m >= 4) {
        row = halveMajor(row, m, minor);
        m >>= 1;
      }
    }
  }

  /** Returns the texels of level (i, j); both are at most the last level. */
  texels(i: number, j: number): Uint8Array {
    return this.#levels[i]?.[j] ?? new Uint8Array(0);
  }

  /** Returns the number of texels along the major axis at a level. */
  majorAt(i: number): number {
    let m = this.major;
    for (let k = 0; k < i && m >= 4; k++) m >>= 1;
    return m;
  }

  /** Returns the number of texels along the minor axis at a level. */
  minorAt(j: number): number {
    let n = this.minor;
    for (let k = 0; k < j && n >= 4; k++) n >>= 1;
    return n;
  }
}

/** Returns the level at which a pixel's step of `texelsPerPixel` becomes 0.7 to 1.4 texels. */
export function levelFor(texelsPerPixel: number): number {
  let level = 0;
  for (let step = texelsPerPixel; step > 1.4 && level < MAX_LEVEL; step /= 2) level++;
  return level;
}

function halveMinor(from: Uint8Array, major: number, minor: number): Uint8Array {
  const half = minor >> 1;
  const to = new Uint8Array(major * half);
  for (let a = 0, o = 0; a < major; a++) {
    for (let b = 0, p = a * minor; b < half; b++, p += 2) to[o++] = ((from[p] ?? 0) + (from[p + 1] ?? 0) + 1) >> 1;
  }
  return to;
}

function halveMajor(from: Uint8Array, major: number, minor: number): Uint8Array {
  const half = major >> 1;
  const to = new Uint8Array(half * minor);
  for (let a = 0, o = 0; a < half; a++) {
    const p = 2 * a * minor;
    for (let b = 0; b < minor; b++) to[o++] = ((from[p + b] ?? 0) + (from[p + minor + b] ?? 0) + 1) >> 1;
  }
  return to;
}
