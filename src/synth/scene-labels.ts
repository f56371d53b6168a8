import type { Camera } from './camera.js';
import { objectId } from './city.js';
import { signalHeads, LENS_RADIUS, lensHeight } from './furniture-shape.js';
import { lampHead } from './lamp-shape.js';
import type { LampStyle } from './lamp-style.js';
import type { StreetObjects, PlacedVehicle } from './street-objects.js';
import { BLOCK_LENGTH, blockOf, VIEW_DISTANCE } from './street-plan.js';
import type { StreetVariation } from './street-variation.js';
import { surfaceIndex } from './surface-names.js';
import { signalState, type SignalState, type StreetTime } from './traffic.js';
import { boundingBoxes, type ObjectBox } from './truth.js';
import type { TruthCanvas } from './truth-canvas.js';
import { isEndVisible, lampPlaces } from './vehicle-pose.js';

/** A place in a frame, in shares of its width and height. */
export interface ScenePlace {
  readonly x: number;
  readonly y: number;
}

/** A vehicle of a painted scene. */
export interface SceneVehicle {
  readonly kind: 'car' | 'truck' | 'bus';
  /** Around its visible pixels: top left corner and size, shares of the frame's width and height. */
  readonly box: ScenePlace & { readonly width: number; readonly height: number };
  /** What the camera sees most of; `side` also when neither end faces it. */
  readonly facing: 'front' | 'rear' | 'side';
  /** Share of the visible columns that shows its side, 0 to 1. */
  readonly sideShare: number;
  readonly isParked: boolean;
  /** Middles of the lamps that face the camera, left then right in the frame; undefined for `side`. May be occluded. */
  readonly lamps: readonly [ScenePlace, ScenePlace] | undefined;
  /** Visible pixels relative to its pixels in the frame if nothing covered it, above 0 to 1. */
  readonly visibleShare: number;
}

/** The head of a street lamp, visible. */
export interface SceneLampHead {
  readonly place: ScenePlace;
  /** Half its width in shares of the frame's width. */
  readonly radius: number;
  /** Height of the pole below it in shares of the frame's height. */
  readonly height: number;
}

/** The lit lens of a traffic signal, visible. */
export interface SceneSignal {
  readonly place: ScenePlace;
  /** Shares of the frame's width. */
  readonly radius: number;
  readonly color: SignalState;
}

/** The objects of a painted scene. */
export interface SceneObjects {
  readonly vehicles: readonly SceneVehicle[];
  readonly lampHeads: readonly SceneLampHead[];
  readonly signals: readonly SceneSignal[];
}

/** A vehicle shows its side from this share on. */
const MIN_SIDE_SHARE = 0.72;
const LAMP_HEAD = surfaceIndex('lampHead');

/** Labels what a drawn truth shows. */
export function labelObjects(
  truth: TruthCanvas,
  objects: StreetObjects,
  time: StreetTime,
  { lamp, signalDelayS }: StreetVariation,
): SceneObjects {
  const { camera } = truth;
  const boxes = new Map(boundingBoxes(truth).map((box) => [box.id, box]));
  return {
    vehicles: objects.vehicles(camera, time).flatMap((vehicle) => {
      const box = boxes.get(vehicle.id);
      return box ? [labelVehicle(truth, vehicle, box)] : [];
    }),
    lampHeads: labelLampHeads(truth, objects, lamp),
    signals: labelSignals(truth, time.timeS + signalDelayS),
  };
}

function labelVehicle({ camera, drawnPixels }: TruthCanvas, vehicle: PlacedVehicle, box: ObjectBox): SceneVehicle {
  const { width, height } = camera;
  const { model, pose, isParked } = vehicle;
  const sideShare = isEndVisible(model, pose) ? sideShareOf(camera, vehicle) : 1;
  const facing = sideShare > MIN_SIDE_SHARE ? 'side' : pose.heading > 0 ? 'rear' : 'front';
  const [a, b] = lampPlaces(model, pose).map((at) => project(camera, ...at));
  return {
    kind: model.label,
    box: { x: box.x / width, y: box.y / height, width: box.width / width, height: box.height / height },
    facing,
    sideShare,
    isParked,
    lamps: facing === 'side' || !a || !b ? undefined : a.x < b.x ? [a, b] : [b, a],
    visibleShare: Math.min(1, box.pixels / (drawnPixels.get(vehicle.id) ?? box.pixels)),
  };
}

