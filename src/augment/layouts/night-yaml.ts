import { isScalar, parseDocument, visit, type Scalar } from 'yaml';
import { isTimeOfDayKey, nightWordFor } from './night-word.js';

/** How a word is written in the style of the scalar that it replaces; a block keeps what it says. */
const WRITTEN: Readonly<Record<string, (word: string) => string>> = {
  PLAIN: (word) => word,
  QUOTE_SINGLE: (word) => `'${word}'`,
  QUOTE_DOUBLE: (word) => `"${word}"`,
};

/** A YAML file whose times of day are night, every other byte as it was; undefined where none is to change, or it is no YAML. */
export function nightYaml(bytes: Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(bytes).toString('utf8');
  if (Buffer.compare(Buffer.from(text, 'utf8'), bytes) !== 0) return undefined; // not UTF-8, which YAML is
  const document = parseDocument(text, { logLevel: 'silent' });
  if (document.errors.length > 0) return undefined;
  const edits: { readonly start: number; readonly end: number; readonly word: string }[] = [];
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !isTimeOfDayKey(String(key.value)) || !isScalar(value)) return;
      const edit = editOf(value);
      if (edit) edits.push(edit);
    },
  });
  if (edits.length === 0) return undefined;
  let night = text;
  for (const { start, end, word } of edits.sort((a, b) => b.start - a.start)) {
    night = night.slice(0, start) + word + night.slice(end);
  }
  return Buffer.from(night, 'utf8');
}

function editOf({ value, type = 'PLAIN', range }: Scalar): { start: number; end: number; word: string } | undefined {
  const night = typeof value === 'string' ? nightWordFor(value) : undefined;
  const written = WRITTEN[type];
  return night === undefined || !written || !range
    ? undefined
    : { start: range[0], end: range[1], word: written(night) };
}
