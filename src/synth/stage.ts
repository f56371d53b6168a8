import { City, objectId, shadowEdgeOf, type Block, type House } from './city.js';
import { Fronts } from './fronts.js';
import { drawLamp, drawSignalHead, drawSignalPole, drawTree, signalHeads } from './furniture-shape.js';
import { Pen, SHADOW } from './pen.js';
import { drawWalker } from './person-shape.js';
import { drawRoad } from './road.js';
import {
  BLOCK_LENGTH,
  blockOf,
  FACADE_X,
  FURNITURE_X,
  KERB_HEIGHT,
  LANE_CENTER,
  PARKING_CENTER,
  ROAD_HALF,
  SIGHT,
} from './street-plan.js';
import type { ObjectLabel, Surface } from './surface.js';
import { leading, oncoming, signalState, walkers, type SceneTime } from './traffic.js';
import type { Crown } from './tree-sprite.js';
import { drawVehicle } from './vehicle-shape.js';
import type { VehicleModel } from './vehicle.js';
import type { View } from './view.js';

/** One thing on the street, ready to be drawn. */
interface Actor {
  readonly z: number;
  draw(pen: Pen): void;
}

/** All that stands and moves on one street; draws it onto any surface, from far to near. */
export class Stage {
  readonly city: City;
  readonly #seed: number;
  readonly #crowns: () => readonly Crown[];
  #fronts: Fronts | undefined;

  constructor(seed: number, city: City, crowns: () => readonly Crown[]) {
    this.#seed = seed;
    this.city = city;
    this.#crowns = crowns;
  }

  /** Draws the scene at a time as the view sees it. Shadows of the sun only by day. */
  draw(surface: Surface, view: View, time: SceneTime, isDay: boolean): void {
    const pen = new Pen(surface);
    const first = blockOf(view.z - 4);
    const last = blockOf(view.z + SIGHT);
    const blocks: Block[] = [];
    for (let index = last; index >= first; index--) blocks.push(this.city.block(index));
    drawRoad(pen, view, blocks, isDay);
    if (isDay) this.#drawSunShadows(pen, view, blocks);
    (this.#fronts ??= new Fronts(view.width)).draw(pen, view, blocks);
    const actors = this.#actors(view, time, blocks);
    actors.sort((a, b) => b.z - a.z);
    for (const actor of actors) actor.draw(pen);
  }

  #drawSunShadows(pen: Pen, view: View, blocks: readonly Block[]): void {
    for (const block of blocks) {
      pen.surface.begin({ id: objectId('ground', 0), x: 0, z: block.z, moveZ: 0 });
      for (const house of block.houses) if (house.side < 0) drawHouseShadow(pen, view, house);
      for (const tree of block.trees) {
        if (tree.side < 0 || tree.z < view.z) continue;
        pen.shadow(
          { x: FURNITURE_X + 1.9, y: KERB_HEIGHT, z: tree.z + 1, radiusX: 2.3 * tree.scale, radiusZ: 2.1 * tree.scale },
          0.42,
        );
      }
    }
  }

  #actors(view: View, time: SceneTime, blocks: readonly Block[]): Actor[] {
    const actors: Actor[] = [];
    const crowns = this.#crowns();
    const isSeen = (z: number, behind: number): boolean => z > view.z - behind && z < view.z + SIGHT;
    for (const block of blocks) {
      for (const tree of block.trees) {
        const crown = crowns[tree.crown];
        if (!crown || !isSeen(tree.z, 0)) continue;
        actors.push(
          this.#actor(tree.id, 'tree', tree.side * FURNITURE_X, tree.z, 0, (pen) => drawTree(pen, tree, crown)),
        );
      }
      for (const parked of block.parked) {
        if (isSeen(parked.z, 4))
          actors.push(
            this.#vehicle(view, parked.id, parked.model, {
              x: parked.side * PARKING_CENTER,
              z: parked.z,
              moveZ: 0,
              heading: parked.side,
              lampsOn: false,
            }),
          );
      }
      if (isSeen(block.z - 1, 0)) actors.push(...this.#signal(block.index, time.timeS));
    }
    for (const lamp of this.city.lamps(view.z + 0.5, view.z + SIGHT)) {
      actors.push(
        this.#actor(lamp.id, 'street lamp', lamp.side * FURNITURE_X, lamp.z, 0, (pen) => drawLamp(pen, lamp)),
      );
    }
    const step = time.timeS - time.previousTimeS;
    for (const car of oncoming(this.#seed, time.timeS)) {
      actors.push(
        this.#vehicle(view, car.id, car.model, {
          x: -LANE_CENTER,
          z: car.z,
          moveZ: car.speed * step,
          heading: -1,
          lampsOn: true,
        }),
      );
    }
    for (const car of leading(this.#seed, time.timeS)) {
      actors.push(
        this.#vehicle(view, car.id, car.model, {
          x: LANE_CENTER,
          z: car.z,
          moveZ: car.speed * step,
          heading: 1,
          lampsOn: true,
        }),
      );
    }
    for (const walker of walkers(this.#seed, time.timeS)) {
      if (!isSeen(walker.z, -0.5)) continue;
      const draw = (pen: Pen): void => drawWalker(pen, walker, walker.z - view.z, time);
      actors.push(this.#actor(walker.id, 'person', walker.x, walker.z, walker.speed * step, draw));
    }
    return actors;
  }

  #signal(block: number, timeS: number): Actor[] {
    const z = block * BLOCK_LENGTH - 1.2;
    const state = signalState(block, timeS);
    const pole = this.#actor(objectId('pole', block), undefined, ROAD_HALF, z, 0, (pen) => drawSignalPole(pen, z));
    const heads = signalHeads().map(({ x, y }, index) =>
      this.#actor(objectId('signal', block * 4 + index), 'traffic light', x, z - 0.01, 0, (pen) =>
        drawSignalHead(pen, x, y, z, state),
      ),
    );
    return [pole, ...heads];
  }

  #vehicle(
    view: View,
    id: number,
    model: VehicleModel,
    place: { x: number; z: number; moveZ: number; heading: 1 | -1; lampsOn: boolean },
  ): Actor {
    const depth = place.z - view.z;
    return this.#actor(id, model.label, place.x, place.z, place.moveZ, (pen) =>
      drawVehicle(pen, model, { ...place, depth }),
    );
  }

  #actor(
    id: number,
    label: ObjectLabel | undefined,
    x: number,
    z: number,
    moveZ: number,
    draw: (pen: Pen) => void,
  ): Actor {
    return {
      z,
      draw: (pen) => {
        pen.surface.begin(label === undefined ? { id, x, z, moveZ } : { id, label, x, z, moveZ });
        draw(pen);
      },
    };
  }
}

function drawHouseShadow(pen: Pen, view: View, house: House): void {
  if (house.z1 < view.z + 1) return;
  const edge = Math.min(ROAD_HALF, shadowEdgeOf(house));
  const parts = Math.ceil((house.z1 - house.z0) / 8); // haze differs along a long shadow
  for (let i = 0; i < parts; i++) {
    const z0 = house.z0 + ((house.z1 - house.z0) * i) / parts;
    const z1 = house.z0 + ((house.z1 - house.z0) * (i + 1)) / parts;
    pen.flat({ x: [-FACADE_X, -ROAD_HALF], y: KERB_HEIGHT, z: [z0, z1] }, SHADOW, { alpha: 0.42, isDecal: true });
    if (edge > -ROAD_HALF)
      pen.flat({ x: [-ROAD_HALF, edge], y: 0, z: [z0, z1] }, SHADOW, { alpha: 0.42, isDecal: true });
  }
}
