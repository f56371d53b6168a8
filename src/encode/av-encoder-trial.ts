import { Packet as AvPacket } from 'node-av/lib';
import { Frame } from '../core/frame.js';
import { NocturneError } from '../core/errors.js';
import { fromSeconds, micros } from '../core/time.js';
import { checkStatus } from './av-error.js';
import { LIVE_CODECS, findEncoder, openLiveContext } from './av-live-context.js';
import type { LiveCodec } from './av-live-context.js';
import { EncoderInput } from './av-encoder-input.js';
import type { EncoderOptions } from './encoder.js';

/** What is known of one live encoder on this machine. */
export interface EncoderReport {
  /** As FFmpeg names it. */
  readonly name: string;
  readonly available: boolean;
  /** Why not, or how it was tried; for people. */
  readonly reason: string;
}

/** The size of the trial picture: the smallest that every hardware encoder takes. */
const TRIAL = { width: 320, height: 240 } as const;
const TRIAL_OPTIONS: EncoderOptions = {
  frameRate: 30,
  encoder: 'auto',
  crf: 23,
  keyframeIntervalS: 1,
  preset: 'ultrafast',
};

/** Every live encoder the product knows, each tried with a real picture. */
export async function listEncoders(): Promise<EncoderReport[]> {
  const reports: EncoderReport[] = [];
  for (const codec of LIVE_CODECS) reports.push(await report(codec));
  return reports;
}

/** The encoder to use for a name or `auto`; throws NocturneError `ENCODER_UNAVAILABLE` with the reason. */
export async function chooseEncoder(name: string): Promise<LiveCodec> {
  if (name === 'auto') {
    for (const codec of LIVE_CODECS) if ((await report(codec)).available) return codec;
    throw unavailable('No H.264 encoder opens on this machine.');
  }
  const codec = LIVE_CODECS.find((candidate) => candidate.name === name);
  if (!codec) {
    const names = LIVE_CODECS.map((candidate) => candidate.name).join(', ');
    throw unavailable(`The encoder must be auto or one of ${names}, got ${name}.`);
  }
  const { available, reason } = await report(codec);
  if (!available) throw unavailable(`The encoder ${name} cannot be used: ${reason}.`);
  return codec;
}

async function report(codec: LiveCodec): Promise<EncoderReport> {
  if (!findEncoder(codec.name)) return { name: codec.name, available: false, reason: 'not in this build of libav' };
  try {
    await encodeOnePicture(codec);
    return { name: codec.name, available: true, reason: 'encoded a picture' };
  } catch (error) {
    return { name: codec.name, available: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

async function encodeOnePicture(codec: LiveCodec): Promise<void> {
  using frame = Frame.allocate({
    ...TRIAL,
    pts: micros(0),
    duration: fromSeconds(1 / 30),
    color: { matrix: 'bt601', range: 'limited' },
    capturedAt: micros(0),
  });
  const context = openLiveContext(codec, frame, TRIAL_OPTIONS);
  try {
    using feed = new EncoderInput(codec.layout);
    using packet = new AvPacket();
    packet.alloc();
    checkStatus(await context.sendFrame(feed.avFrame(frame, 0n, true)), 'send a picture');
    checkStatus(await context.sendFrame(null), 'flush');
    checkStatus(await context.receivePacket(packet), 'receive a packet');
  } finally {
    context.freeContext();
  }
}

function unavailable(message: string): NocturneError {
  return new NocturneError({ code: 'ENCODER_UNAVAILABLE', stage: 'encode', message });
}
