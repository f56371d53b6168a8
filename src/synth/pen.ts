import { MAX_CORNERS } from './polygon-scan.js';
import type { Material, PolygonOptions, Canvas } from './canvas.js';

/** Start and end, metres. */
export type Range = readonly [number, number];

/** Centre and size of a disc, metres. */
export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly radius: number;
  /** Height over width; default 1. */
  readonly stretch?: number;
}

/** Draws the basic shapes of objects. All coordinates are world metres. */
export class Pen {
  readonly canvas: Canvas;
  readonly corners = new Float64Array(3 * MAX_CORNERS);
  #pivotX = 0;
  #pivotZ = 0;
  #turn = 0;

  constructor(canvas: Canvas) {
    this.canvas = canvas;
  }

  /**
   * Turns what is drawn from now on by a quarter about an upright axis. 1: what faced the camera faces to the left, -1: to
   * the right, 0: no turn.
   */
  turnAbout(x: number, z: number, turn: -1 | 0 | 1): void {
    this.#pivotX = x;
    this.#pivotZ = z;
    this.#turn = turn;
  }

  /** Sets a corner for {@link fillPolygon}. */
  setCorner(index: number, x: number, y: number, z: number): void {
    if (this.#turn !== 0) {
      const aside = x - this.#pivotX;
      x = this.#pivotX + (z - this.#pivotZ) * this.#turn;
      z = this.#pivotZ - aside * this.#turn;
    }
    this.corners[3 * index] = x;
    this.corners[3 * index + 1] = y;
    this.corners[3 * index + 2] = z;
  }

  /** Draws the polygon of the first `count` corners. */
  fillPolygon(count: number, material: Material, options?: PolygonOptions): void {
    this.canvas.drawPolygon(this.corners, count, material, options);
  }

  /** Draws an upright rectangle that faces the camera. */
  fillUprightRect(at: { x: Range; y: Range; z: number }, material: Material, options?: PolygonOptions): void {
    this.fillTrapezoid({ bottom: at.x, top: at.x, y: at.y, z: at.z }, material, options);
  }

  /** Draws an upright trapezoid that faces the camera; `bottom` and `top` are the x ranges of its parallel sides. */
  fillTrapezoid(
    at: { bottom: Range; top: Range; y: Range; z: number },
    material: Material,
    options?: PolygonOptions,
  ): void {
    this.setCorner(0, at.bottom[0], at.y[0], at.z);
    this.setCorner(1, at.bottom[1], at.y[0], at.z);
    this.setCorner(2, at.top[1], at.y[1], at.z);
    this.setCorner(3, at.top[0], at.y[1], at.z);
    this.fillPolygon(4, material, options);
  }

  /** Draws a rectangle on the ground. */
  fillGroundRect(at: { x: Range; y: number; z: Range }, material: Material, options?: PolygonOptions): void {
    this.setCorner(0, at.x[0], at.y, at.z[0]);
    this.setCorner(1, at.x[1], at.y, at.z[0]);
    this.setCorner(2, at.x[1], at.y, at.z[1]);
    this.setCorner(3, at.x[0], at.y, at.z[1]);
    this.fillPolygon(4, material, options);
  }

  /** Draws an upright rectangle along the street. */
  fillSideRect(at: { x: number; y: Range; z: Range }, material: Material, options?: PolygonOptions): void {
    this.setCorner(0, at.x, at.y[0], at.z[0]);
    this.setCorner(1, at.x, at.y[0], at.z[1]);
    this.setCorner(2, at.x, at.y[1], at.z[1]);
    this.setCorner(3, at.x, at.y[1], at.z[0]);
    this.fillPolygon(4, material, options);
  }

  /** Draws a disc that faces the camera. */
  fillDisc(at: Disc, material: Material): void {
    const tall = at.radius * (at.stretch ?? 1);
    for (let i = 0; i < 12; i++) {
      const angle = (i * Math.PI) / 6;
      this.setCorner(i, at.x + at.radius * Math.cos(angle), at.y + tall * Math.sin(angle), at.z);
    }
    this.fillPolygon(12, material);
  }

  /** Draws a disc that faces across the street. */
  fillSideDisc(at: Disc, material: Material): void {
    for (let i = 0; i < 14; i++) {
      const angle = (i * Math.PI) / 7;
      this.setCorner(i, at.x, at.y + at.radius * Math.sin(angle), at.z + at.radius * Math.cos(angle));
    }
    this.fillPolygon(14, material);
  }

  /** Draws a shadow on the ground; three rings give a soft edge. @param strength share of light removed, 0 to 1. */
  fillShadow(
    at: { x: number; y: number; z: number; radiusX: number; radiusZ: number },
    strength: number,
    rings: 1 | 3 = 3,
  ): void {
    for (let ring = 3 - rings; ring < 3; ring++) {
      const grow = 1.12 - 0.2 * ring;
      for (let i = 0; i < 12; i++) {
        const angle = (i * Math.PI) / 6;
        this.setCorner(i, at.x + at.radiusX * grow * Math.cos(angle), at.y, at.z + at.radiusZ * grow * Math.sin(angle));
      }
      this.fillPolygon(12, SHADOW, { alpha: strength / rings + 0.04 * ring, isDecal: true });
    }
  }
}

/** The colour of shadows: blue sky light on asphalt. */
export const SHADOW: Material = { color: { y: 34, u: 134, v: 125 } };
