import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { COLUMNS, ROWS } from './samples.js';

/** Luma up to which a bar is black: that of limited range, with a code's noise. */
const BLACKEST = 0.025;
/** Largest share of the height or width that one bar takes; more is a dark image. */
const WIDEST = 0.3;
/** Radii of a lamp within which a bar takes its glow. */
const GLOW_RADII = 8;
/** Rows and columns of a thumbnail in one sample. */
const STEP = 2;

/** The black bars of a film that is wider or narrower than its frame: at night they are as black as by day, and nothing is lit there. */
export class BlackBars {
  /** Samples of each bar, on planes `[72, 128]`. */
  top = 0;
  bottom = 0;
  left = 0;
  right = 0;

  /** Finds the bars of a thumbnail, `[3, 144, 256]`. Borrows it. */
  read(day: Float32Array): void {
    const isDarkRow = (row: number): boolean => isDark(day, row * THUMBNAIL_WIDTH, 1, THUMBNAIL_WIDTH);
    this.top = barOf(isDarkRow, THUMBNAIL_HEIGHT, false);
    this.bottom = barOf(isDarkRow, THUMBNAIL_HEIGHT, true);
    const isDarkColumn = (column: number): boolean => isDark(day, column, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT);
    this.left = barOf(isDarkColumn, THUMBNAIL_WIDTH, false);
    this.right = barOf(isDarkColumn, THUMBNAIL_WIDTH, true);
  }

  /** Makes planes `[72, 128]` of a night black where the bars are. */
  clear({ luma, u, v }: Readonly<Record<'luma' | 'u' | 'v', Float32Array>>): void {
    const { top, bottom, left, right } = this;
    if (top + bottom + left + right === 0) return;
    for (let row = 0, i = 0; row < ROWS; row++) {
      const isIn = row < top || row >= ROWS - bottom;
      for (let column = 0; column < COLUMNS; column++, i++) {
        if (isIn || column < left || column >= COLUMNS - right) luma[i] = u[i] = v[i] = 0;
      }
    }
  }

  /**
   * The share of its glow that a lamp keeps beside the bars; 0 in them.
   * @param x in shares of the frame's width. @param y of its height. @param radius of its width.
   */
  glowAt(x: number, y: number, radius: number): number {
    const { top, bottom, left, right } = this;
    const reach = GLOW_RADII * radius * COLUMNS;
    let share = 1;
    if (top > 0) share = Math.min(share, (y * ROWS - top) / reach);
    if (bottom > 0) share = Math.min(share, (ROWS - bottom - y * ROWS) / reach);
    if (left > 0) share = Math.min(share, (x * COLUMNS - left) / reach);
    if (right > 0) share = Math.min(share, (COLUMNS - right - x * COLUMNS) / reach);
    return Math.max(0, share);
  }
}

/** Samples of the bar at one end of `length` rows or columns; 0 where what is dark goes on beyond {@link WIDEST}. */
function barOf(isDarkAt: (line: number) => boolean, length: number, isFromEnd: boolean): number {
  let lines = 0;
  while (lines <= WIDEST * length && isDarkAt(isFromEnd ? length - 1 - lines : lines)) lines++;
  return lines > WIDEST * length ? 0 : Math.floor(lines / STEP);
}

function isDark(day: Float32Array, start: number, step: number, count: number): boolean {
  for (let k = 0, i = start; k < count; k++, i += step) if ((day[i] ?? 0) > BLACKEST) return false;
  return true;
}
