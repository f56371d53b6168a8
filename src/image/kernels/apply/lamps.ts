// The lamps of a frame: which of them reach the current rows, and what the blend needs to know of the frame.
import * as at from './layout';
import { frameWidth, growProfiles, lampLuma, lampRowBytes, lampU, lampV } from './frame';
import { addGlow, addSpot, writeProfiles } from './lamp-light';
import { L_FIRST_ROW, L_LAST_ROW } from './lamp-record';
import { writeLampVectors } from './lamp-blend';

/** End of the records, the next one to become active, and the number of active ones. */
let recordsEnd: usize = 0;
let nextRecord: usize = 0;
let active: i32 = 0;

/**
 * Starts a frame with `count` lamps at LAMPS_IN and its parameters at LAMP_FRAME. The memory grows where their profiles, of
 * `profileBytes` in all, do not fit. False when it cannot: no lamp is then drawn.
 */
export function setLamps(count: i32, profileBytes: i32): bool {
  nextRecord = at.LAMPS_IN;
  recordsEnd = at.LAMPS_IN;
  active = 0;
  if (count == 0) return true;
  if (!growProfiles(profileBytes)) return false;
  recordsEnd += count * at.LAMP_BYTES;
  writeLampVectors();
  return true;
}

/**
 * Sums the light of all lamps on rows `row` and `row + 1`, from column `from` on; `day0` and `day1` are the addresses of the day's
 * luma, `dayV` that of its V. False without any. Rows must rise from call to call.
 */
export function collectLamps(row: i32, from: i32, day0: usize, day1: usize, dayV: usize): bool {
  while (nextRecord < recordsEnd && load<f32>(nextRecord, L_FIRST_ROW) < <f32>(row + 2)) {
    store<i32>(at.ACTIVE_LAMPS + active * 4, <i32>nextRecord);
    active++;
    writeProfiles(nextRecord);
    nextRecord += at.LAMP_BYTES;
  }
  if (active == 0) return false;
  let any = false;
  for (let i = active - 1; i >= 0; i--) {
    const lamp = <usize>load<i32>(at.ACTIVE_LAMPS + i * 4);
    if (load<f32>(lamp, L_LAST_ROW) < <f32>row) {
      active--;
      store<i32>(at.ACTIVE_LAMPS + i * 4, load<i32>(at.ACTIVE_LAMPS + active * 4));
    } else {
      const hasGlow = addGlow(lamp, row, from);
      const hasSpot = addSpot(lamp, row, from, day0, day1, dayV);
      any = any || hasGlow || hasSpot;
    }
  }
  if (any) {
    clearColumns(from & ~15, from);
    clearColumns(frameWidth, (frameWidth + 15) & ~15);
  }
  return any;
}

/** Removes what whole vectors added beside the frame's columns; both are even. */
function clearColumns(from: i32, to: i32): void {
  const bytes = (to - from) * 2;
  if (bytes == 0) return;
  memory.fill(lampLuma + from * 2, 0, bytes);
  memory.fill(lampLuma + lampRowBytes + from * 2, 0, bytes);
  memory.fill(lampU + from * 2, 0, bytes);
  memory.fill(lampV + from * 2, 0, bytes);
}
