import { LAMP_FIELDS, LAMP_KINDS, MAX_LAMPS, type LampKind, type Look } from './look.js';

/** One lamp of a look, by name; see `Look.lamps` for ranges and units. */
export interface Lamp {
  readonly x: number;
  readonly y: number;
  readonly radiusX: number;
  readonly radiusY: number;
  readonly luma: number;
  readonly u: number;
  readonly v: number;
  readonly hardness: number;
  readonly glare: number;
  readonly dayBelow: number;
  readonly dayRed: number;
  readonly kind: LampKind;
  readonly id: number;
}

/** Returns the lamps of a look, in its order. Copies. Throws RangeError for a kind that does not exist. */
export function lampsOf({ lamps }: Pick<Look, 'lamps'>): Lamp[] {
  const list: Lamp[] = [];
  for (let start = 0; start < MAX_LAMPS * LAMP_FIELDS; start += LAMP_FIELDS) {
    const fields = lamps.subarray(start, start + LAMP_FIELDS);
    const [x = 0, y = 0, radiusX = 0, radiusY = 0, luma = 0, u = 0, v = 0, hardness = 0, glare = 0] = fields;
    const [dayBelow = 0, index = 0, id = 0, dayRed = 0] = fields.subarray(9);
    if (luma === 0) break;
    const kind = LAMP_KINDS[index];
    if (kind === undefined) throw new RangeError(`a lamp's kind must be 0 to ${LAMP_KINDS.length - 1}, got ${index}`);
    list.push({ x, y, radiusX, radiusY, luma, u, v, hardness, glare, dayBelow, dayRed, kind, id });
  }
  return list;
}
