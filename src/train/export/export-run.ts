import { statSync } from 'node:fs';
import { join } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../image/thumbnail.js';
import type { KeyPatchModelCard } from '../../infer/key-patch/key-patch-card.js';
import type { ImageModelCard } from '../../infer/image-network/image-card.js';
import type {
  NetworkOrigin,
  OnnxModelCard,
  SceneModelCard,
  VehicleModelCard,
  TrainedModelCard,
} from '../../infer/model-card.js';
import type { TwoPathwayCard } from '../../infer/two-pathway/two-pathway-card.js';
import { readCheckpoint, type Checkpoint, type NamedArrays } from '../checkpoint.js';
import { keyPatchOptions } from '../key-patch/key-patch-options.js';
import type { KeyPatchMetrics } from '../key-patch/key-patch-validation.js';
import { keyPatchTraces } from '../models/key-patch.js';
import { classicGenerator } from '../models/create-networks.js';
import type { NightStyleCard } from '../../infer/night-like/night-style-card.js';
import type { PlainRegression } from '../../infer/night-like/plain-statistics.js';
import { generatorOptions } from '../models/two-pathway.js';
import { nightgrid } from '../networks/nightgrid.js';
import { sceneNetwork } from '../networks/scene-network.js';
import { sizeOf, traceNetwork } from '../networks/trace.js';
import type { TraitScale } from '../night-style/night-batches.js';
import { nightStyleOptions } from '../night-style/night-style-options.js';
import { nightStyleNumbers, type NightStyleMetrics } from '../night-style/night-style-validation.js';
import { CROP_SIDE, vehicleNetwork } from '../networks/vehicle-network.js';
import { trainOptions, type TrainOptions } from '../options.js';
import { namedViews } from '../parameter-vector.js';
import { sceneOptions } from '../scene/scene-options.js';
import type { SceneMetrics } from '../scene/scene-validation.js';
import type { CropMetrics } from '../scene/train-vehicle.js';
import { vehicleOptions } from '../scene/vehicle-options.js';
import { BEST_CHECKPOINT } from '../trainer.js';
import type { PairMetrics } from '../two-pathway/pair-validation.js';
import { twoPathwayOptions } from '../two-pathway/two-pathway-options.js';
import { exportGenerator } from './export-generator.js';
import { exportKeyPatch } from './export-key-patch.js';
import { exportImage } from './export-image.js';
import { exportNightStyle } from './export-night-style.js';
import { exportScene } from './export-scene.js';
import { exportTwoPathway } from './export-two-pathway.js';
import { exportVehicle } from './export-vehicle.js';
import type { WrittenModel } from './write-model.js';

/** Options of {@link exportRun}; fields without a comment are written to the model card unchanged. */
interface ExportRunOptions extends Pick<OnnxModelCard, 'name' | 'version' | 'licence'> {
  /** Folder of a run, or its best checkpoint. */
  readonly from: string;
  /** Default: what the network is. */
  readonly description?: string;
  readonly sources?: OnnxModelCard['sources'];
  readonly metrics?: OnnxModelCard['metrics'];
  /** Output folder; see `writeModel`. */
  readonly out: string;
  readonly overwrite?: boolean;
}

/** {@link ExportRunOptions} once the checkpoint is read. */
type CardOptions = Omit<ExportRunOptions, 'from'>;

/** What the best checkpoint of a generator measured. */
interface GeneratorMetrics {
  readonly layout: number;
  readonly swd: number;
}

/** The header of a best checkpoint. */
interface BestHeader<M> {
  readonly options: Readonly<Record<string, unknown>>;
  readonly step: number;
  /** Absent when the run started from random weights. */
  readonly init?: NetworkOrigin;
  readonly metrics: M;
}

/** A best checkpoint and its path. */
interface BestCheckpoint extends Checkpoint {
  readonly path: string;
}

/**
 * Writes the best weights of a training as a generator (of looks, of images, of images with key regions), or as a scene, vehicle or key-patch network by the run's recipe.
 * Throws NocturneError INPUT_NOT_FOUND, MODEL_INVALID for a damaged or another checkpoint, OUTPUT_*.
 */