/** Returns how much of a vehicle's columns inside the frame its long side takes, 0 to 1. */
function sideShareOf(camera: Camera, { model, pose }: PlacedVehicle): number {
  const { aside, depth, turn } = pose;
  const [halfWidth, halfLength] = [model.width / 2, model.length / 2];
  const column = (x: number, z: number): number => {
    const at = camera.centerX + (x * camera.focal) / Math.max(0.5, z);
    return Math.min(camera.width, Math.max(0, at));
  };
  const nearer = aside > 0 ? -1 : 1;
  const alongX = turn === 0 ? halfWidth : halfLength;
  const alongZ = turn === 0 ? halfLength : halfWidth;
  const near = depth - alongZ;
  const facingCamera = Math.abs(column(aside + alongX, near) - column(aside - alongX, near));
  const isBeside = Math.abs(aside) > alongX;
  const corner = aside + nearer * alongX;
  const receding = isBeside ? Math.abs(column(corner, near) - column(corner, depth + alongZ)) : 0;
  const sum = facingCamera + receding;
  if (sum === 0) return 1;
  return (turn === 0 ? receding : facingCamera) / sum;
}

function labelLampHeads(truth: TruthCanvas, { city }: StreetObjects, style: LampStyle): SceneLampHead[] {
  const { camera } = truth;
  return city.lamps(camera.z + 0.5, camera.z + VIEW_DISTANCE).flatMap((lamp) => {
    const head = lampHead(lamp, style);
    const place = project(camera, head.x, head.y, lamp.z);
    if (!isVisible(truth, place, lamp.id, LAMP_HEAD)) return [];
    const scale = camera.focal / (lamp.z - camera.z);
    const radius = (head.radius * scale) / camera.width;
    return [{ place, radius, height: (head.y * scale) / camera.height }];
  });
}

function labelSignals(truth: TruthCanvas, timeS: number): SceneSignal[] {
  const { camera } = truth;
  const signals: SceneSignal[] = [];
  for (let block = blockOf(camera.z); block <= blockOf(camera.z + VIEW_DISTANCE); block++) {
    const z = block * BLOCK_LENGTH - 1.2;
    if (z < camera.z + 0.5) continue;
    const color = signalState(block, timeS);
    for (const [index, head] of signalHeads().entries()) {
      const place = project(camera, head.x, lensHeight(head.y, color), z);
      if (!isVisible(truth, place, objectId('signal', block * 4 + index))) continue;
      signals.push({ place, radius: (LENS_RADIUS * camera.focal) / (z - camera.z) / camera.width, color });
    }
  }
  return signals;
}

function project(camera: Camera, x: number, y: number, z: number): ScenePlace {
  const scale = camera.focal / Math.max(0.1, z - camera.z);
  return {
    x: (camera.centerX + (x - camera.x) * scale) / camera.width,
    y: (camera.horizonY - (y - camera.y) * scale) / camera.height,
  };
}

/** Whether an object's pixel is visible at a place, and shows `surface` if that is given. */
function isVisible(
  { camera, objectIds, surfaces }: TruthCanvas,
  place: ScenePlace,
  id: number,
  surface?: number,
): boolean {
  const [x, y] = [Math.floor(place.x * camera.width), Math.floor(place.y * camera.height)];
  if (x < 0 || y < 0 || x >= camera.width || y >= camera.height) return false;
  const i = y * camera.width + x;
  return objectIds[i] === id && (surface === undefined || surfaces[i] === surface);
}
