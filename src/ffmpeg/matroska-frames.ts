import { COLOR_PRIMARIES, COLOR_TRANSFERS, USUAL_COLOR, type ColorMatrix } from '../core/color.js';
import type { Frame, FrameFormat } from '../core/frame.js';
import type { Micros } from '../core/time.js';

/**
 * Matroska (RFC 9559) of uncompressed I420 frames, for ffmpeg to read from a pipe. It was chosen because it carries, beside the pixels,
 * everything that a frame has: pts in microseconds, colour, sample aspect. A stream of it has one header, then frames.
 */

/** Input options of ffmpeg for such a pipe: the header states everything, so nothing is analysed. */
export const MATROSKA_INPUT_OPTIONS = [
  ...['-f', 'matroska', '-probesize', '32', '-analyzeduration', '0', '-fpsprobesize', '0'],
] as const;

/** Nanoseconds of a tick: microseconds. */
const TIMESTAMP_SCALE_NS = 1000;
/** A size that is not stated: the segment ends with the pipe. */
const UNKNOWN_SIZE = Buffer.from('01ffffffffffffff', 'hex');
/** Code points of matrices (ITU-T H.273, table 4). */
const MATRIX_CODES: Readonly<Record<ColorMatrix, number>> = { bt601: 6, bt709: 1, bt2020: 9 };
const RANGE_CODES = { limited: 1, full: 2 } as const;
const DISPLAY_UNIT_ASPECT = 3;

/** FFmpeg 5.1 passes a frame on once it has read the head of the element behind it: one that holds nothing. */
const NOTHING = element('ec', [Buffer.alloc(32)]);

/** The header of frames of one format. @param frameRate nominal frames per second; 0 when unknown. */
export function matroskaHeader(format: FrameFormat, frameRate: number): Buffer {
  const { width, height, sampleAspect, color } = format;
  const { matrix, range, primaries, transfer } = { ...USUAL_COLOR[color.matrix], ...color };
  const header = element('1a45dfa3', [
    ...[unsigned('4286', 1), unsigned('42f7', 1), unsigned('42f2', 4), unsigned('42f3', 8)],
    ...[text('4282', 'matroska'), unsigned('4287', 4), unsigned('4285', 2)],
  ]);
  const info = element('1549a966', [
    unsigned('2ad7b1', TIMESTAMP_SCALE_NS),
    text('4d80', 'nocturne'),
    text('5741', 'nocturne'),
  ]);
  const colour = element('55b0', [
    unsigned('55b1', MATRIX_CODES[matrix]),
    unsigned('55b9', RANGE_CODES[range]),
    unsigned('55ba', COLOR_TRANSFERS[transfer]),
    unsigned('55bb', COLOR_PRIMARIES[primaries]),
  ]);
  const video = element('e0', [
    ...[unsigned('9a', 2), unsigned('b0', width), unsigned('ba', height)], // 9a: progressive
    ...[unsigned('54b0', width * sampleAspect[0]), unsigned('54ba', height * sampleAspect[1])],
    ...[unsigned('54b2', DISPLAY_UNIT_ASPECT), text('2eb524', 'I420'), colour],
  ]);
  const track = element('ae', [
    ...[unsigned('d7', 1), unsigned('73c5', 1), unsigned('83', 1), unsigned('9c', 0)], // number, UID, video, no lacing
    ...(frameRate > 0 ? [unsigned('23e383', Math.round(1e9 / frameRate))] : []),
    ...[text('86', 'V_UNCOMPRESSED'), video],
  ]);
  const segment = Buffer.concat([Buffer.from('18538067', 'hex'), UNKNOWN_SIZE]);
  return Buffer.concat([header, segment, info, element('1654ae6b', [track])]);
}

/** A frame at `pts`, 0 or more, in parts that follow each other. Copies its pixels. */
export function matroskaFrame(
  frame: Pick<Frame, 'width' | 'height' | 'y' | 'u' | 'v' | 'strides'>,
  pts: Micros,
): Buffer[] {
  const pixels = packI420(frame);
  const block = Buffer.from([0x81, 0, 0, 0x80]); // track 1, 0 ticks after its cluster, keyframe
  const blockStart = [Buffer.from('a3', 'hex'), size(block.length + pixels.length), block];
  const time = unsigned('e7', pts);
  const length = time.length + blockStart.reduce((sum, part) => sum + part.length, 0) + pixels.length;
  return [Buffer.concat([Buffer.from('1f43b675', 'hex'), size(length), time, ...blockStart]), pixels, NOTHING];
}

/** The planes one after the other, without what lies between rows. */
function packI420({
  width,
  height,
  y,
  u,
  v,
  strides,
}: Pick<Frame, 'width' | 'height' | 'y' | 'u' | 'v' | 'strides'>): Buffer {
  const packed = Buffer.allocUnsafe((width * height * 3) / 2);
  let at = 0;
  for (const [n, plane] of [y, u, v].entries()) {
    const [columns, rows, stride] = n === 0 ? [width, height, strides[0]] : [width / 2, height / 2, strides[n] ?? 0];
    if (stride === columns) {
      packed.set(plane.subarray(0, columns * rows), at);
      at += columns * rows;
      continue;
    }
    for (let row = 0; row < rows; row++, at += columns) {
      packed.set(plane.subarray(row * stride, row * stride + columns), at);
    }
  }
  return packed;
}

function element(id: string, children: readonly Buffer[]): Buffer {
  const body = Buffer.concat(children);
  return Buffer.concat([Buffer.from(id, 'hex'), size(body.length), body]);
}

function text(id: string, value: string): Buffer {
  return element(id, [Buffer.from(value, 'latin1')]);
}

function unsigned(id: string, value: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeBigUInt64BE(BigInt(value));
  return element(id, [body]);
}

/** The size of an element's body, in eight bytes: 01, then 56 bits. */
function size(bytes: number): Buffer {
  const coded = Buffer.alloc(8);
  coded.writeBigUInt64BE((1n << 56n) | BigInt(bytes));
  return coded;
}
