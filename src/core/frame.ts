import type { Color } from './color.js';
import type { Micros } from './time.js';

/** Size, colour and sample aspect of a frame: constant while an encoder is open. */
export interface FrameFormat {
  /** Luma columns; even. */
  readonly width: number;
  /** Luma rows; even. */
  readonly height: number;
  readonly color: Color;
  /** Width over height of one sample; 1:1 for square ones. */
  readonly sampleAspect: readonly [number, number];
}

/** True when one encoder can encode frames of both formats. */
export function isSameFormat(a: FrameFormat, b: FrameFormat): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.color.matrix === b.color.matrix &&
    a.color.range === b.color.range &&
    a.sampleAspect[0] * b.sampleAspect[1] === a.sampleAspect[1] * b.sampleAspect[0]
  );
}

/** Options of a {@link Frame}. The frame takes the planes; `release` returns their memory. */
export interface FrameOptions {
  /** Luma columns; even. */
  readonly width: number;
  /** Luma rows; even. */
  readonly height: number;
  /** Luma, 8-bit code values, `strides[0] * height` bytes at least. */
  readonly y: Uint8Array;
  /** Blue-difference chroma at half width and half height, `strides[1] * height / 2` bytes at least. */
  readonly u: Uint8Array;
  /** Red-difference chroma, as `u`. */
  readonly v: Uint8Array;
  /** Bytes from one row to the next, for Y, U and V. */
  readonly strides: readonly [number, number, number];
  /** Presentation time. */
  readonly pts: Micros;
  /** How long the frame is shown; 0 when unknown. */
  readonly duration: Micros;
  readonly color: Color;
  /** Width over height of one sample; 1:1 for square ones. */
  readonly sampleAspect?: readonly [number, number];
  /** Wall-clock time at which the frame entered the process; glass-to-glass latency starts here. */
  readonly capturedAt: Micros;
  /** True on the first frame after a seek, a loop or a reconnect: temporal state restarts here. */
  readonly discontinuity?: boolean;
  /**
   * The decoder's AVFrame behind the planes, which an encoder of the same library can read without a copy.
   * Opaque here; only a file that imports that library may use it.
   */
  readonly native?: object;
  /** Returns the planes' memory; called once, at the first `close()`. */
  readonly release?: () => void;
  /** Creates an independent copy; without it `clone()` copies the planes into new arrays. */
  readonly duplicate?: () => Frame;
}

/**
 * Three I420 planes with their times. A frame owns its memory. Whoever receives a frame owns it: closes it, or passes it
 * on with its ownership.
 */
export class Frame implements Disposable {
  static #live = 0;

  readonly width: number;
  readonly height: number;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  readonly strides: readonly [number, number, number];
  readonly pts: Micros;
  readonly duration: Micros;
  readonly color: Color;
  readonly sampleAspect: readonly [number, number];
  readonly capturedAt: Micros;
  readonly discontinuity: boolean;
  readonly native: object | undefined;
  readonly #options: FrameOptions;
  #isClosed = false;

  constructor(options: FrameOptions) {
    if (options.width % 2 !== 0 || options.height % 2 !== 0 || options.width <= 0 || options.height <= 0) {
      throw new RangeError(
        `a frame's width and height must be even and positive, got ${options.width}x${options.height}`,
      );
    }
    this.width = options.width;
    this.height = options.height;
    this.y = options.y;
    this.u = options.u;
    this.v = options.v;
    this.strides = options.strides;
    this.pts = options.pts;
    this.duration = options.duration;
    this.color = options.color;
    this.sampleAspect = options.sampleAspect ?? [1, 1];
    this.capturedAt = options.capturedAt;
    this.discontinuity = options.discontinuity ?? false;
    this.native = options.native;
    this.#options = options;
    Frame.#live++;
  }

  /** Frames created and not closed yet, in this thread. Zero at the end of every test. */
  static get liveCount(): number {
    return Frame.#live;
  }

  /** Creates a frame in its own memory, mid-grey (128 in all planes). Strides equal the plane widths. */
  static allocate(
    options: Omit<FrameOptions, 'y' | 'u' | 'v' | 'strides' | 'native' | 'release' | 'duplicate'>,
  ): Frame {
    const half = (options.width / 2) * (options.height / 2);
    return new Frame({
      ...options,
      y: new Uint8Array(options.width * options.height).fill(128),
      u: new Uint8Array(half).fill(128),
      v: new Uint8Array(half).fill(128),
      strides: [options.width, options.width / 2, options.width / 2],
    });
  }

  get closed(): boolean {
    return this.#isClosed;
  }

  /** Returns an independent copy of pixels and times; the caller closes it. */
  clone(): Frame {
    if (this.#isClosed) throw new TypeError('cannot clone a closed frame');
    if (this.#options.duplicate) return this.#options.duplicate();
    return new Frame({
      width: this.width,
      height: this.height,
      y: this.y.slice(),
      u: this.u.slice(),
      v: this.v.slice(),
      strides: this.strides,
      pts: this.pts,
      duration: this.duration,
      color: this.color,
      sampleAspect: this.sampleAspect,
      capturedAt: this.capturedAt,
      discontinuity: this.discontinuity,
    });
  }

  /** Releases the memory. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    Frame.#live--;
    this.#options.release?.();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