export async function exportRun(
  options: ExportRunOptions,
): Promise<WrittenModel<TrainedModelCard | ImageModelCard | KeyPatchModelCard>> {
  const { from, ...rest } = options;
  const path = statSync(from, { throwIfNoEntry: false })?.isDirectory() ? join(from, BEST_CHECKPOINT) : from;
  const checkpoint = await readCheckpoint(path);
  const { header, arrays } = checkpoint;
  const isScene = header['recipe'] === 'scene';
  if (header['recipe'] === 'night-style') return exportNightStyleRun(rest, { path, ...checkpoint });
  if (header['recipe'] === 'two-pathway') return exportTwoPathwayRun(rest, { path, ...checkpoint });
  if (header['recipe'] === 'key-patch') return exportKeyPatchRun(rest, { path, ...checkpoint });
  if (header['recipe'] === 'vehicle') return exportVehicleRun(rest, { path, ...checkpoint });
  if (!('metrics' in header) || (!isScene && !arrays.has('netGA'))) throw invalid(`${path} is not a best checkpoint`);
  return isScene ? exportSceneRun(rest, { path, ...checkpoint }) : exportGeneratorRun(rest, { path, ...checkpoint });
}

/** A generator of looks or of images: netGA of a CycleGAN. */
async function exportGeneratorRun(
  options: CardOptions,
  { path, header, arrays }: BestCheckpoint,
): Promise<WrittenModel<OnnxModelCard | ImageModelCard>> {
  const { metrics, description, ...card } = options;
  const { options: given, step, metrics: validation } = header as unknown as BestHeader<GeneratorMetrics>; // as the trainer writes it
  const trained = trainOptions(given);
  const { height, width } = trained;
  const classic = classicGenerator(trained);
  const { parameters } = traceNetwork(classic?.network ?? nightgrid, [height, width, 3]);
  const weights = arrays.get('netGA') ?? new Float32Array();
  const expected = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (weights.length !== expected) {
    throw invalid(`${path} must hold the ${expected} weights of its ${trained.generator}, got ${weights.length}`);
  }
  const written = {
    ...card,
    weights: namedViews(parameters, weights),
    training: { recipe: 'cyclegan', seed: trained.seed, steps: step, options: { ...trained } },
    metrics: { 'validation.layout': validation.layout, 'validation.swd': validation.swd, ...metrics },
  };
  if (!classic) {
    return exportGenerator({ ...written, description: description ?? 'a look network trained by nocturne train' });
  }
  return exportImage({ ...written, ...classic, height, width, description: description ?? describeClassic(trained) });
}

function describeClassic({ generator, ngf, width, height }: TrainOptions): string {
  return `CycleGAN's day-to-night generator ${generator} with ngf ${ngf}, trained by nocturne train on images of ${width}x${height}`;
}

async function exportSceneRun(
  options: CardOptions,
  { path, header, arrays }: BestCheckpoint,
): Promise<WrittenModel<SceneModelCard>> {
  const { metrics, description = 'a scene network trained by nocturne train', ...card } = options;
  const { options: given, step, init, metrics: validation } = header as unknown as BestHeader<SceneMetrics>; // as the trainer writes it
  const trained = sceneOptions(given);
  const { parameters } = traceNetwork(sceneNetwork, [DETAIL_HEIGHT, DETAIL_WIDTH, 3]);
  const isSame = parameters.every(({ name, shape }) => arrays.get(name)?.length === sizeOf(shape));
  if (!isSame || arrays.size > parameters.length) throw invalid(`${path} holds another scene network`);
  return exportScene({
    ...card,
    description,
    weights: arrays,
    training: { recipe: 'scene', seed: trained.seed, steps: step, ...(init && { init }), options: { ...trained } },
    metrics: { ...sceneMetrics(validation), ...metrics },
  });
}

async function exportVehicleRun(
  options: CardOptions,
  { path, header, arrays }: BestCheckpoint,
): Promise<WrittenModel<VehicleModelCard>> {
  const { metrics, description = 'a vehicle network trained by nocturne train', ...card } = options;
  const { options: given, step, init, metrics: validation } = header as unknown as BestHeader<CropMetrics>; // as the trainer writes it
  const trained = vehicleOptions(given);
  const { parameters } = traceNetwork(vehicleNetwork, [CROP_SIDE, CROP_SIDE, 3]);
  const isSame = parameters.every(({ name, shape }) => arrays.get(name)?.length === sizeOf(shape));
  if (!isSame || arrays.size > parameters.length) throw invalid(`${path} holds another vehicle network`);
  const { facing, lampOffset } = validation;
  return exportVehicle({
    ...card,
    description,
    weights: arrays,
    training: { recipe: 'vehicle', seed: trained.seed, steps: step, ...(init && { init }), options: { ...trained } },
    metrics: { 'validation.facing': facing, 'validation.lampOffset': lampOffset, ...metrics },
  });
}

