import { parseVehicleCard, VEHICLE_CROPS, type VehicleModelCard } from '../../infer/model-card.js';
import type { Weights } from '../networks/ops.js';
import { CROP_CHANNELS, CROP_SIDE, vehicleNetwork } from '../networks/vehicle-network.js';
import { exportNetwork } from './export-network.js';
import { writeModel, type WrittenModel } from './write-model.js';

/** Options of {@link exportVehicle}; fields without a comment are written to the model card unchanged. */
interface ExportVehicleOptions extends Pick<VehicleModelCard, 'name' | 'version' | 'description'> {
  /** Exactly the parameters of {@link vehicleNetwork}, without gains. */
  readonly weights: Weights;
  /** Licence of the weights; default `not stated`. */
  readonly licence?: string;
  readonly sources?: VehicleModelCard['sources'];
  readonly training?: VehicleModelCard['training'];
  readonly metrics?: VehicleModelCard['metrics'];
  /** Output folder; see `writeModel`. */
  readonly out: string;
  /** Whether to replace an existing model; default false. */
  readonly overwrite?: boolean;
}

/** A crop, `[H, W, C]`. */
const INPUT = [CROP_SIDE, CROP_SIDE, 3] as const;

/**
 * Writes trained weights as a vehicle network: an ONNX model with its card, for `openVehicleLooker`.
 * Throws RangeError for weights of another network, NocturneError OUTPUT_*.
 */
export async function exportVehicle(options: ExportVehicleOptions): Promise<WrittenModel<VehicleModelCard>> {
  const { weights, licence = 'not stated', out, overwrite = false } = options;
  const { name, version, description, sources, training, metrics } = options;
  const bytes = exportNetwork({
    network: vehicleNetwork,
    inputName: 'crops',
    input: INPUT,
    batch: VEHICLE_CROPS,
    outputs: [{ name: 'vehicle', output: 'vehicle' }],
    weights,
    metadata: { name, version, licence },
  });
  const card = {
    name,
    version,
    description,
    licence,
    input: {
      name: 'crops',
      shape: [VEHICLE_CROPS, 3, CROP_SIDE, CROP_SIDE],
      layout: 'NCHW',
      matrix: 'bt709',
      range: 'full',
    },
    outputs: { vehicle: { name: 'vehicle', shape: [VEHICLE_CROPS, CROP_CHANNELS, 1, 1] } },
    ...(sources && { sources }),
    ...(training && { training }),
    ...(metrics && { metrics }),
  } as const;
  return writeModel({ out, bytes, overwrite, card }, parseVehicleCard);
}
