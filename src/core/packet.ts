import type { Micros } from './time.js';

/** One encoded access unit of video. */
export interface Packet {
  /** H.264 Annex B bytes in their own ArrayBuffer: a packet is sent between processes and threads without its encoder's memory. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Presentation time. Equals the decode time: the live encoder writes no B-frames. */
  readonly pts: Micros;
  /** How long the frame is shown; 0 when unknown. */
  readonly duration: Micros;
  /** True when decoding can start here; the packet then contains the parameter sets. */
  readonly isKeyframe: boolean;
  /** {@link Frame.capturedAt} of the frame. */
  readonly capturedAt: Micros;
}

/** What a decoder needs before the first packet. A new size, codec or colour means a new format. */
export interface VideoFormat {
  /** RFC 6381 codec string for WebCodecs, for example `avc1.42E01F`. */
  readonly codec: string;
  /** Luma columns of the encoded frames. */
  readonly width: number;
  /** Luma rows of the encoded frames. */
  readonly height: number;
  /** Width over height of one sample. */
  readonly sampleAspect: readonly [number, number];
  /** Nominal frames a second; 0 when unknown. */
  readonly frameRate: number;
}
