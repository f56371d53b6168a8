import { Random } from '../core/random.js';
import { drawBonnet, type Bonnet } from './bonnet.js';
import { EGO_SPEED, egoZ, type Camera } from './camera.js';
import type { LampStyle } from './lamp-style.js';
import type { DayLight } from './lighting.js';
import type { SkyStyle } from './sky.js';
import { BLOCK_LENGTH, hash, LANE_CENTER } from './street-plan.js';
import type { Heading, LaneTraffic, StreetVariation } from './street-variation.js';
import { pickVariedModel } from './vehicle-models.js';
import { fromRgb, mix, type Yuv } from './yuv.js';

/** Everything that one painted scene draws at random. */
export interface SceneVariation {
  readonly timeS: number;
  readonly isDriving: boolean;
  readonly street: StreetVariation;
  readonly light: DayLight;
  readonly sky: SkyStyle;
  /** The colour of leaves, and how much of it they take. */
  readonly foliage: { readonly color: Yuv; readonly share: number };
  /** Undefined: none in the frame. */
  readonly bonnet: Bonnet | undefined;
}

const GRASSES = [0x5f7a42, 0x6f8548, 0x8a8a55, 0x4f6b3a, 0x9c9163, 0x77705c];

/** Draws a scene's variation. */
export function drawVariation(seed: number): SceneVariation {
  const random = new Random(hash(seed, 81));
  const isDriving = random.next() < 0.68;
  const hasSun = random.next() < 0.5;
  return {
    timeS: drawTime(random),
    isDriving,
    street: drawStreet(random),
    light: drawLight(random, hasSun),
    sky: { ...drawSky(random, hasSun), backdrop: random.pick(['town', 'trees', 'hills', 'none'] as const) },
    foliage: {
      color: fromRgb(random.pick([0x4a6b2f, 0x2f4a30, 0x8a8a3a, 0xa87a32, 0x6b5d48])),
      share: random.between(0, 0.9),
    },
    bonnet: isDriving && random.next() < 0.45 ? drawBonnet(random) : undefined,
  };
}

/** Draws a camera at a time: at the height of a driver and in a lane, or on a mast beside the street, looking down. */
export function drawCamera(seed: number, { timeS, isDriving }: SceneVariation, width: number, height: number): Camera {
  const random = new Random(hash(seed, 82));
  const z = egoZ(timeS);
  if (isDriving) {
    return {
      width,
      height,
      focal: width * random.between(0.55, 1.2),
      centerX: width * random.between(0.38, 0.62),
      horizonY: height * random.between(0.34, 0.6),
      x: (random.next() < 0.15 ? -LANE_CENTER : LANE_CENTER) + random.between(-0.6, 0.6),
      y: random.between(1.1, 2.2),
      z,
    };
  }
  return {
    width,
    height,
    focal: width * random.between(0.6, 1.5),
    centerX: width * random.between(0.2, 0.8),
    horizonY: height * random.between(-0.04, 0.34),
    x: random.between(-8, 8),
    y: random.between(4, 9),
    z,
  };
}

/** Draws a time; often one shortly before a crossing. */
function drawTime(random: Random): number {
  const timeS = random.between(0, 1200);
  if (random.next() < 0.6) return timeS;
  const block = Math.ceil(egoZ(timeS) / BLOCK_LENGTH);
  const z = block * BLOCK_LENGTH - random.between(4, 45);
  let at = timeS;
  for (let step = 0; step < 8; step++) at += (z - egoZ(at)) / EGO_SPEED;
  return at;
}

