import { Packet as AvPacket } from 'node-av/lib';
import { Frame } from '../core/frame.js';
import { NocturneError } from '../core/errors.js';
import { fromSeconds, micros } from '../core/time.js';
import { checkStatus } from './av-error.js';
import { H264_ENCODERS, findEncoder, openLiveContext } from './av-live-context.js';
import type { H264Encoder } from './av-live-context.js';
import { AvEncoderInput } from './av-encoder-input.js';
import type { EncoderOptions } from './encoder.js';

/** Whether a live encoder works on this machine. */
export interface EncoderReport {
  /** As FFmpeg names it. */
  readonly name: string;
  readonly available: boolean;
  /** How the encoder was probed, or why it does not work; for people. */
  readonly reason: string;
}

/** Size of the probe's frame: the smallest that every hardware encoder takes. */
const PROBE_SIZE = { width: 320, height: 240 } as const;
const PROBE_OPTIONS: EncoderOptions = {
  frameRate: 30,
  encoder: 'auto',
  crf: 23,
  keyframeIntervalS: 1,
  preset: 'ultrafast',
};

/** Probes every known live encoder by encoding one frame. */
export async function listEncoders(): Promise<EncoderReport[]> {
  const reports: EncoderReport[] = [];
  for (const encoder of H264_ENCODERS) reports.push(await probe(encoder));
  return reports;
}

/** The encoder for a name; for `auto` the first that works. Throws NocturneError `ENCODER_UNAVAILABLE` with the reason. */
export async function chooseEncoder(name: string): Promise<H264Encoder> {
  if (name === 'auto') {
    for (const encoder of H264_ENCODERS) if ((await probe(encoder)).available) return encoder;
    throw unavailable('No H.264 encoder works on this machine.');
  }
  const encoder = H264_ENCODERS.find((candidate) => candidate.name === name);
  if (!encoder) {
    const names = H264_ENCODERS.map((candidate) => candidate.name).join(', ');
    throw unavailable(`The encoder must be auto or one of ${names}, got ${name}.`);
  }
  const { available, reason } = await probe(encoder);
  if (!available) throw unavailable(`The encoder ${name} does not work on this machine: ${reason}.`);
  return encoder;
}

async function probe(encoder: H264Encoder): Promise<EncoderReport> {
  const { name } = encoder;
  if (!findEncoder(name)) return { name, available: false, reason: 'not in this build of libav' };
  try {
    await encodeOneFrame(encoder);
    return { name, available: true, reason: 'encoded a frame' };
  } catch (error) {
    return { name, available: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

async function encodeOneFrame(encoder: H264Encoder): Promise<void> {
  using frame = Frame.allocate({
    ...PROBE_SIZE,
    pts: micros(0),
    duration: fromSeconds(1 / 30),
    color: { matrix: 'bt601', range: 'limited' },
    capturedAt: micros(0),
  });
  const context = openLiveContext(encoder, frame, PROBE_OPTIONS);
  try {
    using converter = new AvEncoderInput(encoder.pixelFormat);
    using packet = new AvPacket();
    packet.alloc();
    checkStatus(await context.sendFrame(converter.convert(frame, 0n, true)), 'send a frame');
    checkStatus(await context.sendFrame(null), 'flush');
    checkStatus(await context.receivePacket(packet), 'receive a packet');
  } finally {
    context.freeContext();
  }
}

function unavailable(message: string): NocturneError {
  return new NocturneError({ code: 'ENCODER_UNAVAILABLE', stage: 'encode', message });
}
