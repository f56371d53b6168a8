import type { Micros } from './time.js';

/** One encoded access unit of video. */
export interface Packet {
  /** H.264 Annex B bytes in an ArrayBuffer of their own, so that a packet can be transferred between threads. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Presentation time. Equals decode time: encoders here make no B-frames for viewers. */
  readonly pts: Micros;
  /** How long the picture is shown; 0 when unknown. */
  readonly duration: Micros;
  /** True when decoding can start here; parameter sets are inside. */
  readonly isKeyframe: boolean;
  /** {@link Frame.capturedAt} of the picture. */
  readonly capturedAt: Micros;
}

/** What a decoder must know before the first packet of a run. A new size, codec or colour makes a new one. */
export interface VideoFormat {
  /** RFC 6381 codec string as WebCodecs wants it, for instance `avc1.42E01F`. */
  readonly codec: string;
  /** Luma columns of the encoded picture. */
  readonly width: number;
  /** Luma rows of the encoded picture. */
  readonly height: number;
  /** Width over height of one sample. */
  readonly sampleAspect: readonly [number, number];
  /** Nominal frames a second; 0 when unknown. */
  readonly frameRate: number;
}
