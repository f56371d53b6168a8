import type { Generator } from './generator.js';
import { createGrade } from './grade.js';
export async function openGenerator(options: { readonly generator: string }): Promise<Generator> {
  return Promise.resolve(createGrade({ depth: options.generator === 'grade:deep' ? 'deep' : 'night' }));
}
