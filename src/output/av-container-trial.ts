import { AVFMT_NOTIMESTAMPS, AV_CODEC_ID_BIN_DATA, AV_CODEC_ID_NONE } from 'node-av/constants';
import { avGetCodecName } from 'node-av/lib';
import type { AVCodecID } from 'node-av/constants';
import { extname } from 'node:path';
import type { NocturneError } from '../core/errors.js';
import { unsupported } from './av-container.js';
import { rationalRate } from './av-file-context.js';
import { unsupportedVideo } from './av-output-video.js';
import type { VideoOptions } from './av-output-video.js';
import { tryFile } from './av-trial-file.js';
import type { StreamSample, TrialReading } from './av-trial-file.js';
import { TrialVideo } from './av-trial-video.js';
import type { FileSinkOptions } from './file-options.js';

/** Places of the trial's frames: uneven ones show whether a container keeps times or counts frames. */
const UNEVEN_PLACES = [0, 1, 2, 4, 5, 11, 12];
const EVEN_PLACES = [0, 1, 2, 3, 4, 5, 6];
/** Frames per second that every container takes. */
const USUAL_RATE = 25;
/** From one uneven place to the next, seconds. */
const PLACE_S = 1 / USUAL_RATE;

/** Containers store times in ticks of up to a millisecond, seconds. */
const TIME_TOLERANCE_S = 0.0011;

/** Codecs that a container stores under one name, or that a demuxer distinguishes only by their data. */
const EQUAL_CODECS: readonly ReadonlySet<string>[] = [
  new Set(['mp1', 'mp2', 'mp3']),
  new Set(['subrip', 'text']),
  new Set(['ssa', 'ass']),
];

/** Options of {@link ContainerTrial.open}. */
export type TrialOptions = Omit<VideoOptions, 'frameFormat'>;

/**
 * What a container holds, found by trial: a short file is written whole beside the output, read back and removed. A header
 * alone proves little: some muxers fail at the end, some write private data that no player reads, some count frames.
 */
export class ContainerTrial implements Disposable {
  /** False for a container of one frame rate, which needs frames in equal steps. */
  readonly keepsTimes: boolean;
  readonly #video: TrialVideo;

  private constructor(video: TrialVideo, keepsTimes: boolean) {
    this.#video = video;
    this.keepsTimes = keepsTimes;
  }

  /** Tries the video. The caller closes the trial. Throws NocturneError `OUTPUT_UNSUPPORTED`, and LibavError when the disk fails. */
  static async open(options: TrialOptions): Promise<ContainerTrial> {
    const { timeBase } = options.sinkOptions;
    const ticksPerPlace = Math.max(1, Math.round((PLACE_S * timeBase.den) / timeBase.num));
    const uneven = await TrialVideo.encode(
      options,
      UNEVEN_PLACES.map((place) => place * ticksPerPlace),
    );
    if (await holdsVideo(uneven, true)) return new ContainerTrial(uneven, true);
    uneven[Symbol.dispose]();
    const even = await encodeEven(options);
    if (await holdsVideo(even, false)) return new ContainerTrial(even, false);
    even[Symbol.dispose]();
    throw await refusal(options);
  }

  /** The options of the sink, with a time base that the container keeps. */
  get sinkOptions(): FileSinkOptions {
    return this.#video.options.sinkOptions;
  }

  /** Whether the container holds a stream beside the video and the streams that it is known to hold. Throws LibavError when the disk fails. */
  async holds(candidate: StreamSample, held: readonly StreamSample[]): Promise<boolean> {
    const samples = [...held, candidate];
    const reading = await tryFile(this.#video, samples);
    if (!reading || !isWhole(this.#video, reading, this.keepsTimes)) return false;
    // A track without packets may not be written, and is then not found.
    const isLike = isLikeStream(candidate);
    const found = reading.others.filter(isLike).length;
    return candidate.packets.length === 0 || found >= samples.filter((sample) => isLike(kindOf(sample))).length;
  }

  [Symbol.dispose](): void {
    this.#video[Symbol.dispose]();
  }
}

/** Encodes frames in equal steps, with one tick a frame. */
async function encodeEven(options: TrialOptions): Promise<TrialVideo> {
  const { num, den } = rationalRate(options.sinkOptions.frameRate);
  const sinkOptions = { ...options.sinkOptions, timeBase: { num: den, den: num } };
  return TrialVideo.encode({ ...options, sinkOptions }, EVEN_PLACES);
}

/** Why a container does not hold the video: its rate or its codec. */
async function refusal(options: TrialOptions): Promise<NocturneError> {
  const { path, frameRate } = options.sinkOptions;
  using usual = await encodeEven({ ...options, sinkOptions: { ...options.sinkOptions, frameRate: USUAL_RATE } });
  if (!(await holdsVideo(usual, false))) return unsupportedVideo(options.sinkOptions, options.encoder);
  const rate = Math.round(frameRate * 1000) / 1000;
  return unsupported(`The container ${extname(path)} does not support ${rate} frames/s.`, 'Use .mp4 or .mkv.');
}

async function holdsVideo(video: TrialVideo, needsTimes: boolean): Promise<boolean> {
  try {
    const reading = await tryFile(video, []);
    return reading !== undefined && isWhole(video, reading, needsTimes);
  } catch (error) {
    video[Symbol.dispose]();
    throw error;
  }
}

/** True when every frame is there, under its codec and at its time. @param needsTimes false: a frame may have no time. */
function isWhole(video: TrialVideo, reading: TrialReading, needsTimes: boolean): boolean {
  const { context, times: expected, options } = video;
  const { videoCodec, times } = reading;
  if (videoCodec !== context.codecId || times.length !== expected.length) return false;
  const isTimed = !times.some(Number.isNaN);
  const storesTimes = (options.format.flags & AVFMT_NOTIMESTAMPS) === 0; // a reader makes some up for those that do not
  if (needsTimes && (!isTimed || !storesTimes)) return false;
  if (!storesTimes) return true;
  const found = isTimed ? times.toSorted((a, b) => a - b) : times;
  const start = found.find((time) => !Number.isNaN(time)) ?? 0;
  return found.every(
    (time, n) => Number.isNaN(time) || Math.abs(time - start - (expected[n] ?? 0)) <= TIME_TOLERANCE_S,
  );
}

function kindOf({ stream }: StreamSample): { type: number; codec: number } {
  return { type: stream.codecpar.codecType, codec: stream.codecpar.codecId };
}

/** True for streams of the same kind and codec; private data is like nothing. */
function isLikeStream(candidate: StreamSample): (other: { type: number; codec: number }) => boolean {
  const { type, codec } = kindOf(candidate);
  return (other) => other.type === type && isEqualCodec(other.codec, codec);
}

function isEqualCodec(a: number, b: number): boolean {
  if (a === AV_CODEC_ID_NONE || a === AV_CODEC_ID_BIN_DATA) return false;
  const [first, second] = [a, b].map((id) => avGetCodecName(id as AVCodecID) ?? ''); // libav's own number
  return a === b || EQUAL_CODECS.some((set) => set.has(first ?? '') && set.has(second ?? ''));
}
