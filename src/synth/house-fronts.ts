import { Random } from '../core/random.js';
import type { Block, House, SideHouse } from './city.js';
import { drawLot } from './lot.js';
import type { Pen } from './pen.js';
import { FACADE_X, hash, KERB_HEIGHT, VIEW_DISTANCE } from './street-plan.js';
import type { Front, FrontColumns, FrontFacing, Material } from './canvas.js';
import type { Camera } from './camera.js';
import type { Crown } from './tree-sprite.js';
import { dim, fromRgb } from './yuv.js';

const SLATE: Material = { color: fromRgb(0x596069) };
const CORNICE_HEIGHT = 0.55;
/** Size of the column pool, in fronts of the frame's width: each pixel column crosses several houses. */
const POOL_FRONTS = 12;
const MANSARD_HEIGHT = 2.6;
/** Horizontal depth of a mansard's slope. */
const MANSARD_SLOPE = 1.1;
/** Depth of a house behind its front. */
const HOUSE_DEPTH = 14;

/** The part of a front that nearer fronts do not cover. */
interface VisibleFront {
  readonly house: House | SideHouse;
  /** Undefined: a lot. */
  readonly front?: Front;
  readonly columns?: FrontColumns;
  /** Height of the next nearer house, without its roof. */
  readonly nearerHeight: number;
}

/** Rows by which a front continues behind the edge of a nearer one. */
const OVERLAP = 2;

/** Draws the house fronts in view without the parts that nearer houses cover. Reuse it for all frames. */
export class HouseFronts {
  readonly #pool: Float64Array;
  /** For each pixel column, the highest row of the nearer houses. */
  readonly #skyline: Float64Array;
  readonly #tintStrength: number;
  #used = 0;

  /** @param tintStrength how much houses of one facade differ in colour, 0 to 1. */
  constructor(width: number, tintStrength = 0) {
    this.#tintStrength = tintStrength;
    this.#pool = new Float64Array(width * POOL_FRONTS * 5);
    this.#skyline = new Float64Array(width);
  }

  /** @param blocks from far to near. */
  draw(pen: Pen, camera: Camera, blocks: readonly Block[], crowns: readonly Crown[]): void {
    const fronts: VisibleFront[] = [];
    this.#used = 0;
    this.#skyline.fill(camera.height);
    for (let i = blocks.length - 1; i >= 0; i--) {
      const block = blocks[i];
      if (block) this.#addVisible(camera, block, fronts);
    }
    for (let i = fronts.length - 1; i >= 0; i--) {
      const visible = fronts[i];
      if (visible) drawVisibleFront(pen, camera, visible, crowns);
    }
  }

  /** Adds a block's fronts, nearest first. */
  #addVisible(camera: Camera, block: Block, fronts: VisibleFront[]): void {
    for (const house of block.sideHouses) {
      if (house.z < camera.z + 0.5 || house.z > camera.z + VIEW_DISTANCE) continue;
      const columns = this.#sideColumns(camera, house);
      if (columns) fronts.push({ house, columns, nearerHeight: 0, front: this.#front(house, 'camera') });
    }
    for (const side of [-1, 1] as const) {
      let nearerHeight = Infinity; // the corner house has a front along the crossing street
      for (const house of block.houses) {
        if (house.side !== side) continue;
        if (house.isLot) {
          if (house.z1 > camera.z + 0.5) fronts.push({ house, nearerHeight: 0 });
          nearerHeight = 0;
          continue;
        }
        if (house.z1 > camera.z + 0.5 && house.z0 < camera.z + VIEW_DISTANCE) {
          const columns = this.#houseColumns(camera, house);
          const front = this.#front(house, side > 0 ? 'left' : 'right');
          if (columns) fronts.push({ house, columns, nearerHeight, front });
        }
        nearerHeight = house.height;
      }
    }
  }

  #front({ id, facade }: House | SideHouse, facing: FrontFacing): Front {
    const strength = this.#tintStrength;
    const random = new Random(hash(id, 14));
    const gain = 1 + strength * random.between(-0.45, 0.2);
    return {
      facade,
      facing,
      tint: { gain, u: strength * random.between(-14, 9), v: strength * random.between(-8, 14) },
    };
  }

