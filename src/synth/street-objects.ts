import type { Camera } from './camera.js';
import type { Canvas, ObjectInfo } from './canvas.js';
import { objectId, type Block, type City } from './city.js';
import { drawLamp } from './lamp-shape.js';
import { drawSignalHead, drawSignalPole, drawTree, signalHeads } from './furniture-shape.js';
import { HouseFronts } from './house-fronts.js';
import { Pen } from './pen.js';
import { drawWalker } from './person-shape.js';
import { drawRoad } from './road.js';
import { drawSign } from './sign-shape.js';
import {
  BLOCK_LENGTH,
  blockOf,
  FURNITURE_X,
  LANE_CENTER,
  PARKING_CENTER,
  ROAD_HALF_WIDTH,
  VIEW_DISTANCE,
} from './street-plan.js';
import { streetSigns } from './street-signs.js';
import { DEMO_STREET, type StreetVariation } from './street-variation.js';
import { drawSunShadows } from './sun-shadows.js';
import {
  crossingVehicle,
  crosswalkWalkers,
  leadingVehicles,
  oncomingVehicles,
  signalState,
  walkers,
  type MovingVehicle,
  type StreetTime,
} from './traffic.js';
import type { Crown } from './tree-sprite.js';
import { drawVehicle } from './vehicle-shape.js';
import type { VehiclePose } from './vehicle-pose.js';
import type { VehicleModel } from './vehicle.js';

