import { type Frame as AvFrame, SoftwareScaleContext } from 'node-av/lib';
import * as av from 'node-av/constants';
import { NocturneError } from '../core/errors.js';
import { checkVideoSize } from '../image/size-limits.js';
import { FLATTENED, flattenFilters } from './av-alpha.js';
import {
  conversionNotices,
  isGrey,
  isRgb,
  libavMatrix,
  libavRange,
  pixelFormatName,
  planColor,
  type ColorPlan,
} from './av-color.js';
import { AvFilterChain, toneMapFilters } from './av-filters.js';
import type { AvFramePool, DecodedFrame, DecodedFormat } from './av-frame-pool.js';
import { errorText } from './av-errors.js';
import { reducedRatio, type Crop } from './av-stream.js';
import { swapsWidthAndHeight, rotationFilters } from './rotation.js';

/** How to convert all AVFrames of one format. */
interface ConversionPlan {
  /** Identifies the format of the AVFrames. */
  readonly key: string;
  readonly format: DecodedFormat;
  readonly color: ColorPlan;
  readonly filters: readonly string[];
}

/** Converts AVFrames of any format to I420, 8 bit, upright, progressive, with even width and height. */
export class AvConverter implements Disposable {
  readonly #pool: AvFramePool;
  readonly #containerAspect: readonly [number, number] | undefined;
  readonly #crop: Crop | undefined;
  readonly #scaler = new SoftwareScaleContext();
  #plan: ConversionPlan | undefined;
  #filters: AvFilterChain | undefined;
  #isInterlaced = false;

  /** @param containerAspect sample aspect from the container, which overrides the codec's. @param crop the container's crop. */
  constructor(pool: AvFramePool, containerAspect: readonly [number, number] | undefined, crop: Crop | undefined) {
    this.#pool = pool;
    this.#containerAspect = containerAspect;
    this.#crop = crop;
    this.#scaler.allocContext();
  }