async function exportNightStyleRun(
  options: CardOptions,
  { header, arrays }: BestCheckpoint,
): Promise<WrittenModel<NightStyleCard>> {
  const { metrics, description = 'a night-style network trained by nocturne train', ...card } = options;
  type Measured = NightStyleMetrics & { readonly scales: readonly TraitScale[]; readonly plain: PlainRegression };
  const found = header as unknown as BestHeader<Measured>; // as the trainer writes it
  const trained = nightStyleOptions(found.options);
  return exportNightStyle({
    ...card,
    description,
    weights: arrays,
    options: trained,
    traits: found.metrics.scales,
    plain: found.metrics.plain,
    training: { recipe: 'night-style', seed: trained.seed, steps: found.step, options: { ...trained } },
    metrics: { ...nightStyleNumbers(found.metrics), ...metrics },
  });
}

async function exportTwoPathwayRun(
  options: CardOptions,
  { header, arrays }: BestCheckpoint,
): Promise<WrittenModel<TwoPathwayCard>> {
  const { metrics, description = 'a two-pathway network (TP-GAN) trained by nocturne train', ...card } = options;
  const { options: given, step, metrics: validation } = header as unknown as BestHeader<PairMetrics>; // as the trainer writes it
  const trained = twoPathwayOptions(given);
  const { height, width, seed } = trained;
  return exportTwoPathway({
    ...card,
    description,
    network: generatorOptions(trained),
    weights: arrays,
    height,
    width,
    training: { recipe: 'two-pathway', seed, steps: step, options: { ...trained } },
    metrics: { 'validation.regions': validation.regions, 'validation.elsewhere': validation.elsewhere, ...metrics },
  });
}

async function exportKeyPatchRun(
  options: CardOptions,
  { path, header, arrays }: BestCheckpoint,
): Promise<WrittenModel<KeyPatchModelCard>> {
  const { metrics, description, ...card } = options;
  const { options: given, step, metrics: validation } = header as unknown as BestHeader<KeyPatchMetrics>; // as the trainer writes it
  const trained = keyPatchOptions(given);
  const { side, filters, minPatches, maxPatches, seed } = trained;
  const { generator } = keyPatchTraces(trained);
  const specs = [...generator.parameters, ...generator.statistics];
  const weights = new Map(specs.flatMap(({ name }) => [...pick(arrays, name)]));
  const isSame = specs.every(({ name, shape }) => weights.get(name)?.length === sizeOf(shape));
  if (!isSame) throw invalid(`${path} holds another key-patch network`);
  const { maskIou, constantIou, rejected, layout, swd } = validation;
  return exportKeyPatch({
    ...card,
    description: description ?? `makes nights of ${side}x${side} from a few patches, trained by nocturne train`,
    side,
    filters,
    patches: [minPatches, maxPatches],
    weights,
    training: { recipe: 'key-patch', seed, steps: step, options: { ...trained } },
    metrics: {
      'validation.maskIou': maskIou,
      'validation.constantIou': constantIou,
      ...Object.fromEntries(Object.entries(rejected).map(([name, rate]) => [`validation.rejected.${name}`, rate])),
      'validation.layout': layout,
      'validation.swd': swd,
      ...metrics,
    },
  });
}

function pick(arrays: NamedArrays, name: string): readonly (readonly [string, Float32Array])[] {
  const values = arrays.get(name);
  return values ? [[name, values]] : [];
}

/** The metrics of held-back images for the model card: what was measured at all. */
function sceneMetrics({ iou, meanIou, vehicles }: SceneMetrics): Record<string, number> {
  const { found, precision, facing, lampOffset } = vehicles;
  const all = {
    meanIou,
    ...Object.fromEntries(Object.entries(iou).map(([name, value]) => [`iou.${name}`, value])),
    ...{ found, precision, facing, lampOffset },
  };
  const measured = Object.entries(all).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(measured.map(([name, value]) => [`validation.${name}`, Number(value.toFixed(4))]));
}

function invalid(message: string): NocturneError {
  return new NocturneError({
    code: 'MODEL_INVALID',
    stage: 'train',
    message: `${message}.`,
    remedy: `Pass the folder of a run, or its ${BEST_CHECKPOINT}.`,
  });
}
