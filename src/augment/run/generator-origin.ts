import { readFile } from 'node:fs/promises';
import { NocturneError } from '../../core/errors.js';
import { createGrade } from '../../infer/grade/grade.js';
import { parseImageCard } from '../../infer/image-network/image-card.js';
import { parseModelCard, parseSceneCard, type ModelCard, type NetworkOrigin } from '../../infer/model-card.js';
import { parseTwoPathwayCard } from '../../infer/two-pathway/two-pathway-card.js';
import { modelKind, modelPaths, readModelFile } from '../../infer/model-file.js';
import { SHIPPED_LOOK_MODEL } from '../../infer/open-generator.js';
import { SHIPPED_SCENE_MODEL } from '../../scene/scene-reader.js';
import { sha256 } from '../store/local-store.js';
import type { ManifestOrigin } from './manifest.js';

/** A generator by its exact name, and what the manifest holds of it. */
export type GeneratorOrigin = Pick<ManifestOrigin, 'generator' | 'generatorVersion' | 'cardSha256'>;

/**
 * Finds out which generator a name or path is, before work starts: `auto` becomes the best of the package whose model can be read, so
 * that all processes of a run use the same one. Rejects with NocturneError MODEL_NOT_FOUND or MODEL_INVALID.
 */
export async function generatorOrigin(generator: string): Promise<GeneratorOrigin> {
  switch (generator) {
    case 'auto':
      return bestOrigin();
    case 'lit':
      return networkOrigin(generator, SHIPPED_SCENE_MODEL, parseSceneCard);
    case 'nightgrid':
      return networkOrigin(generator, SHIPPED_LOOK_MODEL, parseModelCard);
    case 'grade':
    case 'grade:deep': {
      await using grade = await createGrade();
      return { generator, generatorVersion: grade.card.version, cardSha256: '' };
    }
    default:
      return networkOrigin(generator, generator, PARSERS[(await modelKind(generator)) ?? 'look']);
  }
}

/** The parser of each kind of card. */
const PARSERS = {
  look: parseModelCard,
  scene: parseSceneCard,
  image: parseImageCard,
  'two-pathway': parseTwoPathwayCard,
} as const;

async function bestOrigin(): Promise<GeneratorOrigin> {
  for (const name of ['lit', 'nightgrid']) {
    try {
      return await generatorOrigin(name);
    } catch (error) {
      if (!(error instanceof NocturneError) || !error.code.startsWith('MODEL_')) throw error;
    }
  }
  return generatorOrigin('grade');
}

async function networkOrigin(
  generator: string,
  path: string,
  parse: (json: string) => ModelCard & Pick<NetworkOrigin, 'sha256'>,
): Promise<GeneratorOrigin> {
  const file = await readModelFile(path, parse);
  const card = await readFile((await modelPaths(path)).card);
  return { generator, generatorVersion: file.card.version, cardSha256: sha256(card) };
}