  /**
   * Borrows a decoded AVFrame and changes its tags and pts. Returns none or more frames, which the caller passes on or
   * releases; their AVFrames carry `pts` and `duration` in ticks of the stream.
   */
  async convert(avFrame: AvFrame): Promise<DecodedFrame[]> {
    const fullSize = `${avFrame.width}x${avFrame.height}`;
    // Cropping to even sides needs no pixel work: the last column or row is left out.
    avFrame.width -= avFrame.width % 2;
    avFrame.height -= avFrame.height % 2;
    avFrame.pts = avFrame.bestEffortTimestamp;
    const frames: DecodedFrame[] = [];
    const plan = this.#planFor(avFrame, fullSize);
    if (plan.key !== this.#plan?.key) {
      frames.push(...(await this.flush()));
      this.#plan = plan;
      this.#filters = plan.filters.length > 0 ? AvFilterChain.open(plan.filters, avFrame) : undefined;
    }
    if (this.#filters)
      frames.push(...(await this.#convertAll(await this.#filters.filter(avFrame), this.#filters, plan)));
    else frames.push(await this.#toI420(avFrame, plan));
    return frames;
  }

  /** Returns the frames that filters still hold, before a change of format or at the end. */
  async flush(): Promise<DecodedFrame[]> {
    const filters = this.#filters;
    if (!filters || !this.#plan) return [];
    this.#filters = undefined;
    const frames = await this.#convertAll(await filters.filter(null), filters, this.#plan);
    filters.close();
    this.#plan = undefined;
    return frames;
  }

  /** Discards the frames that filters hold, for a seek. */
  reset(): void {
    this.#filters?.close();
    this.#filters = undefined;
    this.#plan = undefined;
  }

  /** Idempotent. */
  close(): void {
    this.reset();
    this.#scaler.freeContext();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Converts AVFrames that `filters` lent and returns them to it. */
  async #convertAll(
    avFrames: readonly AvFrame[],
    filters: AvFilterChain,
    plan: ConversionPlan,
  ): Promise<DecodedFrame[]> {
    const frames: DecodedFrame[] = [];
    for (const avFrame of avFrames) {
      frames.push(await this.#toI420(avFrame, plan));
      filters.recycle(avFrame);
    }
    return frames;
  }

  async #toI420(avFrame: AvFrame, plan: ConversionPlan): Promise<DecodedFrame> {
    const frame = this.#pool.acquire(plan.format);
    if (avFrame.format === av.AV_PIX_FMT_YUVJ420P) avFrame.format = av.AV_PIX_FMT_YUV420P;
    const isI420 = avFrame.format === av.AV_PIX_FMT_YUV420P && plan.color.convertFrom === undefined;
    const code = isI420 ? frame.avFrame.copy(avFrame) : await this.#scale(avFrame, frame, plan.color);
    if (code < 0) {
      this.#pool.release(frame);
      throw new NocturneError({
        code: 'INPUT_UNSUPPORTED',
        stage: 'ingest',
        message: `frames with pixel format ${pixelFormatName(avFrame)} could not be converted: ${errorText(code)}.`,
      });
    }
    frame.avFrame.pts = avFrame.pts;
    frame.avFrame.duration = avFrame.duration;
    return frame;
  }

  /** Scales into `frame`. libswscale converts between the colour tags of both; equal tags keep code values unchanged. */
  async #scale(avFrame: AvFrame, frame: DecodedFrame, { color, convertFrom }: ColorPlan): Promise<number> {
    const name = pixelFormatName(avFrame);
    // Primaries and transfer are passed on as tags. libswscale 9 would convert them, with a table that takes seconds to make.
    avFrame.colorPrimaries = av.AVCOL_PRI_UNSPECIFIED;
    avFrame.colorTrc = av.AVCOL_TRC_UNSPECIFIED;
    if (!isRgb(name)) {
      avFrame.colorSpace = convertFrom === undefined ? libavMatrix(color.matrix) : avFrame.colorSpace;
      avFrame.colorRange = libavRange(color.range);
    }
    if (isGrey(name)) {
      // libswscale 9.8 reads every grey format as full range and would stretch limited range.
      avFrame.colorRange = av.AVCOL_RANGE_JPEG;
      frame.avFrame.colorRange = av.AVCOL_RANGE_JPEG;
    }
    const code = await this.#scaler.scaleFrame(frame.avFrame, avFrame);
    frame.avFrame.colorRange = libavRange(color.range);
    return code;
  }

  #planFor(avFrame: AvFrame, fullSize: string): ConversionPlan {
    this.#isInterlaced ||= avFrame.hasFlags(av.AV_FRAME_FLAG_INTERLACED);
    const aspect = this.#containerAspect ?? ratioOf(avFrame.sampleAspectRatio);
    const displayMatrix = avFrame.getSideData(av.AV_FRAME_DATA_DISPLAYMATRIX);
    const rotation = displayMatrix ? rotationFilters(displayMatrix) : [];
    const { width, height, colorSpace, colorRange, colorTrc, colorPrimaries } = avFrame;
    const tags = [avFrame.format, colorSpace, colorRange, colorTrc, colorPrimaries, this.#isInterlaced];
    const key = [fullSize, ...aspect, ...tags, ...rotation].join(' ');
    if (key === this.#plan?.key) return this.#plan;
    if (width < 2 || height < 2) {
      const message = `a video must have at least 2x2 pixels, got ${fullSize}.`;
      throw new NocturneError({ code: 'INPUT_UNSUPPORTED', stage: 'ingest', message });
    }
    const color = planColor(avFrame);
    const area = visibleArea(avFrame, this.#crop);
    const swaps = swapsWidthAndHeight(rotation);
    const format: DecodedFormat = {
      width: swaps ? area.height : area.width,
      height: swaps ? area.width : area.height,
      color: color.color,
      sampleAspect: swaps ? [aspect[1], aspect[0]] : aspect,
      notices: [...cropNotices(avFrame, fullSize, area), ...this.#noticesFor(avFrame, color, rotation)],
    };
    checkVideoSize(format.width, format.height, 'the video');
    const filters = [
      ...(this.#isInterlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : []),
      ...(area.isWhole ? [] : [`crop=${area.width}:${area.height}:${area.left}:${area.top}`]),
      ...flattenFilters(avFrame),
      ...(color.zscale === undefined ? [] : [`zscale=${color.zscale}`]),
      ...(color.zscale === undefined || color.isHdr ? [] : ['format=yuv420p']),
      ...(color.isHdr ? toneMapFilters() : []),
      ...rotation,
    ];
    return { key, format, color, filters };
  }

  #noticesFor(avFrame: AvFrame, color: ColorPlan, rotation: readonly string[]): string[] {
    return [
      ...(rotation.length > 0 ? [`rotated upright (${rotation.join(', ')})`] : []),
      ...(this.#isInterlaced ? ['deinterlaced'] : []),
      ...(color.isHdr ? ['tone-mapped from HDR to BT.709'] : []),
      ...(flattenFilters(avFrame).length > 0 ? [FLATTENED] : []),
      ...conversionNotices(avFrame, color),
    ];
  }
}

/** The part of a frame that is shown, in even numbers of samples. */
interface VisibleArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly isWhole: boolean;
}

/** @param avFrame of even width and height. */
function visibleArea({ width, height }: AvFrame, crop: Crop | undefined): VisibleArea {
  const whole = { left: 0, top: 0, width, height, isWhole: true };
  if (!crop) return whole;
  const even = (value: number): number => value - (value % 2);
  const [left, top] = [even(crop.left), even(crop.top)];
  const area = { left, top, width: even(width - left - crop.right), height: even(height - top - crop.bottom) };
  return area.width < 2 || area.height < 2 ? whole : { ...area, isWhole: false };
}

function cropNotices({ width, height }: AvFrame, fullSize: string, area: VisibleArea): string[] {
  if (!area.isWhole) return [`cropped from ${fullSize} to ${area.width}x${area.height}, as the container states`];
  return fullSize === `${width}x${height}` ? [] : [`odd size: ${fullSize} is cropped to ${width}x${height}`];
}

function ratioOf(ratio: { readonly num: number; readonly den: number }): readonly [number, number] {
  return ratio.num > 0 && ratio.den > 0 ? reducedRatio(ratio.num, ratio.den) : [1, 1];
}
