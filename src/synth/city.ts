import { Random } from '../core/random.js';
import { FACADE_BAYS, FACADE_COUNT, FACADE_FLOORS, facadeHeight, type Facade } from './facade.js';
import { CROWN_COUNT } from './tree-sprite.js';
import { DEMO_STREET, type Heading, type StreetVariation } from './street-variation.js';
import type { VehicleModel } from './vehicle.js';
import { BLOCK_LENGTH, blockOf, CROSSING_WIDTH, FACADE_X, hash, isCrossing, LAMP_SPACING } from './street-plan.js';

/** -1 left, 1 right of the centre line. */
export type Side = -1 | 1;

/** A house front along the street. Metres. */
export interface House {
  readonly id: number;
  readonly side: Side;
  readonly z0: number;
  readonly z1: number;
  readonly facade: Facade;
  readonly bays: number;
  readonly height: number;
  readonly hasMansard: boolean;
  /** Whether its place is empty: a lot. */
  readonly isLot: boolean;
}

/** A house front along a crossing street. It faces the camera at `z`, from `x0` outwards to `x1` (both positive). */
export interface SideHouse {
  readonly id: number;
  readonly side: Side;
  readonly z: number;
  readonly x0: number;
  readonly x1: number;
  readonly facade: Facade;
  readonly height: number;
  readonly hasMansard: boolean;
}

/** A tree on the pavement. */
export interface Tree {
  readonly id: number;
  readonly side: Side;
  readonly z: number;
  readonly crown: number;
  /** Size of the crown relative to the painted one. */
  readonly scale: number;
}

/** A parked vehicle. */
interface ParkedVehicle {
  readonly id: number;
  readonly side: Side;
  readonly z: number;
  readonly heading: Heading;
  readonly model: VehicleModel;
}

/** A street lamp. */
export interface Lamp {
  readonly id: number;
  readonly side: Side;
  readonly z: number;
}

/** The static objects between two crossings. */
export interface Block {
  readonly index: number;
  readonly z: number;
  /** Nearest first. */
  readonly houses: readonly House[];
  readonly sideHouses: readonly SideHouse[];
  readonly trees: readonly Tree[];
  readonly parked: readonly ParkedVehicle[];
}

/** The top byte of an object's id, by kind of object. */
export const ID_KIND = {
  ground: 1,
  house: 2,
  tree: 3,
  parked: 4,
  lamp: 5,
  signal: 6,
  oncoming: 7,
  leading: 8,
  walker: 9,
  pole: 10,
  sign: 11,
  crossing: 12,
  crosser: 13,
} as const;

/** Returns an object's id. It is the same at all times and unique within about 100 km. */
export function objectId(kind: keyof typeof ID_KIND, index: number): number {
  return (ID_KIND[kind] << 24) | (index & 0xffffff);
}

/** Cache limit: the blocks in view and a few around them. */
const MAX_CACHED_BLOCKS = 16;

/** The static objects of a street, generated block by block, for any z. */
export class City {
  readonly #seed: number;
  readonly #facades: readonly Facade[];
  readonly #variation: StreetVariation;
  readonly #blocks = new Map<number, Block>();

  constructor(seed: number, facades: readonly Facade[], variation = DEMO_STREET) {
    this.#seed = seed;
    this.#facades = facades;
    this.#variation = variation;
  }

