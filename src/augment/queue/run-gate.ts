import { dirname, resolve, sep } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import { STYLE_NAMES } from '../../lighting/night-style.js';
import { parseRecipe } from '../recipe/recipe.js';
import { realPathOf } from '../run/check-output.js';
import { generatorOrigin } from '../run/generator-origin.js';
import type { QueuedRun } from './job-payload.js';

/** Generators that need no file of the user. */
const OWN_GENERATORS = ['lit', 'nightgrid', 'grade', 'grade:deep'];

/** What a worker may touch, and what it is. */
export interface RunGateOptions {
  /** Folders and `s3://bucket/prefix` addresses that inputs, outputs and models of runs must be in. At least one. */
  readonly roots: readonly string[];
  /** Version of the product. */
  readonly version: string;
}

/** Decides which runs a worker takes: those that it may read and write, and that it renders to the same bytes as every other worker. */
export class RunGate {
  readonly #options: RunGateOptions;

  constructor(options: RunGateOptions) {
    this.#options = options;
  }

  /** Returns why this worker does not take a run, one clause; undefined where it does. */
  async refusal(run: QueuedRun): Promise<string | undefined> {
    const { origin, settings } = run;
    const { version } = this.#options;
    if (origin.nocturne !== version) return `the run is of nocturne ${origin.nocturne}, this worker is ${version}`;
    for (const address of [run.input, run.output]) {
      if (!(await this.#allows(address))) return this.#outside(address);
    }
    const { generator, style } = settings.model;
    if (!OWN_GENERATORS.includes(generator) && !(await this.#allows(generator))) return this.#outside(generator);
    try {
      const recipe = parseRecipe(settings.recipe, 'the recipe of the run');
      if (!STYLE_NAMES.some((name) => name === style) && !Object.hasOwn(recipe.styles, style)) {
        return `its night style ${style} is not in its recipe`;
      }
      const { generatorVersion, cardSha256 } = await generatorOrigin(generator);
      if (generatorVersion === origin.generatorVersion && cardSha256 === origin.cardSha256) return undefined;
      return `its generator ${generator} is ${origin.generatorVersion}, here it is ${generatorVersion} or differs`;
    } catch (error) {
      if (error instanceof NocturneError) return error.message.replace(/\.$/, '');
      throw error;
    }
  }

  async #allows(address: string): Promise<boolean> {
    for (const root of this.#options.roots) if (await isWithin(address, root)) return true;
    return false;
  }

  #outside(address: string): string {
    return `${address} is outside the roots of this worker: ${this.#options.roots.join(', ')}`;
  }
}

/** True where an address is a root or below it; links of folders are followed before they are compared. */
async function isWithin(address: string, root: string): Promise<boolean> {
  const isObject = /^s3:\/\//i.test(address);
  if (isObject !== /^s3:\/\//i.test(root)) return false;
  if (isObject) {
    const [inner, outer] = [address, root].map((text) => `${text.replace(/\/+$/, '')}/`);
    return inner !== undefined && outer !== undefined && inner.startsWith(outer) && !inner.includes('/../');
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(address) || resolve(address) !== address) return false; // relative paths mean another folder here
  const [inner, outer] = [await realPathOf(address), await realPathOf(root)];
  return inner === outer || inner.startsWith(dirname(outer) === outer ? outer : outer + sep);
}