  #houseColumns(camera: Camera, house: House): FrontColumns | undefined {
    const aside = house.side * FACADE_X - camera.x;
    const near = Math.max(house.z0 - camera.z, 0.5);
    const far = house.z1 - camera.z;
    const columns = this.#allocateColumns(
      camera,
      camera.centerX + (camera.focal * aside) / near,
      camera.centerX + (camera.focal * aside) / far,
    );
    if (!columns) return undefined;
    const stretch = (house.bays * house.facade.bayWidth) / (house.z1 - house.z0);
    const above = house.height - camera.y;
    const below = camera.y - KERB_HEIGHT;
    for (let i = 0; i < columns.count; i++) {
      const fromCenter = columns.firstX + i + 0.5 - camera.centerX;
      const depth = (camera.focal * aside) / fromCenter;
      columns.depth[i] = depth;
      columns.top[i] = camera.horizonY - (camera.focal * above) / depth;
      columns.bottom[i] = camera.horizonY + (camera.focal * below) / depth;
      columns.along[i] = (depth + camera.z - house.z0) * stretch;
      columns.alongStep[i] = Math.abs((depth / fromCenter) * stretch);
    }
    return this.#occlude(columns);
  }

  #sideColumns(camera: Camera, house: SideHouse): FrontColumns | undefined {
    const depth = house.z - camera.z;
    const perMetre = camera.focal / depth;
    const inner = camera.centerX + (house.side * house.x0 - camera.x) * perMetre;
    const columns = this.#allocateColumns(
      camera,
      inner,
      camera.centerX + (house.side * house.x1 - camera.x) * perMetre,
    );
    if (!columns) return undefined;
    columns.depth.fill(depth);
    columns.top.fill(camera.horizonY - (house.height - camera.y) * perMetre);
    columns.bottom.fill(camera.horizonY + (camera.y - KERB_HEIGHT) * perMetre);
    columns.alongStep.fill(1 / perMetre);
    for (let i = 0; i < columns.count; i++) {
      columns.along[i] = ((columns.firstX + i + 0.5 - inner) * house.side) / perMetre;
    }
    return this.#occlude(columns);
  }

  /** Clips columns at the skyline and raises the skyline to them. Returns undefined when nothing is visible. */
  #occlude(columns: FrontColumns): FrontColumns | undefined {
    const reach = this.#skyline;
    let isVisible = false;
    for (let i = 0, x = columns.firstX; i < columns.count; i++, x++) {
      const top = columns.top[i] ?? 0;
      const limit = (reach[x] ?? 0) + OVERLAP;
      if (limit < (columns.bottom[i] ?? 0)) columns.bottom[i] = limit;
      if (top < (reach[x] ?? 0)) {
        reach[x] = top;
        isVisible = true;
      }
    }
    return isVisible ? columns : undefined;
  }

  /** Allocates the pixel columns whose centres lie between `a` and `b`. Returns undefined when there are none. */
  #allocateColumns(camera: Camera, a: number, b: number): FrontColumns | undefined {
    const firstX = Math.max(0, Math.ceil(Math.min(a, b) - 0.5));
    const count = Math.min(camera.width, Math.ceil(Math.max(a, b) - 0.5)) - firstX;
    if (count <= 0 || this.#used + 5 * count > this.#pool.length) return undefined;
    const next = (): Float64Array => this.#pool.subarray(this.#used, (this.#used += count));
    return { count, firstX, top: next(), bottom: next(), depth: next(), along: next(), alongStep: next() };
  }
}

function drawVisibleFront(pen: Pen, camera: Camera, visible: VisibleFront, crowns: readonly Crown[]): void {
  const { house, front, columns } = visible;
  if (!front || !columns) {
    if ('isLot' in house) drawLot(pen, camera, house, crowns);
    return;
  }
  const z = 'z' in house ? house.z : house.z0;
  pen.canvas.beginObject({ id: house.id, surface: 'facade', x: house.side * FACADE_X, z, movedZ: 0 });
  pen.canvas.drawFront(front, columns);
  if ('z' in house) drawSideRoof(pen, house);
  else drawRoof(pen, camera, house, visible.nearerHeight);
}

function drawSideRoof(pen: Pen, house: SideHouse): void {
  const { side, z, x0, x1 } = house;
  const top = house.height + CORNICE_HEIGHT;
  if (house.hasMansard) {
    pen.setCorner(0, side * x0, top, z);
    pen.setCorner(1, side * x1, top, z);
    pen.setCorner(2, side * x1, top + MANSARD_HEIGHT, z + MANSARD_SLOPE);
    pen.setCorner(3, side * (x0 + MANSARD_SLOPE), top + MANSARD_HEIGHT, z + MANSARD_SLOPE);
    pen.fillPolygon(4, SLATE);
  }
  pen.fillUprightRect({ x: [side * x0, side * x1], y: [house.height, top], z: z - 0.1 }, { color: house.facade.trim });
}

/** Draws the cornice, the mansard of some houses, and the side wall above a lower neighbour. */
function drawRoof(pen: Pen, camera: Camera, house: House, nearerHeight: number): void {
  const { side } = house;
  const x = side * FACADE_X;
  const eaves = side * (FACADE_X - 0.3);
  const top = house.height + CORNICE_HEIGHT;
  const parts = house.z0 < camera.z + 60 ? 2 : 1; // haze varies along a house
  for (let i = parts - 1; i >= 0; i--) {
    const z0 = house.z0 + ((house.z1 - house.z0) * i) / parts;
    const z1 = house.z0 + ((house.z1 - house.z0) * (i + 1)) / parts;
    if (house.hasMansard) {
      pen.setCorner(0, x, top, z0);
      pen.setCorner(1, x, top, z1);
      pen.setCorner(2, side * (FACADE_X + MANSARD_SLOPE), top + MANSARD_HEIGHT, z1);
      pen.setCorner(3, side * (FACADE_X + MANSARD_SLOPE), top + MANSARD_HEIGHT, z0);
      pen.fillPolygon(4, SLATE);
    }
    pen.fillSideRect(
      { x, y: [house.height - 0.35, house.height], z: [z0, z1] },
      { color: dim(house.facade.wall, 0.55) },
    );
    pen.fillSideRect({ x: eaves, y: [house.height, top], z: [z0, z1] }, { color: house.facade.trim });
  }
  if (house.z0 < camera.z + 0.5) return;
  const wall: Material = { color: dim(house.facade.wall, 0.9) };
  const outer = side * (FACADE_X + HOUSE_DEPTH);
  if (house.hasMansard && nearerHeight < top + MANSARD_HEIGHT) {
    pen.setCorner(0, x, top, house.z0);
    pen.setCorner(1, outer, top, house.z0);
    pen.setCorner(2, outer, top + MANSARD_HEIGHT, house.z0);
    pen.setCorner(3, side * (FACADE_X + MANSARD_SLOPE), top + MANSARD_HEIGHT, house.z0);
    pen.fillPolygon(4, SLATE);
  }
  if (nearerHeight < house.height) pen.fillUprightRect({ x: [x, outer], y: [nearerHeight, top], z: house.z0 }, wall);
  pen.fillUprightRect({ x: [eaves, x], y: [house.height, top], z: house.z0 }, { color: dim(house.facade.trim, 0.8) });
}
