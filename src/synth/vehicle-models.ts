import type { Random } from '../core/random.js';
import { pickVehicleModel, type VehicleModel } from './vehicle.js';

/** Picks a random vehicle of many models, sizes and colours. @param isShort whether it must fit a parking place. */
export function pickVariedModel(random: Random, isShort: boolean): VehicleModel {
  return pickVehicleModel(random, isShort);
}
