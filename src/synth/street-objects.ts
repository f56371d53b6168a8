import { City, objectId, houseShadowEdge, type Block, type House } from './city.js';
import { HouseFronts } from './house-fronts.js';
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
  ROAD_HALF_WIDTH,
  VIEW_DISTANCE,
} from './street-plan.js';
import type { ObjectLabel, Canvas } from './canvas.js';
import {
  leadingVehicles,
  oncomingVehicles,
  signalState,
  walkers,
  type MovingVehicle,
  type StreetTime,
} from './traffic.js';
import type { Crown } from './tree-sprite.js';
import { drawVehicle } from './vehicle-shape.js';
import type { VehicleModel } from './vehicle.js';
import type { Camera } from './camera.js';

/** One object on the street. */
interface Actor {
  readonly z: number;
  draw(pen: Pen): void;
}

/** The static and moving objects of one street. Draws them onto any canvas, from far to near. */
export class StreetObjects {
  readonly city: City;
  readonly #seed: number;
  readonly #crowns: () => readonly Crown[];
  #fronts: HouseFronts | undefined;

  constructor(seed: number, city: City, crowns: () => readonly Crown[]) {
    this.#seed = seed;
    this.city = city;
    this.#crowns = crowns;
  }

  /** Draws them at a time from the camera. The sun casts shadows only by day. */
  draw(canvas: Canvas, camera: Camera, time: StreetTime, isDay: boolean): void {
    const pen = new Pen(canvas);
    const first = blockOf(camera.z - 4);
    const last = blockOf(camera.z + VIEW_DISTANCE);
    const blocks: Block[] = [];
    for (let index = last; index >= first; index--) blocks.push(this.city.block(index));
    drawRoad(pen, camera, blocks, isDay);
    if (isDay) this.#drawSunShadows(pen, camera, blocks);
    (this.#fronts ??= new HouseFronts(camera.width)).draw(pen, camera, blocks);
    const actors = this.#actors(camera, time, blocks);
    actors.sort((a, b) => b.z - a.z);
    for (const actor of actors) actor.draw(pen);
  }

  #drawSunShadows(pen: Pen, camera: Camera, blocks: readonly Block[]): void {
    for (const block of blocks) {
      pen.canvas.beginObject({ id: objectId('ground', 0), x: 0, z: block.z, movedZ: 0 });
      for (const house of block.houses) if (house.side < 0) drawHouseShadow(pen, camera, house);
      for (const tree of block.trees) {
        if (tree.side < 0 || tree.z < camera.z) continue;
        pen.fillShadow(
          { x: FURNITURE_X + 1.9, y: KERB_HEIGHT, z: tree.z + 1, radiusX: 2.3 * tree.scale, radiusZ: 2.1 * tree.scale },
          0.42,
        );
      }
    }
  }

  /** Returns the objects in view, unsorted. */
  #actors(camera: Camera, time: StreetTime, blocks: readonly Block[]): Actor[] {
    return [
      ...blocks.flatMap((block) => this.#blockActors(camera, time, block)),
      ...this.city
        .lamps(camera.z + 0.5, camera.z + VIEW_DISTANCE)
        .map((lamp) =>
          this.#actor(lamp.id, 'street lamp', lamp.side * FURNITURE_X, lamp.z, 0, (pen) => drawLamp(pen, lamp)),
        ),
      ...this.#trafficActors(camera, time),
      ...this.#walkerActors(camera, time),
    ];
  }

  /** Returns the trees, parked vehicles and signals of a block. */
  #blockActors(camera: Camera, time: StreetTime, block: Block): Actor[] {
    const crowns = this.#crowns();
    const actors: Actor[] = [];
    for (const tree of block.trees) {
      const crown = crowns[tree.crown];
      if (!crown || !isInView(camera, tree.z, 0)) continue;
      actors.push(
        this.#actor(tree.id, 'tree', tree.side * FURNITURE_X, tree.z, 0, (pen) => drawTree(pen, tree, crown)),
      );
    }
    for (const { id, model, side, z } of block.parked) {
      if (!isInView(camera, z, 4)) continue;
      const pose = { x: side * PARKING_CENTER, z, movedZ: 0, heading: side, isLit: false };
      actors.push(this.#vehicle(camera, id, model, pose));
    }
    if (isInView(camera, block.z - 1, 0)) actors.push(...this.#signal(block.index, time.timeS));
    return actors;
  }

  #trafficActors(camera: Camera, { timeS, previousTimeS }: StreetTime): Actor[] {
    const step = timeS - previousTimeS;
    const actor = ({ id, model, z, speed }: MovingVehicle, heading: 1 | -1): Actor =>
      this.#vehicle(camera, id, model, { x: heading * LANE_CENTER, z, movedZ: speed * step, heading, isLit: true });
    return [
      ...oncomingVehicles(this.#seed, timeS).map((vehicle) => actor(vehicle, -1)),
      ...leadingVehicles(this.#seed, timeS).map((vehicle) => actor(vehicle, 1)),
    ];
  }

  #walkerActors(camera: Camera, time: StreetTime): Actor[] {
    const step = time.timeS - time.previousTimeS;
    return walkers(this.#seed, time.timeS)
      .filter((walker) => isInView(camera, walker.z, -0.5))
      .map((walker) => {
        const draw = (pen: Pen): void => drawWalker(pen, walker, walker.z - camera.z, time);
        return this.#actor(walker.id, 'person', walker.x, walker.z, walker.speed * step, draw);
      });
  }

  #signal(block: number, timeS: number): Actor[] {
    const z = block * BLOCK_LENGTH - 1.2;
    const state = signalState(block, timeS);
    const pole = this.#actor(objectId('pole', block), undefined, ROAD_HALF_WIDTH, z, 0, (pen) =>
      drawSignalPole(pen, z),
    );
    const heads = signalHeads().map(({ x, y }, index) =>
      this.#actor(objectId('signal', block * 4 + index), 'traffic light', x, z - 0.01, 0, (pen) =>
        drawSignalHead(pen, x, y, z, state),
      ),
    );
    return [pole, ...heads];
  }

  #vehicle(
    camera: Camera,
    id: number,
    model: VehicleModel,
    pose: { x: number; z: number; movedZ: number; heading: 1 | -1; isLit: boolean },
  ): Actor {
    const depth = pose.z - camera.z;
    return this.#actor(id, model.label, pose.x, pose.z, pose.movedZ, (pen) =>
      drawVehicle(pen, model, { ...pose, depth }),
    );
  }

  #actor(
    id: number,
    label: ObjectLabel | undefined,
    x: number,
    z: number,
    movedZ: number,
    draw: (pen: Pen) => void,
  ): Actor {
    return {
      z,
      draw: (pen) => {
        pen.canvas.beginObject(label === undefined ? { id, x, z, movedZ } : { id, label, x, z, movedZ });
        draw(pen);
      },
    };
  }
}

/** Whether z is in view, or at most `behind` metres behind the camera. */
function isInView(camera: Camera, z: number, behind: number): boolean {
  return z > camera.z - behind && z < camera.z + VIEW_DISTANCE;
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