  /** Returns the block of an index, which may be negative. */
  block(index: number): Block {
    const known = this.#blocks.get(index);
    if (known) return known;
    if (this.#blocks.size >= MAX_CACHED_BLOCKS) this.#blocks.clear();
    const made = this.#buildBlock(index);
    this.#blocks.set(index, made);
    return made;
  }

  /** Returns the x up to which the left houses cast their shadow at z. */
  shadowEdge(z: number): number {
    const house = this.block(blockOf(z)).houses.find((h) => h.side === -1 && !h.isLot && z >= h.z0 && z < h.z1);
    return house ? houseShadowEdge(house) : -FACADE_X;
  }

  /** Returns the lamps from z0 to z1. */
  lamps(z0: number, z1: number): Lamp[] {
    const lamps: Lamp[] = [];
    for (let i = Math.ceil((z0 - 12) / LAMP_SPACING); 12 + i * LAMP_SPACING <= z1; i++) {
      const z = 12 + i * LAMP_SPACING;
      if (!isCrossing(z)) lamps.push({ id: objectId('lamp', i), side: (i & 1) === 0 ? 1 : -1, z });
    }
    return lamps;
  }

  #buildBlock(index: number): Block {
    const random = new Random(hash(this.#seed, 51, index));
    const { treeShare, parkedShare, parkedAgainstShare } = this.#variation;
    const z = index * BLOCK_LENGTH;
    const houses = [...this.#buildHouses(index, -1, random), ...this.#buildHouses(index, 1, random)];
    const trees: Tree[] = [];
    const parked: ParkedVehicle[] = [];
    for (const side of [-1, 1] as const) {
      for (let i = 0; i < 10; i++) {
        const treeZ = z + CROSSING_WIDTH + 6 + i * 8;
        const toLamp = Math.abs(treeZ - 12 - LAMP_SPACING * Math.round((treeZ - 12) / LAMP_SPACING));
        const isPresent = random.next() < treeShare;
        const scale = random.between(0.85, 1.15);
        const crown = random.below(CROWN_COUNT);
        if (isPresent && toLamp > 3.2)
          trees.push({ id: objectId('tree', index * 32 + i + (side + 1) * 8), side, z: treeZ, crown, scale });
      }
      for (let i = 0; i < 11; i++) {
        const parkedZ = z + CROSSING_WIDTH + 9 + i * 6.4 + random.between(-0.5, 0.5);
        const isPresent = random.next() < parkedShare;
        const model = this.#variation.pickModel(random, true);
        const id = objectId('parked', index * 32 + i + (side + 1) * 8);
        const isAgainst = new Random(hash(this.#seed, 52, id)).next() < parkedAgainstShare;
        const heading = isAgainst ? (-side as Side) : side;
        if (isPresent) parked.push({ id, side, z: parkedZ, heading, model });
      }
    }
    return { index, z, houses, sideHouses: this.#buildSideHouses(index, houses, random), trees, parked };
  }

  #buildHouses(index: number, side: Side, random: Random): House[] {
    const start = index * BLOCK_LENGTH + CROSSING_WIDTH;
    const length = BLOCK_LENGTH - CROSSING_WIDTH;
    const parts: { facade: Facade; bays: number; floors: number; hasMansard: boolean; width: number }[] = [];
    let sum = 0;
    let last = -1;
    while (sum < length - 7) {
      let facade = random.pick(this.#facades);
      if (facade.index === last) facade = this.#facades[(last + 3) % FACADE_COUNT] ?? facade;
      last = facade.index;
      const bays = 3 + random.below(FACADE_BAYS - 2);
      const floors = Math.min(FACADE_FLOORS, 2 + random.below(4) + (random.next() < 0.25 ? 2 : 0));
      const width = bays * facade.bayWidth;
      parts.push({ facade, bays, floors, hasMansard: random.next() < 0.45, width });
      sum += width;
    }
    let z = start;
    return parts.map((part, i) => {
      const z0 = z;
      z += (part.width * length) / sum;
      const height = facadeHeight(part.facade, part.floors);
      const id = objectId('house', index * 32 + i + (side + 1) * 8);
      return {
        id,
        side,
        z0,
        z1: z,
        facade: part.facade,
        bays: part.bays,
        height,
        hasMansard: part.hasMansard,
        isLot: this.#isLot(id),
      };
    });
  }

  #isLot(id: number): boolean {
    return new Random(hash(this.#seed, 55, id)).next() < this.#variation.lotShare;
  }

  #buildSideHouses(index: number, houses: readonly House[], random: Random): SideHouse[] {
    const z = index * BLOCK_LENGTH + CROSSING_WIDTH;
    const made: SideHouse[] = [];
    for (const side of [-1, 1] as const) {
      const corner = houses.find((house) => house.side === side);
      if (!corner) continue;
      let x = FACADE_X;
      for (let i = 0; i < 4; i++) {
        const facade = i === 0 ? corner.facade : random.pick(this.#facades);
        const x1 = x + FACADE_BAYS * facade.bayWidth;
        const height = i === 0 ? corner.height : facadeHeight(facade, 2 + random.below(4));
        const id = i === 0 ? corner.id : objectId('house', index * 32 + 24 + i + (side + 1) * 2);
        if (!this.#isLot(id))
          made.push({ id, side, z, x0: x, x1, facade, height, hasMansard: i === 0 && corner.hasMansard });
        x = x1;
      }
    }
    return made;
  }
}

/** Returns the x up to which a left house casts its shadow: the sun is on the left, 66 degrees high. */
export function houseShadowEdge(house: House): number {
  return -FACADE_X + (house.height + 0.5) * 0.44;
}
