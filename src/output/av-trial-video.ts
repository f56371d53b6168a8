import { AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { Frame as AvFrame, Packet as AvPacket } from 'node-av/lib';
import type { CodecContext } from 'node-av/lib';
import type { FrameFormat } from '../core/frame.js';
import { checkStatus } from '../encode/av-error.js';
import { rationalRate } from './av-file-context.js';
import { FileEncoder } from './av-file-encoder.js';
import { openEncoder } from './av-file-output.js';
import type { VideoOptions } from './av-file-output.js';
import type { FileSinkOptions } from './file-options.js';

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
   * Encodes a frame at each place. The caller closes the result. Throws NocturneError.
   * @param places of the frames, from 0, in frames of the nominal rate.
   */
  static async encode(options: Omit<VideoOptions, 'frameFormat'>, places: readonly number[]): Promise<TrialVideo> {
    const ticks = ticksOf(places, options.sinkOptions);
    const { num, den } = options.sinkOptions.timeBase;
    const times = ticks.map((tick) => (Number(tick) * num) / den);
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

  async #encode(ticks: readonly bigint[]): Promise<void> {
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
        frame.pts = pts;
        await encoder.encode(frame, packet, keep);
      }
      await encoder.encode(null, packet, keep);
    } finally {
      frame.free();
      packet.free();
    }
  }
}

/** Ticks of places in frames; they increase also where a tick is longer than a frame. */
function ticksOf(places: readonly number[], { timeBase, frameRate }: FileSinkOptions): bigint[] {
  const rate = rationalRate(frameRate);
  const ticksPerFrame = (rate.den * timeBase.den) / (rate.num * timeBase.num);
  const perFrame = Math.max(1, ticksPerFrame);
  return places.map((place) => BigInt(Math.round(place * perFrame)));
}

function greyFrame(): AvFrame {
  const frame = new AvFrame();
  frame.alloc();
  frame.width = FRAME_FORMAT.width;
  frame.height = FRAME_FORMAT.height;
  frame.format = AV_PIX_FMT_YUV420P;
  checkStatus(frame.getBuffer(0), 'allocate a frame');
  for (const plane of frame.data ?? []) plane.fill(GREY);
  return frame;
}
