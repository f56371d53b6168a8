import { Frame } from '../../core/frame.js';
import { NocturneError } from '../../core/errors.js';
import { fromSeconds, micros } from '../../core/time.js';
import type { SystemFfmpeg } from '../../ffmpeg/system-ffmpeg.js';
import type { EncoderOptions } from '../encoder.js';
import { EncoderProcess } from './encoder-process.js';
import { FFMPEG_H264_ENCODERS } from './live-arguments.js';

/** Size of the probe's frame: the smallest that every hardware encoder takes. */
const PROBE_SIZE = { width: 320, height: 240 } as const;

/**
 * The encoder of a name, once it has encoded a frame; for `auto` the first that does. Rejects with NocturneError ENCODER_UNAVAILABLE,
 * with the words of ffmpeg.
 */
export async function chooseFfmpegEncoder(system: SystemFfmpeg, options: EncoderOptions): Promise<string> {
  const present = await system.encoders();
  if (options.encoder !== 'auto') {
    if (!present.has(options.encoder))
      throw unavailable(`FFmpeg ${system.version} has no video encoder ${options.encoder}.`);
    const reason = await probe(system, options);
    if (reason === undefined) return options.encoder;
    throw unavailable(
      `The encoder ${options.encoder} of FFmpeg ${system.version} does not encode H.264 here: ${reason}`,
    );
  }
  for (const encoder of FFMPEG_H264_ENCODERS) {
    if (present.has(encoder) && (await probe(system, { ...options, encoder })) === undefined) return encoder;
  }
  throw unavailable(`No H.264 encoder of FFmpeg ${system.version} works on this machine.`);
}

/** Encodes one frame; returns why that failed. */
async function probe(system: SystemFfmpeg, options: EncoderOptions): Promise<string | undefined> {
  using frame = Frame.allocate({
    ...PROBE_SIZE,
    ...{ pts: micros(0), duration: fromSeconds(1 / 30), capturedAt: micros(0) },
    color: { matrix: 'bt601', range: 'limited' },
  });
  const { encoder } = options;
  const process = await EncoderProcess.start({ system, encoder, options, format: frame, firstPts: frame.pts });
  try {
    const packets = [...(await process.encode(frame, true)), ...(await process.finish())];
    return packets[0]?.isKeyframe === true ? undefined : 'it wrote nothing.';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await process.stop();
  }
}

function unavailable(message: string): NocturneError {
  const remedy = 'See `ffmpeg -encoders`, or leave --encoder at auto.';
  return new NocturneError({ code: 'ENCODER_UNAVAILABLE', stage: 'encode', message, remedy });
}
