import { MATRIX_NAMES } from '../core/color.js';
import { isSameFormat, type Frame, type FrameFormat } from '../core/frame.js';
import { toSeconds } from '../core/time.js';

/** A part of a frame, in pixels; all even. */
export interface FrameArea {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A difference of display aspects up to this share is not seen: the frame is stretched rather than given bars. */
const MAX_STRETCH = 0.04;
/** Sizes that a notice lists. */
const MAX_LISTED_SIZES = 3;

/** Where a frame of one format lies in one of another: as large as fits, in its display aspect, in the middle. */
export function areaFor(from: FrameFormat, to: FrameFormat): FrameArea {
  const { width, height } = to;
  const ratio = displayAspect(from) / displayAspect(to);
  if (Math.abs(ratio - 1) <= MAX_STRETCH) return { x: 0, y: 0, width, height };
  const fitted = ratio > 1 ? { width, height: even(height / ratio) } : { width: even(width * ratio), height };
  return { ...fitted, x: 2 * Math.floor((width - fitted.width) / 4), y: 2 * Math.floor((height - fitted.height) / 4) };
}

/** Counts the frames of a file that had to be converted to the format of the first one, for people. */
export class FitCounter {
  readonly #first: FrameFormat;
  /** First time in seconds, by size. */
  readonly #sizes = new Map<string, string>();
  #scaled = 0;
  #recolored = 0;
  #recoloredFrom = '';

  constructor(first: FrameFormat) {
    this.#first = first;
  }

  /** Counts a frame; returns false when it has the format of the first one. */
  count(frame: Frame): boolean {
    const first = this.#first;
    if (isSameFormat(first, frame)) return false;
    const from = `${toSeconds(frame.pts).toFixed(3)} s`;
    const { width, height, sampleAspect, color } = frame;
    if (!isSameFormat({ width, height, sampleAspect, color: first.color }, first)) {
      this.#scaled++;
      const size = sizeOf(frame);
      if (!this.#sizes.has(size)) this.#sizes.set(size, from);
    }
    if (!isSameFormat({ ...first, color }, first) && this.#recolored++ === 0) this.#recoloredFrom = from;
    return true;
  }

  /** One line for the frames of another size or sample aspect, one for those of another colour. */
  get notices(): string[] {
    const { color } = this.#first;
    const listed = [...this.#sizes].slice(0, MAX_LISTED_SIZES).map(([size, from]) => `${size} from ${from}`);
    const more = this.#sizes.size - listed.length;
    const sizes = more > 0 ? `${listed.join(', ')} and ${more} more sizes` : listed.join(', ');
    const name = `${MATRIX_NAMES[color.matrix]}, ${color.range} range`;
    return [
      ...(this.#scaled > 0
        ? [`scaled ${frames(this.#scaled)} to ${sizeOf(this.#first)}, the size of the first: ${sizes}`]
        : []),
      ...(this.#recolored > 0
        ? [`converted ${frames(this.#recolored)} to the colour of the first (${name}), from ${this.#recoloredFrom} on`]
        : []),
    ];
  }
}

/** Width over height as shown. */
function displayAspect({ width, height, sampleAspect }: FrameFormat): number {
  return (width * sampleAspect[0]) / (height * sampleAspect[1]);
}

function even(value: number): number {
  return Math.max(2, 2 * Math.round(value / 2));
}

function sizeOf({ width, height, sampleAspect }: FrameFormat): string {
  const [num, den] = sampleAspect;
  return num === den ? `${width}x${height}` : `${width}x${height} (sample aspect ${num}:${den})`;
}

function frames(count: number): string {
  return count === 1 ? '1 frame' : `${count} frames`;
}
