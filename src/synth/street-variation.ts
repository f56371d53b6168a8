import type { Random } from '../core/random.js';
import { DEMO_LAMP, type LampStyle } from './lamp-style.js';
import { pickVehicleModel, type VehicleModel } from './vehicle.js';

/** Which way a vehicle drives or stands. 1: away from the camera, -1: towards it. */
export type Heading = 1 | -1;

/** The traffic of one lane. */
export interface LaneTraffic {
  readonly heading: Heading;
  /** Length of street for one vehicle, metres, and the probability that it is there. */
  readonly spacing: number;
  readonly share: number;
}

/** What differs between one street and another, beside its seed. Shares are probabilities, 0 to 1. */
export interface StreetVariation {
  readonly leftLane: LaneTraffic;
  /** The ego lane. Its vehicles keep their distance to the camera; the first is `leadingGap` metres ahead or more. */
  readonly rightLane: LaneTraffic;
  readonly leadingGap: number;
  /** Share of crossings with a vehicle across the street. */
  readonly crossingShare: number;
  /** Share of parking places that are taken, and of the parked vehicles that face against their lane. */
  readonly parkedShare: number;
  readonly parkedAgainstShare: number;
  readonly lamp: LampStyle;
  /** Colour of the signals' housings, 0xRRGGBB. */
  readonly signalHousing: number;
  readonly centreLine: 'double' | 'dashed' | 'none';
  /** How much houses of one facade differ in colour, 0 to 1. */
  readonly houseTint: number;
  /** Added to the time of the signals, seconds. */
  readonly signalDelayS: number;
  /** Share of houses in whose place there is a lot with trees, walls or hedges. Above 0, grass lies behind the fronts. */
  readonly lotShare: number;
  readonly walkerShare: number;
  /** Share of the four places on a crossing's crosswalks where somebody is. */
  readonly crosswalkShare: number;
  readonly treeShare: number;
  /** Share of places at the kerb with a traffic sign. */
  readonly signShare: number;
  /** Picks a vehicle. @param isShort whether it must fit a parking place. */
  pickModel(random: Random, isShort: boolean): VehicleModel;
}

/** The built-in street. */
export const DEMO_STREET: StreetVariation = {
  leftLane: { heading: -1, spacing: 38, share: 0.66 },
  rightLane: { heading: 1, spacing: 44, share: 0.6 },
  leadingGap: 23,
  crossingShare: 0,
  parkedShare: 0.62,
  parkedAgainstShare: 0,
  lamp: DEMO_LAMP,
  signalHousing: 0x1c1e1d,
  centreLine: 'double',
  houseTint: 0,
  signalDelayS: 0,
  lotShare: 0,
  walkerShare: 0.5,
  crosswalkShare: 0,
  treeShare: 0.62,
  signShare: 0,
  pickModel: pickVehicleModel,
};
