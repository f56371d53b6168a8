import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** An H.264 clip as Annex B access units, with parameter sets in each keyframe. */
export interface H264Clip {
  readonly accessUnits: readonly { readonly data: Uint8Array<ArrayBuffer>; readonly isKeyframe: boolean }[];
  readonly width: number;
  readonly height: number;
  /** A frame of it as JPEG. */
  readonly jpeg: Uint8Array<ArrayBuffer>;
  /** For WebCodecs, from the clip's own parameter sets. */
  readonly codec: string;
}

const AUD = 9;
const IDR = 5;
const SPS = 7;

/** Encodes FFmpeg's test pattern: 30 frames/s, a keyframe every two seconds, no B-frames. */
export async function encodeClip(width: number, height: number, seconds: number): Promise<H264Clip> {
  const input = ['-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=30:duration=${seconds}`];
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '60', '-pix_fmt', 'yuv420p'];
  const [h264, jpeg] = await Promise.all([
    run([...input, ...video, '-bsf:v', 'h264_metadata=aud=insert', '-f', 'h264', 'pipe:1']),
    run([...input, '-frames:v', '1', '-c:v', 'mjpeg', '-f', 'image2pipe', 'pipe:1']),
  ]);
  const accessUnits = splitAccessUnits(h264);
  return { accessUnits, width, height, jpeg, codec: codecString(accessUnits[0]?.data) };
}

/** What FFmpeg writes to its standard output. */
async function run(options: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  ffmpeg.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(ffmpeg, 'close');
  return new Uint8Array(Buffer.concat(chunks));
}

/** Splits a stream at its access unit delimiters (ITU-T H.264, 7.4.1.2.3). */
function splitAccessUnits(stream: Uint8Array): { data: Uint8Array<ArrayBuffer>; isKeyframe: boolean }[] {
  const starts = nalUnits(stream).filter((nal) => nal.type === AUD);
  return starts.map(({ start }, i) => {
    const data = new Uint8Array(stream.subarray(start, starts[i + 1]?.start ?? stream.length));
    return { data, isKeyframe: nalUnits(data).some((nal) => nal.type === IDR) };
  });
}

/** Start (of the start code), first payload byte and type of each NAL unit. */
function nalUnits(stream: Uint8Array): { start: number; payload: number; type: number }[] {
  const units = [];
  for (let i = 0; i + 3 < stream.length; i++) {
    if (stream[i] !== 0 || stream[i + 1] !== 0 || stream[i + 2] !== 1) continue;
    units.push({ start: i > 0 && stream[i - 1] === 0 ? i - 1 : i, payload: i + 3, type: stream[i + 3]! & 31 });
  }
  return units;
}

function codecString(keyframe: Uint8Array | undefined): string {
  const sps = nalUnits(keyframe ?? new Uint8Array()).find((nal) => nal.type === SPS);
  if (!keyframe || !sps) throw new Error('the clip must begin with a keyframe with parameter sets');
  const bytes = keyframe.subarray(sps.payload + 1, sps.payload + 4); // profile, constraints, level
  return `avc1.${Buffer.from(bytes).toString('hex').toUpperCase()}`;
}
