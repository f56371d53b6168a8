import { describeKeyPatchOptions, keyPatchOptions } from '../train/key-patch/key-patch-options.js';
import { describeNightStyleOptions, nightStyleOptions } from '../train/night-style/night-style-options.js';
import { describeOptions, trainOptions } from '../train/options.js';
import { describeSceneOptions, sceneOptions } from '../train/scene/scene-options.js';
import { describeVehicleOptions, vehicleOptions } from '../train/scene/vehicle-options.js';
import { describeTwoPathwayOptions, twoPathwayOptions } from '../train/two-pathway/two-pathway-options.js';

/** A recipe of `nocturne train`, as its help shows it. */
interface TrainRecipe {
  /** What it trains, and on what. */
  readonly trains: string;
  /** Page of the documentation. */
  readonly page: string;
  /** Its options with their defaults, as lines. */
  readonly options: () => readonly string[];
}

/** The recipes of `nocturne train`, in the order of the help. */
export const TRAIN_RECIPES = {
  cyclegan: {
    trains: 'a generator, on unpaired day and night images',
    page: 'docs/training.md',
    options: () => describeOptions(trainOptions()),
  },
  'two-pathway': {
    trains: 'a generator with pathways for key regions (TP-GAN), on pairs',
    page: 'docs/training-two-pathway.md',
    options: () => describeTwoPathwayOptions(twoPathwayOptions()),
  },
  'key-patch': {
    trains: 'a network that makes nights from a few patches of one, on labelled nights',
    page: 'docs/training-key-patch.md',
    options: () => describeKeyPatchOptions(keyPatchOptions()),
  },
  'night-style': {
    trains: 'the network that reads a night style from photos',
    page: 'docs/styles.md',
    options: () => describeNightStyleOptions(nightStyleOptions()),
  },
  scene: {
    trains: 'the network that reads streets, on labelled day images',
    page: 'docs/scene.md',
    options: () => describeSceneOptions(sceneOptions()),
  },
  vehicle: {
    trains: 'the network that reads the lamps of a vehicle, on labelled day images',
    page: 'docs/scene.md',
    options: () => describeVehicleOptions(vehicleOptions()),
  },
} as const satisfies Readonly<Record<string, TrainRecipe>>;

/** The name of a recipe. */
export type TrainRecipeName = keyof typeof TRAIN_RECIPES;

/** A line for each recipe: what it trains. */
export function trainRecipesHelp(): string {
  return Object.entries(TRAIN_RECIPES)
    .map(([name, { trains, page }]) => `  ${name.padEnd(12)} ${trains} (${page})`)
    .join('\n');
}

/** The training options of every recipe. */
export function trainingOptionsHelp(): string {
  return Object.entries(TRAIN_RECIPES)
    .map(([name, { options }]) => `\nTraining options (--set) of --recipe ${name}:\n${options().join('\n')}\n`)
    .join('');
}