function drawStreet(random: Random): StreetVariation {
  const heading = (share: number): Heading => (random.next() < share ? 1 : -1);
  const isDense = random.next() < 0.3;
  const lane = (direction: Heading): LaneTraffic => ({
    heading: direction,
    spacing: isDense ? random.between(8, 15) : random.between(17, 60),
    share: random.between(0.2, 0.95),
  });
  const leftLane = lane(heading(0.35));
  return {
    leftLane,
    rightLane: lane(heading(leftLane.heading > 0 ? 0.9 : 0.65)),
    leadingGap: random.between(4, 34),
    crossingShare: 0.4,
    parkedShare: random.next() < 0.2 ? 0 : random.between(0.2, 0.95),
    parkedAgainstShare: random.next() < 0.5 ? 0 : random.between(0, 0.6),
    houseTint: random.next(),
    signalDelayS: random.between(0, 60),
    lamp: drawLamps(random),
    signalHousing: random.pick([0x1c1e1d, 0x1c1e1d, 0x2b2f2d, 0xc9a227, 0x3f4f45]),
    centreLine: random.pick(['double', 'double', 'dashed', 'dashed', 'none'] as const),
    lotShare: drawLotShare(random),
    walkerShare: random.between(0.05, 0.9),
    crosswalkShare: random.between(0, 0.5),
    treeShare: random.next() < 0.25 ? 0 : random.between(0.1, 1),
    signShare: random.between(0, 1),
    pickModel: pickVariedModel,
  };
}

/** Draws what lamps look like: most are off by day. */
function drawLamps(random: Random): LampStyle {
  const head = random.pick(['lantern', 'flat', 'flat', 'globe'] as const);
  const color = fromRgb(random.pick([0xb9bdbf, 0xd9d8d2, 0xe9e7df, 0x8f9498, 0xff9a3c]));
  return {
    head,
    height: head === 'globe' ? random.between(3.4, 5) : random.between(5.2, 10),
    reach: head === 'globe' ? 0 : random.between(0.6, 3),
    glass: { color, surface: 'lampHead' },
  };
}

/** Draws a town, a suburb or a road out of town. */
function drawLotShare(random: Random): number {
  const kind = random.next();
  if (kind < 0.45) return 0;
  return kind < 0.75 ? random.between(0.1, 0.7) : random.between(0.8, 1);
}

function drawLight(random: Random, hasSun: boolean): DayLight {
  const grey = fromRgb(random.pick([0xd3e1ea, 0xd8dcde, 0xc4cdd6, 0xe3e0d8, 0xb9c2c8]));
  const road = fromRgb(random.pick([0x77777a, 0x6d7074, 0x7d7872, 0x747d84, 0x837b70]));
  const paving = fromRgb(random.pick([0xb5aa9a, 0xa3a3a1, 0x9c948b, 0xb8b3ad, 0xa88f80, 0x8fa07a]));
  return {
    hasSun,
    haze: grey,
    ground: {
      asphalt: { gain: random.between(0.6, 1.45), color: road },
      paving: { gain: random.between(0.6, 1.2), color: paving },
      grass: { gain: random.between(0.7, 1.3), color: fromRgb(random.pick(GRASSES)) },
    },
  };
}

function drawSky(random: Random, hasSun: boolean): Omit<SkyStyle, 'backdrop'> {
  const white = fromRgb(0xffffff);
  const kind = random.next();
  if (!hasSun && kind < 0.6) {
    const tone = mix(fromRgb(random.pick([0xdfe3e6, 0xe9e7e2, 0xc9d2da])), white, random.next());
    return { zenith: mix(tone, fromRgb(0x9fa9b3), random.between(0, 0.5)), horizon: tone, cloud: tone, cover: 0 };
  }
  const blue = fromRgb(random.pick([0x4f8fd0, 0x3d7cc4, 0x6ba3d6, 0x86b4dc, 0x5d86b0]));
  const zenith = hasSun ? blue : mix(blue, fromRgb(0x98a2ac), random.between(0.5, 0.9));
  const horizon = mix(fromRgb(0xd3e1ea), zenith, random.between(0, 0.4));
  const cloud = hasSun ? white : mix(white, fromRgb(0x8d959d), random.between(0, 0.7));
  return { zenith, horizon, cloud, cover: hasSun && kind < 0.4 ? 0 : random.between(0.5, 1) };
}
