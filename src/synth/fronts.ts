import type { Block, House, SideHouse } from './city.js';
import type { Pen } from './pen.js';
import { FACADE_X, KERB_HEIGHT, SIGHT } from './street-plan.js';
import type { FrontColumn, Material } from './surface.js';
import type { View } from './view.js';
import { dim, fromRgb } from './yuv.js';

/** Light on fronts by day: the right ones face the sun, the left ones only the sky. */
const SHADE_RIGHT = 1;
const SHADE_LEFT = 0.6;
const SHADE_SIDE = 0.78;
const SLATE: Material = { color: fromRgb(0x596069) };
const CORNICE_HEIGHT = 0.55;

const column: FrontColumn = { x: 0, top: 0, bottom: 0, depth: 1, along: 0, alongStep: 0 };

/** Draws the house fronts of a block, from far to near, then those along the crossing street before it. */
export function drawFronts(pen: Pen, view: View, block: Block): void {
  for (const side of [-1, 1] as const) {
    const row = block.houses.filter((house) => house.side === side);
    for (let i = row.length - 1; i >= 0; i--) {
      const house = row[i];
      if (!house || house.z1 < view.z + 0.5 || house.z0 > view.z + SIGHT) continue;
      pen.surface.begin({ id: house.id, x: side * FACADE_X, z: house.z0, moveZ: 0 });
      drawHouse(pen, view, house, row[i - 1]?.height);
    }
  }
  for (let i = block.sideHouses.length - 1; i >= 0; i--) {
    const house = block.sideHouses[i];
    if (!house || house.z < view.z + 0.5 || house.z > view.z + SIGHT) continue;
    pen.surface.begin({ id: house.id, x: house.side * FACADE_X, z: house.z, moveZ: 0 });
    drawSideHouse(pen, view, house);
  }
}

function drawHouse(pen: Pen, view: View, house: House, nearerHeight: number | undefined): void {
  const { surface } = pen;
  const { side } = house;
  const aside = side * FACADE_X - view.x;
  const near = Math.max(house.z0 - view.z, 0.5);
  const far = house.z1 - view.z;
  const atNear = view.centerX + (view.focal * aside) / near;
  const atFar = view.centerX + (view.focal * aside) / far;
  const from = Math.max(0, Math.ceil(Math.min(atNear, atFar) - 0.5));
  const to = Math.min(view.width, Math.ceil(Math.max(atNear, atFar) - 0.5));
  const length = house.bays * house.facade.bayWidth;
  const stretch = length / (house.z1 - house.z0);
  surface.beginFront({ facade: house.facade, shade: side > 0 ? SHADE_RIGHT : SHADE_LEFT });
  for (let x = from; x < to; x++) {
    const fromCenter = x + 0.5 - view.centerX;
    const depth = (view.focal * aside) / fromCenter;
    column.x = x;
    column.depth = depth;
    column.top = view.horizonY - (view.focal * (house.height - view.y)) / depth;
    column.bottom = view.horizonY + (view.focal * (view.y - KERB_HEIGHT)) / depth;
    column.along = (depth + view.z - house.z0) * stretch;
    column.alongStep = Math.abs((depth / fromCenter) * stretch);
    surface.frontColumn(column);
  }
  drawRoof(pen, house);
  if (nearerHeight !== undefined && nearerHeight < house.height && house.z0 > view.z + 0.5) {
    const wall: Material = { color: dim(house.facade.wall, 0.9) };
    pen.upright(
      side * (FACADE_X - 0.02),
      side * (FACADE_X + 14),
      nearerHeight,
      house.height + CORNICE_HEIGHT,
      house.z0,
      wall,
    );
  }
}

/** Cornice and, on some houses, a mansard behind it. */
function drawRoof(pen: Pen, house: House): void {
  const x = house.side * FACADE_X;
  const eaves = house.side * (FACADE_X - 0.3);
  const top = house.height + CORNICE_HEIGHT;
  const parts = 2; // haze differs along a house
  for (let i = parts - 1; i >= 0; i--) {
    const z0 = house.z0 + ((house.z1 - house.z0) * i) / parts;
    const z1 = house.z0 + ((house.z1 - house.z0) * (i + 1)) / parts;
    if (house.hasMansard) {
      pen.corner(0, x, top, z0);
      pen.corner(1, x, top, z1);
      pen.corner(2, house.side * (FACADE_X + 1.1), top + 2.6, z1);
      pen.corner(3, house.side * (FACADE_X + 1.1), top + 2.6, z0);
      pen.fill(4, SLATE);
    }
    pen.along(x, house.height - 0.35, house.height, z0, z1, { color: dim(house.facade.wall, 0.55) });
    pen.along(eaves, house.height, top, z0, z1, { color: house.facade.trim });
  }
  pen.upright(eaves, x, house.height, top, house.z0, { color: dim(house.facade.trim, 0.8) });
}

function drawSideHouse(pen: Pen, view: View, house: SideHouse): void {
  const depth = house.z - view.z;
  const perMetre = view.focal / depth;
  const atInner = view.centerX + (house.side * house.x0 - view.x) * perMetre;
  const atOuter = view.centerX + (house.side * house.x1 - view.x) * perMetre;
  const from = Math.max(0, Math.ceil(Math.min(atInner, atOuter) - 0.5));
  const to = Math.min(view.width, Math.ceil(Math.max(atInner, atOuter) - 0.5));
  if (to <= from) return;
  pen.surface.beginFront({ facade: house.facade, shade: SHADE_SIDE });
  column.depth = depth;
  column.top = view.horizonY - (house.height - view.y) * perMetre;
  column.bottom = view.horizonY + (view.y - KERB_HEIGHT) * perMetre;
  column.alongStep = 1 / perMetre;
  for (let x = from; x < to; x++) {
    column.x = x;
    column.along = ((x + 0.5 - atInner) * house.side) / perMetre;
    pen.surface.frontColumn(column);
  }
  const trim: Material = { color: house.facade.trim };
  pen.upright(
    house.side * house.x0,
    house.side * house.x1,
    house.height,
    house.height + CORNICE_HEIGHT,
    house.z - 0.1,
    trim,
  );
}
