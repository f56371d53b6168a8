import { readFile } from 'node:fs/promises';
import { parseJson } from '../../core/decode-text.js';
import { NocturneError } from '../../core/errors.js';
import { COLORS, FITS, VALUES, type Preprocessing } from './detector-input.js';

/** What a `NAME.json` beside `NAME.onnx` says about the detector in its field `detector`; all optional. */
export interface DetectorCard extends Partial<Preprocessing> {
  /** Names by class number. */
  readonly classes?: readonly string[];
}

const WORDS = { fit: FITS, values: VALUES, colors: COLORS } as const;

/** Reads the card of a detector: empty where there is none. Throws NocturneError MODEL_INVALID for one with a wrong value. */
export async function readDetectorCard(modelPath: string): Promise<DetectorCard> {
  const path = modelPath.replace(/\.onnx$/i, '') + '.json';
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return {};
  const invalid = (field: string, rule: string, got: unknown): NocturneError => {
    const message = `${path}: detector.${field} must be ${rule}, got ${JSON.stringify(got)}.`;
    const remedy = 'See "A detector of your own" in docs/evaluation.md.';
    return new NocturneError({ code: 'MODEL_INVALID', stage: 'infer', message, remedy });
  };
  const fields = detectorFields(bytes);
  for (const [field, value] of Object.entries(fields)) {
    if (field === 'classes') {
      const isNames = Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string');
      if (!isNames) throw invalid(field, 'a list of names', value);
      continue;
    }
    const words: readonly string[] = Object.hasOwn(WORDS, field) ? WORDS[field as keyof typeof WORDS] : [];
    if (words.length === 0) throw invalid(field, `absent; known: classes, ${Object.keys(WORDS).join(', ')}`, value);
    if (typeof value !== 'string' || !words.includes(value)) throw invalid(field, `one of ${words.join(', ')}`, value);
  }
  return fields;
}

/** The field `detector` of a JSON file; empty for another file of that name. */
function detectorFields(bytes: Uint8Array): Record<string, unknown> {
  try {
    const json = parseJson(bytes);
    const card = typeof json === 'object' && json !== null && 'detector' in json ? json.detector : undefined;
    return typeof card === 'object' && card !== null ? { ...card } : {};
  } catch {
    return {};
  }
}
