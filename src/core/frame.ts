import type { Color } from './color.js';
import type { Micros } from './time.js';

/** Size, colour and sample aspect of a frame: what stays the same while an encoder is open. */
export interface FrameFormat {
  /** Luma columns; even. */
  readonly width: number;
  /** Luma rows; even. */
  readonly height: number;
  readonly color: Color;
  /** Width over height of one sample; 1:1 for square ones. */
  readonly sampleAspect: readonly [number, number];
}

/** True when one encoder can take frames of both formats. */
export function isSameFormat(a: FrameFormat, b: FrameFormat): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.color.matrix === b.color.matrix &&
    a.color.range === b.color.range &&
    a.sampleAspect[0] * b.sampleAspect[1] === a.sampleAspect[1] * b.sampleAspect[0]
  );
}

/** What a {@link Frame} is made from. The frame takes the planes; `release` gives them back. */
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
  /** Wall-clock time at which the frame entered the process; glass-to-glass latency is counted from it. */
  readonly capturedAt: Micros;
  /** True on the first frame after a seek, a loop or a reconnect: whatever is kept over time starts afresh. */
  readonly discontinuity?: boolean;
  /**
   * The decoder's own picture behind the planes, so that an encoder of the same library can take it without a copy.
   * Opaque here; only a file that imports that library may look inside.
   */
  readonly native?: object;
  /** Gives the memory back; called once, at the first `close()`. */
  readonly release?: () => void;
  /** Makes an independent copy; without it the planes are copied into new arrays. */
  readonly duplicate?: () => Frame;
}

/** One I420 picture that owns its memory. Whoever pulls a frame closes it; passing it on gives it away. */
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
  #open = true;

  constructor(init: FrameOptions) {
    if (init.width % 2 !== 0 || init.height % 2 !== 0 || init.width <= 0 || init.height <= 0) {
      throw new RangeError(`a frame's width and height must be even and positive, got ${init.width}x${init.height}`);
    }
    this.width = init.width;
    this.height = init.height;
    this.y = init.y;
    this.u = init.u;
    this.v = init.v;
    this.strides = init.strides;
    this.pts = init.pts;
    this.duration = init.duration;
    this.color = init.color;
    this.sampleAspect = init.sampleAspect ?? [1, 1];
    this.capturedAt = init.capturedAt;
    this.discontinuity = init.discontinuity ?? false;
    this.native = init.native;
    this.#options = init;
    Frame.#live++;
  }

  /** Frames made and not closed yet, in this thread. Zero at the end of every test. */
  static get liveCount(): number {
    return Frame.#live;
  }

  /** A frame in memory of its own; grey (Y 128) until painted. Strides equal the plane widths. */
  static allocate(init: Omit<FrameOptions, 'y' | 'u' | 'v' | 'strides' | 'native' | 'release' | 'duplicate'>): Frame {
    const half = (init.width / 2) * (init.height / 2);
    return new Frame({
      ...init,
      y: new Uint8Array(init.width * init.height).fill(128),
      u: new Uint8Array(half).fill(128),
      v: new Uint8Array(half).fill(128),
      strides: [init.width, init.width / 2, init.width / 2],
    });
  }

  get closed(): boolean {
    return !this.#open;
  }

  /** An independent copy of pixels and times; the caller closes it. */
  clone(): Frame {
    if (!this.#open) throw new TypeError('cannot clone a closed frame');
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

  /** Gives the memory back. Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    Frame.#live--;
    this.#options.release?.();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
