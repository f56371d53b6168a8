import type { Camera } from './camera.js';
import { houseShadowEdge, objectId, type Block, type House } from './city.js';
import { SHADOW, type Pen } from './pen.js';
import { FACADE_X, FURNITURE_X, KERB_HEIGHT, ROAD_HALF_WIDTH } from './street-plan.js';

/** Draws the shadows that the sun casts on the ground: of the left houses, and of the right trees. */
export function drawSunShadows(pen: Pen, camera: Camera, blocks: readonly Block[]): void {
  for (const block of blocks) {
    pen.canvas.beginObject({ id: objectId('ground', 0), surface: 'ground', x: 0, z: block.z, movedZ: 0 });
    for (const house of block.houses) if (house.side < 0 && !house.isLot) drawHouseShadow(pen, camera, house);
    for (const tree of block.trees) {
      if (tree.side < 0 || tree.z < camera.z) continue;
      pen.fillShadow(
        { x: FURNITURE_X + 1.9, y: KERB_HEIGHT, z: tree.z + 1, radiusX: 2.3 * tree.scale, radiusZ: 2.1 * tree.scale },
        0.42,
      );
    }
  }
}

function drawHouseShadow(pen: Pen, camera: Camera, house: House): void {
  if (house.z1 < camera.z + 1) return;
  const edge = Math.min(ROAD_HALF_WIDTH, houseShadowEdge(house));
  const parts = Math.ceil((house.z1 - house.z0) / 8); // haze varies along a long shadow
  for (let i = 0; i < parts; i++) {
    const z0 = house.z0 + ((house.z1 - house.z0) * i) / parts;
    const z1 = house.z0 + ((house.z1 - house.z0) * (i + 1)) / parts;
    pen.fillGroundRect({ x: [-FACADE_X, -ROAD_HALF_WIDTH], y: KERB_HEIGHT, z: [z0, z1] }, SHADOW, {
      alpha: 0.42,
      isDecal: true,
    });
    if (edge > -ROAD_HALF_WIDTH)
      pen.fillGroundRect({ x: [-ROAD_HALF_WIDTH, edge], y: 0, z: [z0, z1] }, SHADOW, { alpha: 0.42, isDecal: true });
  }
}
