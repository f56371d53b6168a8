import type { Block, House, SideHouse } from './city.js';
import type { Pen } from './pen.js';
import { FACADE_X, KERB_HEIGHT, SIGHT } from './street-plan.js';
import type { Front, FrontColumns, Material } from './surface.js';
import type { View } from './view.js';
import { dim, fromRgb } from './yuv.js';

/** Light on fronts by day: the right ones face the sun, the left ones only the sky. */
const SHADE_RIGHT = 1;
const SHADE_LEFT = 0.6;
const SHADE_SIDE = 0.78;
const SLATE: Material = { color: fromRgb(0x596069) };
const CORNICE_HEIGHT = 0.55;
/** Fronts as wide as the picture that the pool has room for: each pixel column crosses some houses. */
const POOL_FRONTS = 12;
const MANSARD_HEIGHT = 2.6;
/** How far a mansard leans back over its height. */
const MANSARD_SLOPE = 1.1;
/** How far a house goes back from the street. */
const HOUSE_DEPTH = 14;

/** What stays to be drawn of one front when the nearer ones are known. */
interface Job {
  readonly house: House | SideHouse;
  readonly front: Front;
  readonly columns: FrontColumns;
  /** Height of the next house on the viewer's side, without its roof. */
  readonly nearerHeight: number;
}

/** Rows by which a front goes on behind the rim of a nearer one. */
const OVERLAP = 2;

/** Draws all house fronts in sight, without those parts that nearer houses cover. Reused from picture to picture. */
export class Fronts {
  readonly #pool: Float64Array;
  /** Per pixel column, the highest row that the houses so far reach. */
  readonly #reach: Float64Array;
  #used = 0;

  constructor(width: number) {
    this.#pool = new Float64Array(width * POOL_FRONTS * 5);
    this.#reach = new Float64Array(width);
  }

  /** @param blocks from far to near. */
  draw(pen: Pen, view: View, blocks: readonly Block[]): void {
    const jobs: Job[] = [];
    this.#used = 0;
    this.#reach.fill(view.height);
    for (let i = blocks.length - 1; i >= 0; i--) {
      const block = blocks[i];
      if (block) this.#plan(view, block, jobs);
    }
    for (let i = jobs.length - 1; i >= 0; i--) {
      const job = jobs[i];
      if (job) drawJob(pen, view, job);
    }
  }

  /** Adds a block's fronts, nearest first. */
  #plan(view: View, block: Block, jobs: Job[]): void {
    for (const house of block.sideHouses) {
      if (house.z < view.z + 0.5 || house.z > view.z + SIGHT) continue;
      const columns = this.#sideColumns(view, house);
      if (columns) jobs.push({ house, columns, nearerHeight: 0, front: { facade: house.facade, shade: SHADE_SIDE } });
    }
    for (const side of [-1, 1] as const) {
      let nearerHeight = Infinity; // the house at the corner has a front along the crossing street
      for (const house of block.houses) {
        if (house.side !== side) continue;
        if (house.z1 > view.z + 0.5 && house.z0 < view.z + SIGHT) {
          const columns = this.#houseColumns(view, house);
          const shade = side > 0 ? SHADE_RIGHT : SHADE_LEFT;
          if (columns) jobs.push({ house, columns, nearerHeight, front: { facade: house.facade, shade } });
        }
        nearerHeight = house.height;
      }
    }
  }

  #houseColumns(view: View, house: House): FrontColumns | undefined {
    const aside = house.side * FACADE_X - view.x;
    const near = Math.max(house.z0 - view.z, 0.5);
    const far = house.z1 - view.z;
    const columns = this.#take(
      view,
      view.centerX + (view.focal * aside) / near,
      view.centerX + (view.focal * aside) / far,
    );
    if (!columns) return undefined;
    const stretch = (house.bays * house.facade.bayWidth) / (house.z1 - house.z0);
    const above = house.height - view.y;
    const below = view.y - KERB_HEIGHT;
    for (let i = 0; i < columns.count; i++) {
      const fromCenter = columns.firstX + i + 0.5 - view.centerX;
      const depth = (view.focal * aside) / fromCenter;
      columns.depth[i] = depth;
      columns.top[i] = view.horizonY - (view.focal * above) / depth;
      columns.bottom[i] = view.horizonY + (view.focal * below) / depth;
      columns.along[i] = (depth + view.z - house.z0) * stretch;
      columns.alongStep[i] = Math.abs((depth / fromCenter) * stretch);
    }
    return this.#cover(columns);
  }

  #sideColumns(view: View, house: SideHouse): FrontColumns | undefined {
    const depth = house.z - view.z;
    const perMetre = view.focal / depth;
    const inner = view.centerX + (house.side * house.x0 - view.x) * perMetre;
    const columns = this.#take(view, inner, view.centerX + (house.side * house.x1 - view.x) * perMetre);
    if (!columns) return undefined;
    columns.depth.fill(depth);
    columns.top.fill(view.horizonY - (house.height - view.y) * perMetre);
    columns.bottom.fill(view.horizonY + (view.y - KERB_HEIGHT) * perMetre);
    columns.alongStep.fill(1 / perMetre);
    for (let i = 0; i < columns.count; i++) {
      columns.along[i] = ((columns.firstX + i + 0.5 - inner) * house.side) / perMetre;
    }
    return this.#cover(columns);
  }

  /** Cuts off what nearer fronts cover, and covers what lies behind. Undefined when nothing is seen. */
  #cover(columns: FrontColumns): FrontColumns | undefined {
    const reach = this.#reach;
    let isSeen = false;
    for (let i = 0, x = columns.firstX; i < columns.count; i++, x++) {
      const top = columns.top[i] ?? 0;
      const limit = (reach[x] ?? 0) + OVERLAP;
      if (limit < (columns.bottom[i] ?? 0)) columns.bottom[i] = limit;
      if (top < (reach[x] ?? 0)) {
        reach[x] = top;
        isSeen = true;
      }
    }
    return isSeen ? columns : undefined;
  }

  /** Room for the pixel columns whose centres lie between two places; undefined when there are none. */
  #take(view: View, a: number, b: number): FrontColumns | undefined {
    const firstX = Math.max(0, Math.ceil(Math.min(a, b) - 0.5));
    const count = Math.min(view.width, Math.ceil(Math.max(a, b) - 0.5)) - firstX;
    if (count <= 0 || this.#used + 5 * count > this.#pool.length) return undefined;
    const next = (): Float64Array => this.#pool.subarray(this.#used, (this.#used += count));
    return { count, firstX, top: next(), bottom: next(), depth: next(), along: next(), alongStep: next() };
  }
}

