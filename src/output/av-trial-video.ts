import { Packet as AvPacket } from 'node-av/lib';
import type { CodecContext, Frame as AvFrame } from 'node-av/lib';
import type { FrameFormat } from '../core/frame.js';
import { createAvFrame } from '../encode/av-encoder-input.js';
import { FileEncoder } from './av-file-encoder.js';
import { openEncoder } from './av-output-video.js';
import type { VideoOptions } from './av-output-video.js';

/** Format of the frames: small, and large enough for every encoder and container. */
const FRAME_FORMAT: FrameFormat = {
  width: 128,
  height: 128,
  color: { matrix: 'bt601', range: 'limited' },
  sampleAspect: [1, 1],
};

/** Grey in every plane. */
const GREY = 128;

/** A few grey frames, encoded as the frames of a file will be. */
export class TrialVideo implements Disposable {
  readonly options: VideoOptions;
  readonly context: CodecContext;
  /** In decoding order, with times in ticks of the context's time base. */
  readonly packets: AvPacket[] = [];
  /** When the frames are shown, seconds from the first. */
  readonly times: readonly number[];

  private constructor(options: VideoOptions, times: readonly number[]) {
    this.options = options;
    this.times = times;
    this.context = openEncoder(options);
  }

  /**
   * Encodes a frame at each of the given times. The caller closes the result. Throws NocturneError.
   * @param ticks integers from 0, in the time base of the options.
   */
  static async encode(options: Omit<VideoOptions, 'frameFormat'>, ticks: readonly number[]): Promise<TrialVideo> {
    const { num, den } = options.sinkOptions.timeBase;
    const times = ticks.map((tick) => (tick * num) / den);
    const video = new TrialVideo({ ...options, frameFormat: FRAME_FORMAT }, times);
    try {
      await video.#encode(ticks);
      return video;
    } catch (error) {
      video[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.context.freeContext();
    for (const packet of this.packets.splice(0)) packet.free();
  }

  async #encode(ticks: readonly number[]): Promise<void> {
    const encoder = new FileEncoder(this.context, this.options.encoder);
    const packet = new AvPacket();
    packet.alloc();
    const keep = (): void => {
      const kept = packet.clone();
      if (kept) this.packets.push(kept);
    };
    const frame = greyFrame();
    try {
      for (const pts of ticks) {
        frame.pts = BigInt(pts);
        await encoder.encode(frame, packet, keep);
      }
      await encoder.encode(null, packet, keep);
    } finally {
      frame.free();
      packet.free();
    }
  }
}

function greyFrame(): AvFrame {
  const frame = createAvFrame(FRAME_FORMAT.width, FRAME_FORMAT.height, 'i420');
  for (const plane of frame.data ?? []) plane.fill(GREY);
  return frame;
}
