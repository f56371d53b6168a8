import { Packet, type Frame as AvFrame } from 'node-av/lib';
import * as av from 'node-av/constants';
import { NocturneError } from '../core/errors.js';
import { checkImageSize } from '../image/size-limits.js';
import type { PixelData } from '../image/tiff.js';
import { hasAlpha } from './av-alpha.js';
import { pixelFormatName, planColor } from './av-color.js';
import { AvDecoder } from './av-decoder.js';
import { AvFilterChain, toneMapFilters } from './av-filters.js';
import { allocateAvFrame, freeAvFrame } from './av-frame.js';
import { AvInput } from './av-input.js';
import type { OpenPlan } from './open-plan.js';
import { rotationFilters } from './rotation.js';

/**
 * Decodes the first frame of an image file that only libav reads, upright, in RGB: 8 or 16 bit, or floating point as it is.
 * Rejects with NocturneError as {@link AvInput.open} does, also when nothing could be decoded.
 */
export async function decodeStill(plan: OpenPlan, signal?: AbortSignal): Promise<PixelData & { isRotated: boolean }> {
  await using input = await AvInput.open(plan, signal);
  const { video } = input;
  checkImageSize(video.codecpar.width, video.codecpar.height, plan.label);
  const options = { lowDelay: true, threads: 1, label: plan.label, maxPixels: plan.maxPixels };
  using decoder = await AvDecoder.open(video, options);
  const [first, ...rest] = await decodeFirst(input, decoder);
  for (const avFrame of rest) decoder.recycle(avFrame);
  if (!first) {
    const message = `${plan.label} is not a readable image.`;
    throw new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message });
  }
  try {
    checkImageSize(first.width, first.height, plan.label);
    return await toPixels(first);
  } finally {
    decoder.recycle(first);
  }
}

async function decodeFirst(input: AvInput, decoder: AvDecoder): Promise<AvFrame[]> {
  const packet = new Packet();
  packet.alloc();
  try {
    while ((await input.read(packet)) >= 0) {
      const avFrames = packet.streamIndex === input.video.index ? await decoder.decode(packet) : [];
      packet.unref();
      if (avFrames.length > 0) return avFrames;
    }
    return await decoder.decode(null);
  } finally {
    packet.free();
  }
}

/** Borrows an AVFrame and copies its pixels. */
async function toPixels(avFrame: AvFrame): Promise<PixelData & { isRotated: boolean }> {
  const name = pixelFormatName(avFrame);
  const icc = avFrame.getSideData(av.AV_FRAME_DATA_ICC_PROFILE);
  const displayMatrix = avFrame.getSideData(av.AV_FRAME_DATA_DISPLAYMATRIX);
  const rotation = displayMatrix ? rotationFilters(displayMatrix) : [];
  const hdr = planColor(avFrame).isHdr ? toneMapFilters() : [];
  const isFloat = FLOATS.test(name);
  const depth = isFloat ? 32 : /(9|1[0246]|48|64)(le|be)$/.test(name) ? 16 : 8;
  const channels = hasAlpha(name) && hdr.length === 0 ? 4 : 3;
  // libswscale 9.8 darkens grey when it converts it to RGB in floating point.
  const format = name.startsWith('grayf') ? 'grayf32le' : FORMATS[`${depth}x${channels}`];
  using chain = AvFilterChain.open([...hdr, ...rotation, `format=${format}`], avFrame);
  const [converted] = [...(await chain.filter(avFrame)), ...(await chain.filter(null))];
  if (!converted) throw new TypeError(`no frame of ${format}`);
  const { width, height } = converted;
  const topDown = toTopDown(converted);
  const samples = isFloat ? interleavePlanes(topDown, channels) : copyRows(topDown, channels, depth === 16);
  if (topDown !== converted) freeAvFrame(topDown);
  chain.recycle(converted);
  return { width, height, channels, samples, isRotated: rotation.length > 0, ...(icc ? { icc } : {}) };
}

/** Formats of 16-bit and 32-bit floating point, by FFmpeg's name. */
const FLOATS = /f(16|32)(le|be)$/;

const FORMATS = {
  '8x3': 'rgb24',
  '8x4': 'rgba',
  '16x3': 'rgb48le',
  '16x4': 'rgba64le',
  '32x3': 'gbrpf32le',
  '32x4': 'gbrapf32le',
} as const;

/** The AVFrame itself, or a copy of one that is stored from the last row up (PFM), whose planes node-av 6.1 does not give. */
function toTopDown(avFrame: AvFrame): AvFrame {
  if ((avFrame.linesize[0] ?? 0) >= 0) return avFrame;
  const copy = allocateAvFrame();
  Object.assign(copy, { width: avFrame.width, height: avFrame.height, format: avFrame.format });
  if (copy.getBuffer(0) < 0) throw new RangeError(`no memory for a frame of ${avFrame.width}x${avFrame.height}`);
  copy.copy(avFrame);
  return copy;
}

function copyRows(avFrame: AvFrame, channels: number, is16Bit: boolean): Uint8Array | Uint16Array {
  const [plane] = avFrame.data ?? [];
  const [stride = 0] = avFrame.linesize;
  const rowBytes = avFrame.width * channels * (is16Bit ? 2 : 1);
  const out = new Uint8Array(rowBytes * avFrame.height);
  for (let y = 0; y < avFrame.height; y++) {
    out.set(plane?.subarray(y * stride, y * stride + rowBytes) ?? [], y * rowBytes);
  }
  return is16Bit ? new Uint16Array(out.buffer) : out;
}

/**
 * Planes of floats in FFmpeg's order green, blue, red, alpha, or grey alone, as interleaved red, green, blue, alpha. Of
 * premultiplied alpha (OpenEXR) only zeros stay, where nothing shows: other colours are already as over black.
 */
function interleavePlanes(avFrame: AvFrame, channels: number): Float32Array {
  const { width, height, alphaMode } = avFrame;
  const out = new Float32Array(width * height * channels);
  const isPremultiplied = alphaMode === av.AVALPHA_MODE_PREMULTIPLIED;
  const planes = avFrame.data ?? [];
  [2, 0, 1, 3].slice(0, channels).forEach((index, channel) => {
    const from = planes.length === 1 ? 0 : index;
    const stride = avFrame.linesize[from] ?? 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = planes[from]?.readFloatLE(y * stride + 4 * x) ?? 0;
        out[(y * width + x) * channels + channel] = channel === 3 && isPremultiplied && value > 0 ? 1 : value;
      }
    }
  });
  return out;
}
