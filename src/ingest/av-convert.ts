import { Frame as AvFrame, SoftwareScaleContext } from 'node-av/lib';
import * as av from 'node-av/constants';
import { NocturneError } from '../core/errors.js';
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
import { reason } from './av-errors.js';
import { reducedRatio } from './av-stream.js';
import { swapsSides, uprightFilters } from './rotation.js';

/** A converted picture with the times of the frame it was made from, in ticks of the stream's clock. */
export interface ConvertedFrame extends DecodedFrame {
  /** AV_NOPTS_VALUE when unknown. */
  readonly ticks: bigint;
  /** 0 when unknown. */
  readonly durationTicks: bigint;
}

/** What is done to every picture of one kind. */
interface ConversionPlan {
  readonly key: string;
  readonly format: DecodedFormat;
  readonly color: ColorPlan;
  readonly filters: readonly string[];
}

/** Brings decoded pictures of any kind to I420, 8 bit, upright, progressive, with even sides. */
export class AvConverter implements Disposable {
  readonly #pool: AvFramePool;
  readonly #streamAspect: readonly [number, number] | undefined;
  readonly #scaler = new SoftwareScaleContext();
  #plan: ConversionPlan | undefined;
  #chain: AvFilterChain | undefined;
  #isInterlaced = false;

  /** @param streamAspect sample aspect that the container gives, which goes before the codec's. */
  constructor(pool: AvFramePool, streamAspect: readonly [number, number] | undefined) {
    this.#pool = pool;
    this.#streamAspect = streamAspect;
    this.#scaler.allocContext();
  }

  /** Lends a decoded frame (changing its tags); gives none or more pictures, which the caller passes on or gives back. */
  async convert(source: AvFrame): Promise<ConvertedFrame[]> {
    const fullSize = `${source.width}x${source.height}`;
    // A cropped side needs no work on pixels: the last column or row is left out of the view.
    source.width -= source.width % 2;
    source.height -= source.height % 2;
    const pictures: ConvertedFrame[] = [];
    const plan = this.#planFor(source, fullSize);
    if (plan.key !== this.#plan?.key) {
      pictures.push(...(await this.flush()));
      this.#plan = plan;
      this.#chain = plan.filters.length > 0 ? AvFilterChain.open(plan.filters, source) : undefined;
    }
    if (this.#chain) pictures.push(...(await this.#filtered(this.#chain, source, plan)));
    else pictures.push(await this.#toPicture(source, plan, timesOf(source)));
    return pictures;
  }

  /** The pictures that filters still hold; before a change, a seek, or at the end. */
  async flush(): Promise<ConvertedFrame[]> {
    const chain = this.#chain;
    if (!chain || !this.#plan) return [];
    this.#chain = undefined;
    const rest = await this.#filtered(chain, null, this.#plan);
    chain.close();
    this.#plan = undefined;
    return rest;
  }

  /** Forgets what filters hold, for a seek. */
  reset(): void {
    this.#chain?.close();
    this.#chain = undefined;
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

  async #filtered(chain: AvFilterChain, source: AvFrame | null, plan: ConversionPlan): Promise<ConvertedFrame[]> {
    const pictures: ConvertedFrame[] = [];
    for (const { frame, ticks, durationTicks } of await chain.filter(source)) {
      pictures.push(await this.#toPicture(frame, plan, { ticks, durationTicks }));
      chain.recycle(frame);
    }
    return pictures;
  }

  async #toPicture(
    source: AvFrame,
    plan: ConversionPlan,
    times: { ticks: bigint; durationTicks: bigint },
  ): Promise<ConvertedFrame> {
    const native = this.#pool.take(plan.format);
    if (source.format === av.AV_PIX_FMT_YUVJ420P) source.format = av.AV_PIX_FMT_YUV420P;
    const isPlain = source.format === av.AV_PIX_FMT_YUV420P && plan.color.convertFrom === undefined;
    const code = isPlain ? native.copy(source) : await this.#scale(native, source, plan);
    if (code < 0) {
      this.#pool.give(native);
      throw new NocturneError({
        code: 'INPUT_UNSUPPORTED',
        stage: 'ingest',
        message: `pictures of format ${pixelFormatName(source)} could not be converted: ${reason(code)}.`,
      });
    }
    return { native, format: plan.format, ...times };
  }

  /** libswscale converts between the tags of both frames; equal tags leave code values as they are. */
  async #scale(target: AvFrame, source: AvFrame, plan: ConversionPlan): Promise<number> {
    const { color } = plan.color;
    const name = pixelFormatName(source);
    if (!isRgb(name)) {
      source.colorSpace = plan.color.convertFrom === undefined ? libavMatrix(color.matrix) : source.colorSpace;
      source.colorRange = libavRange(color.range);
    }
    if (isGrey(name)) {
      // libswscale takes every grey as full range and would stretch one that is not.
      source.colorRange = av.AVCOL_RANGE_JPEG;
      target.colorRange = av.AVCOL_RANGE_JPEG;
    }
    const code = await this.#scaler.scaleFrame(target, source);
    target.colorRange = libavRange(color.range);
    return code;
  }

  #planFor(source: AvFrame, fullSize: string): ConversionPlan {
    this.#isInterlaced ||= source.hasFlags(av.AV_FRAME_FLAG_INTERLACED);
    const aspect = this.#streamAspect ?? ratioOf(source.sampleAspectRatio);
    const matrix = source.getSideData(av.AV_FRAME_DATA_DISPLAYMATRIX);
    const upright = matrix ? uprightFilters(matrix) : [];
    const { width, height, colorSpace, colorRange, colorTrc } = source;
    const tags = [source.format, colorSpace, colorRange, colorTrc, this.#isInterlaced];
    const key = [fullSize, ...aspect, ...tags, ...upright].join(' ');
    if (key === this.#plan?.key) return this.#plan;
    if (width < 2 || height < 2) {
      throw new NocturneError({
        code: 'INPUT_UNSUPPORTED',
        stage: 'ingest',
        message: `a picture must have 2x2 pixels at least, got ${fullSize}.`,
      });
    }
    const color = planColor(source);
    const swap = swapsSides(upright);
    const notices: string[] = [];
    if (fullSize !== `${width}x${height}`) notices.push(`odd size: ${fullSize} is cropped to ${width}x${height}`);
    if (upright.length > 0) notices.push(`turned upright (${upright.join(', ')})`);
    if (this.#isInterlaced) notices.push('deinterlaced');
    if (color.isHdr) notices.push('tone-mapped from HDR to BT.709');
    notices.push(...conversionNotices(source, color));
    const format: DecodedFormat = {
      width: swap ? height : width,
      height: swap ? width : height,
      color: color.color,
      sampleAspect: swap ? [aspect[1], aspect[0]] : aspect,
      notices,
    };
    const filters = [
      ...(this.#isInterlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : []),
      ...(color.isHdr ? toneMapFilters() : []),
      ...upright,
    ];
    return { key, format, color, filters };
  }
}

function timesOf(frame: AvFrame): { ticks: bigint; durationTicks: bigint } {
  return { ticks: frame.bestEffortTimestamp, durationTicks: frame.duration };
}

function ratioOf(ratio: { readonly num: number; readonly den: number }): readonly [number, number] {
  return ratio.num > 0 && ratio.den > 0 ? reducedRatio(ratio.num, ratio.den) : [1, 1];
}
