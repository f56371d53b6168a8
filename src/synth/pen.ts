import { MAX_CORNERS } from './scan.js';
import type { Material, PolygonOptions, Surface } from './surface.js';

/** From and to, metres. */
export type Range = readonly [number, number];

/** A place in the world and a size around it, metres. */
export interface Round {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly radius: number;
  /** Height over width; default 1. */
  readonly stretch?: number;
}

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
  upright(at: { x: Range; y: Range; z: number }, material: Material, options?: PolygonOptions): void {
    this.slab({ foot: at.x, head: at.x, y: at.y, z: at.z }, material, options);
  }

  /** An upright trapezoid that faces the viewer, from `foot` to `head`. */
  slab(at: { foot: Range; head: Range; y: Range; z: number }, material: Material, options?: PolygonOptions): void {
    this.corner(0, at.foot[0], at.y[0], at.z);
    this.corner(1, at.foot[1], at.y[0], at.z);
    this.corner(2, at.head[1], at.y[1], at.z);
    this.corner(3, at.head[0], at.y[1], at.z);
    this.fill(4, material, options);
  }

  /** A rectangle on the ground. */
  flat(at: { x: Range; y: number; z: Range }, material: Material, options?: PolygonOptions): void {
    this.corner(0, at.x[0], at.y, at.z[0]);
    this.corner(1, at.x[1], at.y, at.z[0]);
    this.corner(2, at.x[1], at.y, at.z[1]);
    this.corner(3, at.x[0], at.y, at.z[1]);
    this.fill(4, material, options);
  }

  /** An upright rectangle along the street. */
  along(at: { x: number; y: Range; z: Range }, material: Material, options?: PolygonOptions): void {
    this.corner(0, at.x, at.y[0], at.z[0]);
    this.corner(1, at.x, at.y[0], at.z[1]);
    this.corner(2, at.x, at.y[1], at.z[1]);
    this.corner(3, at.x, at.y[1], at.z[0]);
    this.fill(4, material, options);
  }

  /** A disc that faces the viewer. */
  disc(at: Round, material: Material): void {
    const tall = at.radius * (at.stretch ?? 1);
    for (let i = 0; i < 12; i++) {
      const angle = (i * Math.PI) / 6;
      this.corner(i, at.x + at.radius * Math.cos(angle), at.y + tall * Math.sin(angle), at.z);
    }
    this.fill(12, material);
  }

  /** A disc that faces across the street. */
  wheel(at: Round, material: Material): void {
    for (let i = 0; i < 14; i++) {
      const angle = (i * Math.PI) / 7;
      this.corner(i, at.x, at.y + at.radius * Math.sin(angle), at.z + at.radius * Math.cos(angle));
    }
    this.fill(14, material);
  }

  /** A dark spot on the ground, soft with three rings. @param strength share of light taken, 0 to 1. */
  shadow(
    at: { x: number; y: number; z: number; radiusX: number; radiusZ: number },
    strength: number,
    rings: 1 | 3 = 3,
  ): void {
    for (let ring = 3 - rings; ring < 3; ring++) {
      const grow = 1.12 - 0.2 * ring;
      for (let i = 0; i < 12; i++) {
        const angle = (i * Math.PI) / 6;
        this.corner(i, at.x + at.radiusX * grow * Math.cos(angle), at.y, at.z + at.radiusZ * grow * Math.sin(angle));
      }
      this.fill(12, SHADOW, { alpha: strength / rings + 0.04 * ring, isDecal: true });
    }
  }
}

/** What shadows darken towards: blue sky light on asphalt. */
export const SHADOW: Material = { color: { y: 34, u: 134, v: 125 } };
