import type { Frame } from '../core/frame.js';
import type { Packet, VideoFormat } from '../core/packet.js';

/** Settings of a live encoder. */
export interface EncoderOptions {
  /** Nominal frames a second, for rate control; 0 when unknown. */
  readonly frameRate: number;
  /** Encoder name as FFmpeg spells it (`libx264`, `h264_nvenc`), or `auto`: hardware when it opens, else libx264. */
  readonly encoder: string;
  /** Average bits a second; undefined: constant quality by `crf`. */
  readonly bitrateBps?: number;
  /** Constant rate factor of x264, 0 to 51. */
  readonly crf: number;
  /** Longest distance between keyframes in seconds. */
  readonly keyframeIntervalS: number;
  /** x264 preset. */
  readonly preset: string;
  /** Encoder threads; 0 lets libav choose, undefined takes about one for each 1280 x 720 pixels. */
  readonly threads?: number;
}

/** Turns frames into packets for viewers: low delay, no B-frames. */
export interface Encoder extends AsyncDisposable {
  /** Format of the packets from now on; undefined before the first packet. A frame of another size changes it. */
  readonly format: VideoFormat | undefined;
  /** Encoder in use, as FFmpeg names it. */
  readonly name: string;
  /**
   * Takes the frame (closes it also when it throws) and gives the packets that became ready: none or more.
   * The call into the encoder is in flight when this returns; await the promise later to overlap work.
   * One call at a time.
   */
  encode(frame: Frame): Promise<readonly Packet[]>;
  /** Makes the next frame a keyframe. */
  requestKeyframe(): void;
  /** What is still inside, then nothing more. */
  flush(): Promise<readonly Packet[]>;
  /** Idempotent. */
  close(): Promise<void>;
}
