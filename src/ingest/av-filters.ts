import { Filter, type FilterContext, FilterGraph, type Frame as AvFrame } from 'node-av/lib';
import * as av from 'node-av/constants';
import { NocturneError } from '../core/errors.js';
import { allocateAvFrame } from './av-frame.js';

/** Filters that convert PQ or HLG to BT.709, limited range. Uses the fast filter of FFmpeg's Jellyfin builds where it exists. */
export function toneMapFilters(): string[] {
  if (Filter.getByName('tonemapx')) {
    return ['format=yuv420p10', 'tonemapx=tonemap=hable:desat=0:t=bt709:m=bt709:p=bt709:r=tv:format=yuv420p'];
  }
  return [
    'zscale=t=linear:npl=100',
    'format=gbrpf32le',
    'zscale=p=bt709',
    'tonemap=hable:desat=0',
    'zscale=t=bt709:m=bt709:r=tv',
    'format=yuv420p',
  ];
}

/** A linear chain of libav filters for AVFrames of one size and pixel format. */
export class AvFilterChain implements Disposable {
  readonly #graph: FilterGraph;
  readonly #input: FilterContext;
  readonly #output: FilterContext;
  readonly #spare: AvFrame[] = [];
  /** Output ticks per input tick; a deinterlacer counts in half ticks. */
  #outputTicksPerInputTick = 1n;

  private constructor(graph: FilterGraph, input: FilterContext, output: FilterContext) {
    this.#graph = graph;
    this.#input = input;
    this.#output = output;
  }

  /** A chain for AVFrames with the format of `sample`. Each filter is `name=arguments`. Throws NocturneError INPUT_UNSUPPORTED. */
  static open(filters: readonly string[], sample: AvFrame): AvFilterChain {
    const graph = new FilterGraph();
    graph.alloc();
    const input = addFilter(graph, 'buffer', 'in', bufferArguments(sample));
    let last = input;
    filters.forEach((filter, index) => {
      const [name = '', ...rest] = filter.split('=');
      const next = addFilter(graph, name, `step${index}`, rest.join('='));
      linkFilters(last, next);
      last = next;
    });
    const output = addFilter(graph, 'buffersink', 'out', '');
    linkFilters(last, output);
    if (graph.configSync() < 0) throw filterUnavailable(filters.join(','));
    const chain = new AvFilterChain(graph, input, output);
    chain.#outputTicksPerInputTick = BigInt(output.buffersinkGetTimeBase().den);
    return chain;
  }

  /**
   * Borrows an AVFrame (null: end of stream) and lends those that are ready; return each with {@link recycle}. Their `pts`
   * and `duration` are in the ticks of the input.
   */
  async filter(avFrame: AvFrame | null): Promise<AvFrame[]> {
    await this.#input.buffersrcAddFrame(avFrame, av.AV_BUFFERSRC_FLAG_KEEP_REF);
    return this.#receive();
  }

  /** Takes back an AVFrame that {@link filter} lent; its pixels become invalid. */
  recycle(avFrame: AvFrame): void {
    avFrame.unref();
    this.#spare.push(avFrame);
  }

  /** Idempotent. */
  close(): void {
    for (const avFrame of this.#spare.splice(0)) avFrame.free();
    this.#graph.free();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #receive(): Promise<AvFrame[]> {
    const avFrames: AvFrame[] = [];
    for (;;) {
      const avFrame = this.#spare.pop() ?? allocateAvFrame();
      if ((await this.#output.buffersinkGetFrame(avFrame)) < 0) {
        this.#spare.push(avFrame);
        return avFrames;
      }
      if (avFrame.pts !== av.AV_NOPTS_VALUE) avFrame.pts /= this.#outputTicksPerInputTick;
      avFrame.duration /= this.#outputTicksPerInputTick;
      avFrames.push(avFrame);
    }
  }
}

function bufferArguments({ width, height, format, colorSpace, colorRange, sampleAspectRatio }: AvFrame): string {
  const { num, den } = sampleAspectRatio;
  const aspect = num > 0 && den > 0 ? `${num}/${den}` : '1/1';
  const tags = `colorspace=${colorSpace}:range=${colorRange}:pixel_aspect=${aspect}`;
  return `video_size=${width}x${height}:pix_fmt=${format}:time_base=1/1:${tags}`;
}

function addFilter(graph: FilterGraph, name: string, label: string, parameters: string): FilterContext {
  const filter = Filter.getByName(name);
  const context = filter ? graph.createFilter(filter, label, parameters === '' ? null : parameters) : null;
  if (!context) throw filterUnavailable(name);
  return context;
}

function linkFilters(from: FilterContext, to: FilterContext): void {
  if (from.link(0, to, 0) < 0) throw filterUnavailable(`${from.name ?? ''} before ${to.name ?? ''}`);
}

function filterUnavailable(filter: string): NocturneError {
  return new NocturneError({
    code: 'INPUT_UNSUPPORTED',
    stage: 'ingest',
    message: `the video needs the FFmpeg filter ${filter}, which does not work in this build.`,
  });
}
