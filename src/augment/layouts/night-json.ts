import { recordOf } from './json-record.js';
import { JsonText, type JsonEdit, type JsonSpan } from './json-text.js';
import { isTimeOfDayKey, nightWordFor } from './night-word.js';

/** The edit that makes a value night: of a text that names another time of day; undefined where nothing is to change. */
export function nightEdit(text: JsonText, span: JsonSpan | undefined): JsonEdit | undefined {
  if (!span) return undefined;
  const value = text.parse(span);
  const night = typeof value === 'string' ? nightWordFor(value) : undefined;
  return night === undefined ? undefined : { ...span, text: JSON.stringify(night) };
}

/** The edits that make every time of day in a JSON value night, at any depth, in order of their places. */
export function timeOfDayEdits(text: JsonText, span: JsonSpan): JsonEdit[] {
  const edits: JsonEdit[] = [];
  for (const element of text.elements(span)) edits.push(...timeOfDayEdits(text, element));
  for (const { key, value } of text.members(span)) {
    const edit = isTimeOfDayKey(key) ? nightEdit(text, value) : undefined;
    edits.push(...(edit ? [edit] : timeOfDayEdits(text, value)));
  }
  return edits;
}

/** Whether a parsed value names a time of day other than night, at any depth. */
export function namesDay(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(namesDay);
  return Object.entries(recordOf(value)).some(
    ([key, member]) =>
      (isTimeOfDayKey(key) && typeof member === 'string' && nightWordFor(member) !== undefined) || namesDay(member),
  );
}

/** A JSON file whose times of day are night, every other byte as it was; undefined where none is to change, or it is no JSON. */
export function nightJson(bytes: Uint8Array, label: string): Uint8Array | undefined {
  try {
    const text = new JsonText(bytes, label);
    const edits = timeOfDayEdits(text, text.root);
    return edits.length > 0 ? text.edited(edits) : undefined;
  } catch {
    return undefined; // what is no JSON stays what it is
  }
}
