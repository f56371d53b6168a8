import { basename } from 'node:path';

/** Whether a file is a model of TensorFlow.js, by its name: `model.json`, whose weights lie beside it. */
export function isTfjsModel(path: string): boolean {
  return basename(path).toLowerCase() === 'model.json';
}
