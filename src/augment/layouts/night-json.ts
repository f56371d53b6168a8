import type { JsonEdit, JsonSpan, JsonText } from './json-text.js';
import { isTimeOfDayKey, nightWordFor, saysNight } from './night-word.js';

/** The edit that makes a value night: of a text that names another time of day; undefined where nothing is to change. */
export function nightEdit(text: JsonText, span: JsonSpan | undefined): JsonEdit | undefined {
  if (!span) return undefined;
  const value = text.parse(span);
  if (typeof value !== 'string' || saysNight(value)) return undefined;
  return { ...span, text: JSON.stringify(nightWordFor(value)) };
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
