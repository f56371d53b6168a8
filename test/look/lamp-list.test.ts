import { expect, it } from 'vitest';
import { lampsOf } from '../../src/look/lamp-list.js';
import { emptyLook, LAMP_FIELDS, LAMP_KINDS, MAX_LAMPS } from '../../src/look/look.js';
import { lookOfLamps } from '../support/lamps.js';

it('reads every field, and every lamp up to the first that is dark', () => {
  const look = lookOfLamps([
    { kind: 'headLamp', x: 0.25, y: 0.75, id: 7 },
    { kind: 'farLamp', u: -0.25, v: 0.5, luma: 2 },
    { luma: 0 },
    { kind: 'sign' },
  ]);
  const lamps = lampsOf(look);
  expect(lamps).toHaveLength(2);
  expect(lamps[0]).toMatchObject({ kind: 'headLamp', x: 0.25, y: 0.75, id: 7, hardness: 2 });
  expect(lamps[1]).toMatchObject({ kind: 'farLamp', u: -0.25, v: 0.5, luma: 2 });
  expect(lampsOf(emptyLook())).toEqual([]);
});

it('reads a full list, and refuses a kind that does not exist', () => {
  const full = lookOfLamps(Array.from({ length: MAX_LAMPS }, (_, id) => ({ id })));
  expect(lampsOf(full).at(-1)?.id).toBe(MAX_LAMPS - 1);
  full.lamps[LAMP_FIELDS + 10] = LAMP_KINDS.length;
  expect(() => lampsOf(full)).toThrow(/must be 0 to 8, got 9/);
});
