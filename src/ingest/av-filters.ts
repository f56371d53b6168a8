import { Filter, type FilterContext, FilterGraph, Frame as AvFrame } from 'node-av/lib';
import * as av from 'node-av/constants';
import { NocturneError } from '../core/errors.js';

/** A frame out of the chain, lent, with its times in the ticks that went in. */
export interface FilteredFrame {
  readonly frame: AvFrame;
  readonly ticks: bigint;
  readonly durationTicks: bigint;
}

/** Filters that bring PQ or HLG to BT.709, limited range: the fast one of this build, else the exact ones. */
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

/** libav filters in a row, for pictures of one size and format. */
export class AvFilterChain implements Disposable {
  readonly #graph: FilterGraph;
  readonly #input: FilterContext;
  readonly #output: FilterContext;
  readonly #spare: AvFrame[] = [];
  /** Ticks of the output's clock in one tick of the input's; a deinterlacer counts in half ticks. */
  #fineness = 1n;

  private constructor(graph: FilterGraph, input: FilterContext, output: FilterContext) {
    this.#graph = graph;
    this.#input = input;
    this.#output = output;
  }

  /** A chain for frames like `sample`; each filter as `name=arguments`. */
  static open(filters: readonly string[], sample: AvFrame): AvFilterChain {
    const graph = new FilterGraph();
    graph.alloc();
    const { width, height, format, colorSpace, colorRange, sampleAspectRatio: aspect } = sample;
    const ratio = aspect.num > 0 && aspect.den > 0 ? `${aspect.num}/${aspect.den}` : '1/1';
    const properties = `colorspace=${colorSpace}:range=${colorRange}:pixel_aspect=${ratio}`;
    const input = add(
      graph,
      'buffer',
      'in',
      `video_size=${width}x${height}:pix_fmt=${format}:time_base=1/1:${properties}`,
    );
    let last = input;
    filters.forEach((filter, index) => {
      const [name = '', ...rest] = filter.split('=');
      const next = add(graph, name, `step${index}`, rest.join('='));
      link(last, next);
      last = next;
    });
    const output = add(graph, 'buffersink', 'out', '');
    link(last, output);
    if (graph.configSync() < 0) throw unavailable(filters.join(','));
    const chain = new AvFilterChain(graph, input, output);
    chain.#fineness = BigInt(output.buffersinkGetTimeBase().den);
    return chain;
  }

  /** Lends a frame (null: the end) and gives those that came out. */
  async filter(source: AvFrame | null): Promise<FilteredFrame[]> {
    if (source) source.pts = source.bestEffortTimestamp;
    await this.#input.buffersrcAddFrame(source, av.AV_BUFFERSRC_FLAG_KEEP_REF);
    const out: FilteredFrame[] = [];
    for (;;) {
      const frame = this.#spare.pop() ?? emptyFrame();
      if ((await this.#output.buffersinkGetFrame(frame)) < 0) {
        this.#spare.push(frame);
        return out;
      }
      const ticks = frame.pts === av.AV_NOPTS_VALUE ? frame.pts : frame.pts / this.#fineness;
      out.push({ frame, ticks, durationTicks: frame.duration / this.#fineness });
    }
  }

  /** Takes back a frame that `filter` gave. */
  recycle(frame: AvFrame): void {
    frame.unref();
    this.#spare.push(frame);
  }

  /** Idempotent. */
  close(): void {
    for (const frame of this.#spare.splice(0)) frame.free();
    this.#graph.free();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function add(graph: FilterGraph, name: string, label: string, parameters: string): FilterContext {
  const filter = Filter.getByName(name);
  const context = filter ? graph.createFilter(filter, label, parameters === '' ? null : parameters) : null;
  if (!context) throw unavailable(name);
  return context;
}

function link(from: FilterContext, to: FilterContext): void {
  if (from.link(0, to, 0) < 0) throw unavailable(`${from.name ?? ''} before ${to.name ?? ''}`);
}

function unavailable(what: string): NocturneError {
  return new NocturneError({
    code: 'INPUT_UNSUPPORTED',
    stage: 'ingest',
    message: `the filter this picture needs (${what}) does not work in this build.`,
  });
}

function emptyFrame(): AvFrame {
  const frame = new AvFrame();
  frame.alloc();
  return frame;
}
