import { AVERROR_INVALIDDATA, AVMEDIA_TYPE_VIDEO, AV_NOPTS_VALUE, AV_PKT_FLAG_DISCARD } from 'node-av/constants';
import { FormatContext, Packet as AvPacket } from 'node-av/lib';
import type { Stream } from 'node-av/lib';
import { rm } from 'node:fs/promises';
import { micros } from '../core/time.js';
import { checkStatus, LibavError } from '../encode/av-error.js';
import { CopiedStream, decodeTime } from './av-copied-stream.js';
import { addVideo } from './av-output-video.js';
import { isCoverArt } from './av-output-stream.js';
import type { TrialVideo } from './av-trial-video.js';
import { isDiskFailure, outputFailure } from './output-error.js';

/** A stream of an input and its first packets, which may be none. */
export interface StreamSample {
  readonly stream: Stream;
  readonly packets: readonly AvPacket[];
}

/** What a demuxer finds in a file. */
export interface TrialReading {
  /** The video's codec; undefined without a video. */
  readonly videoCodec: number | undefined;
  /** When the video's frames are shown, seconds, in the order of the file; NaN where the container has no time. */
  readonly times: readonly number[];
  /** Type and codec of every other stream. */
  readonly others: readonly { readonly type: number; readonly codec: number }[];
}

/**
 * Writes a file whole, header to trailer, and reads it back; removes it. Returns undefined when the muxer refuses anything of
 * it, or no demuxer reads it. Throws LibavError when the disk fails.
 */
export async function tryFile(video: TrialVideo, samples: readonly StreamSample[]): Promise<TrialReading | undefined> {
  const path = video.options.temporaryPath;
  try {
    return (await writeFile(video, samples)) ? await readFile(path) : undefined;
  } catch (error) {
    if (!(error instanceof LibavError) || isDiskFailure(error)) throw error;
    return undefined;
  } finally {
    await rm(path, { force: true });
  }
}

/** False when not one packet of a sample that has some can be written. Throws LibavError. */
async function writeFile(video: TrialVideo, samples: readonly StreamSample[]): Promise<boolean> {
  const output = new FormatContext();
  try {
    const to = addVideo(output, video.context, video.options);
    const copies = samples.map(({ stream, packets }) => {
      const shift = micros(packets[0] ? (decodeTime(packets[0], stream, micros(0)) ?? 0) : 0);
      const copy = new CopiedStream(stream, { isFromStart: true, shift, end: Number.POSITIVE_INFINITY });
      copy.addTo(output);
      return { copy, packets };
    });
    const opened = await output.openOutput();
    if (opened < 0) throw outputFailure(video.options.sinkOptions.path, new LibavError(opened, 'open the output'));
    checkStatus(await output.writeHeader(), 'write the header');
    for (const packet of video.packets) {
      withCopyOf(packet, (copied) => {
        copied.rescaleTs(video.context.timeBase, to.timeBase);
        copied.streamIndex = to.index;
        checkStatus(output.interleavedWriteFrameSync(copied), 'write a packet');
      });
    }
    let isEachWritten = true;
    for (const { copy, packets } of copies) {
      const written = packets.filter((packet) =>
        withCopyOf(packet, (copied) => {
          copied.clearFlags(AV_PKT_FLAG_DISCARD); // what an edit list hides is as good a sample
          const time = copy.timeOf(copied);
          return copy.write(copied, { time, offset: micros(0) }, output);
        }),
      );
      isEachWritten &&= packets.length === 0 || written.length > 0;
    }
    checkStatus(await output.writeTrailer(), 'write the trailer');
    checkStatus(Math.min(0, output.pb?.error ?? 0), 'write the trailer');
    return isEachWritten;
  } catch (error) {
    checkStatus(Math.min(0, output.pb?.error ?? 0), 'write the trial'); // a full disk rather than what the muxer made of it
    throw error;
  } finally {
    await output.closeOutput();
    output.freeContext();
  }
}

/** Passes a copy of a packet, since writing one consumes it. */
function withCopyOf<T>(packet: AvPacket, use: (copied: AvPacket) => T): T {
  const copied = new AvPacket();
  copied.alloc();
  try {
    checkStatus(copied.ref(packet), 'copy a packet');
    return use(copied);
  } finally {
    copied.free();
  }
}

async function readFile(path: string): Promise<TrialReading> {
  const input = new FormatContext();
  input.allocContext();
  const packet = new AvPacket();
  packet.alloc();
  try {
    checkStatus(await input.openInput(path, null, null), 'read the trial');
    checkStatus(await input.findStreamInfo(null), 'read the trial');
    const { streams } = input; // new objects at each access
    const video = streams.find((stream) => stream.codecpar.codecType === AVMEDIA_TYPE_VIDEO && !isCoverArt(stream));
    const times: number[] = [];
    for (;;) {
      const status = await input.readFrame(packet);
      if (status === AVERROR_INVALIDDATA) continue;
      if (status < 0) break;
      if (video && packet.streamIndex === video.index && packet.size > 0) times.push(timeOf(packet, video));
      packet.unref();
    }
    const others = streams
      .filter((stream) => stream !== video)
      .map(({ codecpar }) => ({ type: codecpar.codecType, codec: codecpar.codecId }));
    return { videoCodec: video?.codecpar.codecId, times, others };
  } finally {
    packet.free();
    await input.closeInput();
  }
}

function timeOf({ pts, dts }: AvPacket, { timeBase }: Stream): number {
  const ticks = pts === AV_NOPTS_VALUE ? dts : pts;
  return ticks === AV_NOPTS_VALUE ? Number.NaN : (Number(ticks) * timeBase.num) / timeBase.den;
}