function drawJob(pen: Pen, view: View, job: Job): void {
  const { house } = job;
  const z = 'z' in house ? house.z : house.z0;
  pen.surface.begin({ id: house.id, x: house.side * FACADE_X, z, moveZ: 0 });
  pen.surface.front(job.front, job.columns);
  if ('z' in house) drawSideRoof(pen, house);
  else drawRoof(pen, view, house, job.nearerHeight);
}

function drawSideRoof(pen: Pen, house: SideHouse): void {
  const { side, z, x0, x1 } = house;
  const top = house.height + CORNICE_HEIGHT;
  if (house.hasMansard) {
    pen.corner(0, side * x0, top, z);
    pen.corner(1, side * x1, top, z);
    pen.corner(2, side * x1, top + MANSARD_HEIGHT, z + MANSARD_SLOPE);
    pen.corner(3, side * (x0 + MANSARD_SLOPE), top + MANSARD_HEIGHT, z + MANSARD_SLOPE);
    pen.fill(4, SLATE);
  }
  pen.upright({ x: [side * x0, side * x1], y: [house.height, top], z: z - 0.1 }, { color: house.facade.trim });
}

/** Cornice, on some houses a mansard behind it, and the wall above a lower neighbour. */
function drawRoof(pen: Pen, view: View, house: House, nearerHeight: number): void {
  const { side } = house;
  const x = side * FACADE_X;
  const eaves = side * (FACADE_X - 0.3);
  const top = house.height + CORNICE_HEIGHT;
  const parts = house.z0 < view.z + 60 ? 2 : 1; // haze differs along a house
  for (let i = parts - 1; i >= 0; i--) {
    const z0 = house.z0 + ((house.z1 - house.z0) * i) / parts;
    const z1 = house.z0 + ((house.z1 - house.z0) * (i + 1)) / parts;
    if (house.hasMansard) {
      pen.corner(0, x, top, z0);
      pen.corner(1, x, top, z1);
      pen.corner(2, side * (FACADE_X + MANSARD_SLOPE), top + MANSARD_HEIGHT, z1);
      pen.corner(3, side * (FACADE_X + MANSARD_SLOPE), top + MANSARD_HEIGHT, z0);
      pen.fill(4, SLATE);
    }
    pen.along({ x, y: [house.height - 0.35, house.height], z: [z0, z1] }, { color: dim(house.facade.wall, 0.55) });
    pen.along({ x: eaves, y: [house.height, top], z: [z0, z1] }, { color: house.facade.trim });
  }
  if (house.z0 < view.z + 0.5) return;
  const wall: Material = { color: dim(house.facade.wall, 0.9) };
  const outer = side * (FACADE_X + HOUSE_DEPTH);
  if (house.hasMansard && nearerHeight < top + MANSARD_HEIGHT) {
    pen.corner(0, x, top, house.z0);
    pen.corner(1, outer, top, house.z0);
    pen.corner(2, outer, top + MANSARD_HEIGHT, house.z0);
    pen.corner(3, side * (FACADE_X + MANSARD_SLOPE), top + MANSARD_HEIGHT, house.z0);
    pen.fill(4, SLATE);
  }
  if (nearerHeight < house.height) pen.upright({ x: [x, outer], y: [nearerHeight, top], z: house.z0 }, wall);
  pen.upright({ x: [eaves, x], y: [house.height, top], z: house.z0 }, { color: dim(house.facade.trim, 0.8) });
}
