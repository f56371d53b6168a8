import { MAX_CORNERS } from './scan.js';
import type { Material, PolygonOptions, Surface } from './surface.js';

/** Draws the shapes that things on the street are made of; all coordinates are world metres. */
export class Pen {
  readonly surface: Surface;
  readonly corners = new Float64Array(3 * MAX_CORNERS);

  constructor(surface: Surface) {
    this.surface = surface;
  }

  /** Sets a corner for {@link fill}. */
  corner(index: number, x: number, y: number, z: number): void {
    this.corners[3 * index] = x;
    this.corners[3 * index + 1] = y;
    this.corners[3 * index + 2] = z;
  }

  /** The polygon of the first `count` corners. */
  fill(count: number, material: Material, options?: PolygonOptions): void {
    this.surface.polygon(this.corners, count, material, options);
  }

  /** An upright rectangle that faces the viewer. */
  upright(
    x0: number,
    x1: number,
    y0: number,
    y1: number,
    z: number,
    material: Material,
    options?: PolygonOptions,
  ): void {
    this.slab(x0, x1, x0, x1, y0, y1, z, material, options);
  }

  /** An upright trapezoid that faces the viewer: from `x0` to `x1` at its foot, `x2` to `x3` at its top. */
  slab(
    x0: number,
    x1: number,
    x2: number,
    x3: number,
    y0: number,
    y1: number,
    z: number,
    material: Material,
    options?: PolygonOptions,
  ): void {
    this.corner(0, x0, y0, z);
    this.corner(1, x1, y0, z);
    this.corner(2, x3, y1, z);
    this.corner(3, x2, y1, z);
    this.fill(4, material, options);
  }

  /** A rectangle on the ground. */
  flat(x0: number, x1: number, z0: number, z1: number, y: number, material: Material, options?: PolygonOptions): void {
    this.corner(0, x0, y, z0);
    this.corner(1, x1, y, z0);
    this.corner(2, x1, y, z1);
    this.corner(3, x0, y, z1);
    this.fill(4, material, options);
  }

  /** An upright rectangle along the street, at one x. */
  along(x: number, y0: number, y1: number, z0: number, z1: number, material: Material, options?: PolygonOptions): void {
    this.corner(0, x, y0, z0);
    this.corner(1, x, y0, z1);
    this.corner(2, x, y1, z1);
    this.corner(3, x, y1, z0);
    this.fill(4, material, options);
  }

  /** A disc that faces the viewer. */
  disc(x: number, y: number, z: number, radius: number, material: Material, stretch = 1): void {
    for (let i = 0; i < 12; i++) {
      const angle = (i * Math.PI) / 6;
      this.corner(i, x + radius * Math.cos(angle), y + radius * stretch * Math.sin(angle), z);
    }
    this.fill(12, material);
  }

  /** A disc on a plane of one x. */
  wheel(x: number, y: number, z: number, radius: number, material: Material): void {
    for (let i = 0; i < 14; i++) {
      const angle = (i * Math.PI) / 7;
      this.corner(i, x, y + radius * Math.sin(angle), z + radius * Math.cos(angle));
    }
    this.fill(14, material);
  }

  /** A soft dark spot on the ground, of up to three rings: half axes in metres. */
  shadow(x: number, z: number, radiusX: number, radiusZ: number, y: number, strength: number, rings = 3): void {
    for (let ring = 3 - rings; ring < 3; ring++) {
      const grow = 1.12 - 0.2 * ring;
      for (let i = 0; i < 12; i++) {
        const angle = (i * Math.PI) / 6;
        this.corner(i, x + radiusX * grow * Math.cos(angle), y, z + radiusZ * grow * Math.sin(angle));
      }
      this.fill(12, SHADOW, { alpha: strength / rings + 0.04 * ring, isDecal: true });
    }
  }
}

/** What shadows darken towards: blue sky light on asphalt. */
export const SHADOW: Material = { color: { y: 34, u: 134, v: 125 } };
