import { NocturneError } from '../../core/errors.js';
import { GENERATOR_NAMES, STYLE_NAMES } from '../../infer/generator-names.js';
import type { GeneratorChange } from '../../stream/live-stream.js';
import type { StreamSettings } from '../stream-settings.js';

/**
 * What a stream may change to: generators and styles of the package, those it started with, and those that whoever started the server has
 * allowed. A request cannot name any other file of the machine.
 */
export class GeneratorMenu {
  readonly generators: readonly string[];
  readonly styles: readonly string[];

  constructor({ model, generators = [] }: Pick<StreamSettings, 'model' | 'generators'>) {
    this.generators = [...new Set([...GENERATOR_NAMES, model.generator, ...generators])];
    this.styles = [...new Set([...STYLE_NAMES, model.style])];
  }

  /** Throws NocturneError CONFIG_INVALID for a generator or style that is not on the menu. */
  check({ generator, style }: Partial<GeneratorChange>): void {
    if (generator !== undefined && !this.generators.includes(generator)) {
      throw invalid(`generator must be one of ${this.generators.join(', ')}, got ${JSON.stringify(generator)}.`);
    }
    if (style !== undefined && !this.styles.includes(style)) {
      throw invalid(`style must be one of ${this.styles.join(', ')}, got ${JSON.stringify(style)}.`);
    }
  }
}

function invalid(message: string): NocturneError {
  const remedy = 'Whoever starts the server allows more with --generators.';
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, remedy });
}