/** A vehicle and where it is. */
export interface PlacedVehicle {
  readonly id: number;
  readonly model: VehicleModel;
  readonly pose: VehiclePose;
  /** Motion along z since the previous time, metres. */
  readonly movedZ: number;
  readonly isParked: boolean;
}

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
  readonly #variation: StreetVariation;
  #fronts: HouseFronts | undefined;

  constructor(seed: number, city: City, crowns: () => readonly Crown[], variation = DEMO_STREET) {
    this.#seed = seed;
    this.city = city;
    this.#crowns = crowns;
    this.#variation = variation;
  }

  /** Draws them at a time from the camera. @param hasSun whether the sun casts shadows. */
  draw(canvas: Canvas, camera: Camera, time: StreetTime, isDay: boolean, hasSun = isDay): void {
    const pen = new Pen(canvas);
    const blocks = this.#blocks(camera);
    drawRoad(pen, camera, blocks, isDay, this.#variation);
    if (hasSun) drawSunShadows(pen, camera, blocks);
    (this.#fronts ??= new HouseFronts(camera.width, this.#variation.houseTint)).draw(
      pen,
      camera,
      blocks,
      this.#crowns(),
    );
    const actors = this.#actors(camera, time, blocks);
    actors.sort((a, b) => b.z - a.z);
    for (const actor of actors) actor.draw(pen);
  }

  /** Returns the vehicles around the camera at a time, unsorted. */
  vehicles(camera: Camera, time: StreetTime): PlacedVehicle[] {
    const placed = this.#blocks(camera).flatMap((block) => [
      ...this.#parkedVehicles(camera, block),
      ...this.#crossingVehicles(camera, block),
    ]);
    const { leftLane, rightLane } = this.#variation;
    const step = time.timeS - time.previousTimeS;
    const drive = ({ id, model, z, speed }: MovingVehicle, x: number, heading: 1 | -1): PlacedVehicle => {
      const pose = { x, z, heading, turn: 0, isLit: true, depth: z - camera.z, aside: x - camera.x } as const;
      return { id, model, pose, movedZ: speed * step, isParked: false };
    };
    placed.push(
      ...oncomingVehicles(this.#seed, time.timeS, this.#variation).map((vehicle) =>
        drive(vehicle, -LANE_CENTER, leftLane.heading),
      ),
      ...leadingVehicles(this.#seed, time.timeS, this.#variation).map((vehicle) =>
        drive(vehicle, LANE_CENTER, rightLane.heading),
      ),
    );
    return placed.filter(({ model, pose }) => !isAtCamera(pose, model));
  }

  /** Returns the blocks in view, from far to near. */
  #blocks(camera: Camera): Block[] {
    const first = blockOf(camera.z - 4);
    const last = blockOf(camera.z + VIEW_DISTANCE);
    return Array.from({ length: last - first + 1 }, (_, i) => this.city.block(last - i));
  }

  #parkedVehicles(camera: Camera, block: Block): PlacedVehicle[] {
    return block.parked
      .filter(({ z }) => isInView(camera, z, 4))
      .map(({ id, model, side, heading, z }) => {
        const x = side * PARKING_CENTER;
        const pose = { x, z, heading, turn: 0, isLit: false, depth: z - camera.z, aside: x - camera.x } as const;
        return { id, model, pose, movedZ: 0, isParked: true };
      });
  }

  #crossingVehicles(camera: Camera, block: Block): PlacedVehicle[] {
    const vehicle = crossingVehicle(this.#seed, block.index, this.#variation);
    if (!vehicle || !isInView(camera, vehicle.z, -4)) return [];
    const { id, model, x, z, heading } = vehicle;
    const aside = x - camera.x;
    const turn = aside > 0 ? 1 : -1;
    return [
      { id, model, pose: { x, z, heading, turn, isLit: true, depth: z - camera.z, aside }, movedZ: 0, isParked: false },
    ];
  }

  /** Returns the objects in view, unsorted. */
  #actors(camera: Camera, time: StreetTime, blocks: readonly Block[]): Actor[] {
    const [from, to] = [camera.z + 0.5, camera.z + VIEW_DISTANCE];
    const movedZ = 0;
    const style = this.#variation.lamp;
    return [
      ...blocks.flatMap((block) => this.#blockActors(camera, time, block)),
      ...this.city.lamps(from, to).map((lamp) => {
        const at = { x: lamp.side * FURNITURE_X, z: lamp.z, movedZ };
        return actorOf({ id: lamp.id, label: 'street lamp', surface: 'pole', ...at }, (pen) =>
          drawLamp(pen, lamp, style),
        );
      }),
      ...streetSigns(this.#seed, this.#variation.signShare, from + 1, to).map((sign) => {
        const at = { x: sign.side * FURNITURE_X, z: sign.z, movedZ };
        return actorOf({ id: sign.id, surface: 'pole', ...at }, (pen) => drawSign(pen, sign));
      }),
      ...this.vehicles(camera, time).map(({ id, model, pose, movedZ: moved }) => {
        const at = { x: pose.x, z: pose.z, movedZ: moved };
        return actorOf({ id, label: model.label, surface: 'vehicle', ...at }, (pen) => drawVehicle(pen, model, pose));
      }),
      ...this.#walkerActors(camera, time, blocks),
    ];
  }

  /** Returns the trees and signals of a block. */
  #blockActors(camera: Camera, time: StreetTime, block: Block): Actor[] {
    const crowns = this.#crowns();
    const actors: Actor[] = [];
    for (const tree of block.trees) {
      const crown = crowns[tree.crown];
      const x = tree.side * FURNITURE_X;
      if (!crown || !isInView(camera, tree.z, 0)) continue;
      if (Math.abs(x - camera.x) < 3.5 && tree.z < camera.z + 9) continue; // it would hide the street
      const info = { id: tree.id, label: 'tree', surface: 'vegetation', x, z: tree.z, movedZ: 0 } as const;
      actors.push(actorOf(info, (pen) => drawTree(pen, tree, crown)));
    }
    const isAtMast = camera.y > 3 && block.z < camera.z + 10; // a head would hide the street
    if (isInView(camera, block.z - 1, 0) && !isAtMast) actors.push(...this.#signalActors(block.index, time.timeS));
    return actors;
  }

  #walkerActors(camera: Camera, time: StreetTime, blocks: readonly Block[]): Actor[] {
    const step = time.timeS - time.previousTimeS;
    const { timeS } = time;
    return [
      ...walkers(this.#seed, timeS, this.#variation),
      ...blocks.flatMap(({ index }) => crosswalkWalkers(this.#seed, index, this.#variation)),
    ]
      .filter((walker) => isInView(camera, walker.z, walker.foot > 0 ? -0.5 : -4))
      .map((walker) => {
        const { id, x, z, speed } = walker;
        return actorOf({ id, label: 'person', surface: 'person', x, z, movedZ: speed * step }, (pen) =>
          drawWalker(pen, walker, z - camera.z, time),
        );
      });
  }

  #signalActors(block: number, timeS: number): Actor[] {
    const z = block * BLOCK_LENGTH - 1.2;
    const { signalDelayS, signalHousing } = this.#variation;
    const state = signalState(block, timeS + signalDelayS);
    const pole = { id: objectId('pole', block), surface: 'pole', x: ROAD_HALF_WIDTH, z, movedZ: 0 } as const;
    const heads = signalHeads().map(({ x, y }, index) => {
      const id = objectId('signal', block * 4 + index);
      return actorOf({ id, label: 'traffic light', surface: 'signal', x, z: z - 0.01, movedZ: 0 }, (pen) =>
        drawSignalHead(pen, { x, y, z, state }, signalHousing),
      );
    });
    return [actorOf(pole, (pen) => drawSignalPole(pen, z)), ...heads];
  }
}

function actorOf(info: ObjectInfo, draw: (pen: Pen) => void): Actor {
  return {
    z: info.z,
    draw: (pen) => {
      pen.canvas.beginObject(info);
      draw(pen);
    },
  };
}

/** Whether z is in view, or at most `behind` metres behind the camera. */
function isInView(camera: Camera, z: number, behind: number): boolean {
  return z > camera.z - behind && z < camera.z + VIEW_DISTANCE;
}

/** Whether a vehicle stands where the camera is, or drives just before it. */
function isAtCamera({ aside, depth }: VehiclePose, { length, width }: VehicleModel): boolean {
  return Math.abs(aside) < width / 2 + 0.4 && depth > -length && depth < length / 2 + 2.5;
}
