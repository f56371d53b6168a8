import type { Frame } from '../core/frame.js';
import type { Packet, VideoFormat } from '../core/packet.js';

/** Settings of a live encoder. */
export interface EncoderOptions {
  /** Nominal frames per second, for rate control; 0 when unknown. */
  readonly frameRate: number;
  /** Encoder name as FFmpeg spells it (`libx264`, `h264_nvenc`), or `auto`: hardware when it opens, else libx264. */
  readonly encoder: string;
  /** Average bits per second; undefined: constant quality by `crf`. */
  readonly bitrateBps?: number;
  /** Constant rate factor of x264, 0 to 51. */
  readonly crf: number;
  /** Maximum distance between keyframes, seconds. */
  readonly keyframeIntervalS: number;
  /** x264 preset. */
  readonly preset: string;
  /** Encoder threads; 0: libav chooses; undefined: about one per 1280 x 720 pixels. */
  readonly threads?: number;
}

/** Encodes frames to packets for viewers: low delay, no B-frames. */
export interface Encoder extends AsyncDisposable {
  /** Format of the next packets; undefined before the first packet. Changes with the format of the frames. */
  readonly format: VideoFormat | undefined;
  /** Encoder in use, as FFmpeg names it. */
  readonly name: string;
  /**
   * Takes the frame (closes it on failure too) and resolves to the packets that are ready: none or more.
   * The call into the encoder is in flight when this returns; await the promise later to overlap work.
   * One call at a time. Rejects with NocturneError, and with TypeError after {@link close}.
   */
  encode(frame: Frame): Promise<readonly Packet[]>;
  /** Makes the next frame a keyframe. */
  requestKeyframe(): void;
  /** Resolves to the packets still inside the encoder. The next frame starts a new GOP. */
  flush(): Promise<readonly Packet[]>;
  /** Idempotent. */
  close(): Promise<void>;
}
