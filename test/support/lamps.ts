import type { Lamp } from '../../src/look/lamp-list.js';
import { emptyLook, LAMP_FIELDS, LAMP_KINDS, type Look } from '../../src/look/look.js';

const PLAIN: Lamp = {
  x: 0.5,
  y: 0.5,
  radiusX: 0.01,
  radiusY: 0.01,
  luma: 1.5,
  u: 0,
  v: 0,
  hardness: 2,
  glare: 0.1,
  dayBelow: 0,
  dayRed: 0,
  kind: 'streetLamp',
  id: 0,
};

/** A look of lamps alone: warm white ones in the middle, where a lamp does not say otherwise. */
export function lookOfLamps(lamps: readonly Partial<Lamp>[]): Look {
  const look = emptyLook();
  for (const [i, change] of lamps.entries()) {
    const { x, y, radiusX, radiusY, luma, u, v, hardness, glare, dayBelow, kind, id, dayRed } = { ...PLAIN, ...change };
    const fields = [
      x,
      y,
      radiusX,
      radiusY,
      luma,
      u,
      v,
      hardness,
      glare,
      dayBelow,
      LAMP_KINDS.indexOf(kind),
      id,
      dayRed,
    ];
    look.lamps.set(fields, i * LAMP_FIELDS);
  }
  return look;
}
