import type { Frame } from '../../core/frame.js';
import type { ApplyKernel, ApplyOptions } from '../apply-kernel.js';
import { noiseTile } from '../grain.js';
import { copyIntoBand, copyOutOfBand, planBands, type BandLayout } from './gpu-bands.js';
import { geometryOf, type Geometry } from './gpu-geometry.js';
import { LampWriter, type FrameLamps } from './gpu-lamps.js';
import { LOOK, paramsOf } from './gpu-params.js';
import { MAP_READ, USAGE, type GpuBuffer, type GpuDevice, type GpuPipeline } from './gpu.js';
import { APPLY_SHADER, TILE } from './shader-main.js';

/** Bands that are on the GPU at a time: while it renders one, the CPU reads and fills the other. */
const SLOTS = 2;
const NOISE_BYTES = 65536;
const PARAMS_BYTES = 192;
/** Bits of the shader's flags beside the look's own cross terms. */
const LIT = 8;
const CROSSES = 16;

/** Memory of one band on the GPU, and what is read back from it. */
interface Slot {
  readonly planes: GpuBuffer;
  readonly result: GpuBuffer;
  readonly group: object;
}

/** Everything that depends on the frame's size and strides. */
interface Prepared {
  readonly key: string;
  readonly geometry: Geometry;
  readonly layout: BandLayout;
  readonly slots: readonly Slot[];
  readonly buffers: readonly GpuBuffer[];
  readonly lamps: GpuBuffer;
  /** A band whose rows are copied one by one. */
  readonly staging: Uint8Array;
}

/** A band that is on its way. */
interface PendingBand {
  readonly slot: Slot;
  readonly row: number;
  readonly rows: number;
  /** Why the band failed; undefined when it can be read. */
  readonly failure: Promise<Error | undefined>;
}

/** Why a frame is not complete on the GPU: rows from `row` on are still the day's. */
export class BandFailure extends Error {
  readonly row: number;

  constructor(row: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.row = row;
  }
}

/**
 * The apply kernel as a compute shader: renders looks as the WebAssembly kernel does, within one code value. The WebAssembly kernel converts
 * each look. Frames travel in bands: while the GPU renders one, the CPU fills the next and reads the one before.
 */
export class GpuApply {
  readonly #device: GpuDevice;
  readonly #pipeline: GpuPipeline;
  readonly #kernel: ApplyKernel;
  readonly #params: GpuBuffer;
  readonly #look: GpuBuffer;
  readonly #noise: GpuBuffer;
  readonly #waitMs: number;
  readonly #lampWriter = new LampWriter();
  #prepared: Prepared | undefined;

  private constructor(device: GpuDevice, pipeline: GpuPipeline, kernel: ApplyKernel, waitMs: number) {
    this.#waitMs = waitMs;
    this.#device = device;
    this.#pipeline = pipeline;
    this.#kernel = kernel;
    this.#params = device.createBuffer({ size: PARAMS_BYTES, usage: USAGE.uniform | USAGE.copyDst });
    this.#look = device.createBuffer({ size: LOOK.bytes, usage: USAGE.storage | USAGE.copyDst });
    this.#noise = device.createBuffer({ size: NOISE_BYTES, usage: USAGE.storage | USAGE.copyDst });
    device.queue.writeBuffer(this.#noise, 0, noiseTile(NOISE_BYTES));
  }

  /** Compiles the shader. Borrows both. Rejects when the device refuses it. @param waitMs milliseconds that a band may take at most. */
  static async open(device: GpuDevice, kernel: ApplyKernel, waitMs: number): Promise<GpuApply> {
    const module = device.createShaderModule({ code: APPLY_SHADER });
    const compute = { module, entryPoint: 'render' } as const;
    const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute });
    return new GpuApply(device, pipeline, kernel, waitMs);
  }

  /** Renders a frame in place. Borrows frame and options until it settles; one call at a time. Rejects with {@link BandFailure}. */
  async apply(frame: Frame, options: ApplyOptions): Promise<void> {
    const pending: PendingBand[] = [];
    let row = 0;
    try {
      const prepared = await this.#prepare(frame);
      const lamps = this.#upload(frame, options, prepared);
      const { layout, slots } = prepared;
      for (let next = 0, i = 0; next < frame.height; next += layout.rows, i++) {
        if (pending.length === slots.length) row = await this.#finish(frame, layout, pending);
        const slot = slots[i % slots.length];
        if (slot) pending.push(this.#submit(frame, options, { prepared, lamps, slot, row: next }));
      }
      while (pending.length > 0) row = await this.#finish(frame, layout, pending);
    } catch (error) {
      if (error instanceof RangeError) throw error; // the caller's fault, not the GPU's
      throw new BandFailure(row, error);
    }
  }

  /** Frees the device's memory. */
  close(): void {
    this.#free();
    for (const buffer of [this.#params, this.#look, this.#noise]) buffer.destroy();
  }

  /** Uploads the look. */
  #upload(frame: Frame, options: ApplyOptions, { lamps: buffer }: Prepared): FrameLamps & { readonly flags: number } {
    const { queue } = this.#device;
    const { sums, tables, lights, curves, mixes, isLit } = this.#kernel.convert(frame, options);
    queue.writeBuffer(this.#look, LOOK.sums, sums);
    queue.writeBuffer(this.#look, LOOK.tables, tables);
    if (isLit) queue.writeBuffer(this.#look, LOOK.lights, lights);
    queue.writeBuffer(this.#look, LOOK.curves, curves);
    const lamps = this.#lampWriter.write(frame, options);
    if (lamps.count > 0) queue.writeBuffer(buffer, 0, lamps.words);
    const crosses = lamps.frame[12] !== 0 || lamps.frame[13] !== 0;
    return { ...lamps, flags: mixes | (isLit ? LIT : 0) | (crosses ? CROSSES : 0) };
  }

  /** Sends a band to the GPU, renders it and requests the result. */
  #submit(
    frame: Frame,
    options: ApplyOptions,
    band: {
      readonly prepared: Prepared;
      readonly lamps: FrameLamps & { readonly flags: number };
      readonly slot: Slot;
      readonly row: number;
    },
  ): PendingBand {
    const { prepared, lamps, slot, row } = band;
    const { layout, geometry } = prepared;
    const { queue } = this.#device;
    const rows = Math.min(layout.rows, frame.height - row);
    this.#fill(frame, prepared, slot, row, rows);
    queue.writeBuffer(this.#params, 0, paramsOf(frame, options, { layout, geometry, lamps, row, rows }));
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, slot.group);
    const firstTile = Math.floor(options.fromColumn / TILE.width);
    pass.dispatchWorkgroups(Math.ceil(frame.width / TILE.width) - firstTile, Math.ceil(rows / TILE.height));
    pass.end();
    encoder.copyBufferToBuffer(slot.planes, 0, slot.result, 0, layout.bytes);
    queue.submit([encoder.finish()]);
    const mapped = slot.result.mapAsync(MAP_READ, 0, layout.bytes);
    const failure = mapped.then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error('a result of the GPU cannot be read')),
    );
    return { slot, row, rows, failure };
  }

  /** Writes the day's rows into a slot. */
  #fill(frame: Frame, { layout, staging }: Prepared, { planes }: Slot, row: number, rows: number): void {
    const { queue } = this.#device;
    if (!layout.isDirect) {
      copyIntoBand(frame, layout, { row, rows, bytes: staging });
      queue.writeBuffer(planes, 0, staging);
      return;
    }
    for (const [i, plane] of [frame.y, frame.u, frame.v].entries()) {
      const { start = 0, stride = 0 } = layout.planes[i] ?? {};
      const step = i === 0 ? 1 : 2;
      queue.writeBuffer(planes, start, plane, (row / step) * stride, (rows / step) * stride);
    }
  }

  /** Awaits the oldest band and copies it into the frame. Returns the row after it. */
  async #finish(frame: Frame, layout: BandLayout, pending: PendingBand[]): Promise<number> {
    const band = pending[0];
    if (!band) return 0;
    const { slot, row, rows } = band;
    const failure = await within(band.failure, this.#waitMs);
    if (failure) throw failure;
    const bytes = new Uint8Array(slot.result.getMappedRange(0, layout.bytes));
    copyOutOfBand(frame, layout, { row, rows, bytes });
    slot.result.unmap();
    pending.shift();
    return row + rows;
  }

  /** Allocates what frames of this size need. Rejects when the device has too little memory. */
  async #prepare(frame: Frame): Promise<Prepared> {
    const key = [frame.width, frame.height, ...frame.strides].join();
    if (this.#prepared?.key === key) return this.#prepared;
    this.#free();
    const layout = planBands(frame);
    const geometry = geometryOf(frame.width, frame.height);
    const device = this.#device;
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    const buffers: GpuBuffer[] = [];
    const create = (size: number, usage: number): GpuBuffer => {
      const buffer = device.createBuffer({ size, usage });
      buffers.push(buffer);
      return buffer;
    };
    const read = USAGE.storage | USAGE.copyDst;
    const words = create(geometry.words.byteLength, read);
    device.queue.writeBuffer(words, 0, geometry.words);
    const lamps = create(LampWriter.bytesFor(frame.width, frame.height), read);
    const slots = Array.from({ length: Math.min(SLOTS, Math.ceil(frame.height / layout.rows)) }, () => {
      const planes = create(layout.bytes, read | USAGE.copySrc);
      const result = create(layout.bytes, USAGE.mapRead | USAGE.copyDst);
      const bound = [this.#params, planes, words, this.#look, lamps, this.#noise];
      const entries = bound.map((buffer, binding) => ({ binding, resource: { buffer } }));
      return {
        planes,
        result,
        group: device.createBindGroup({ layout: this.#pipeline.getBindGroupLayout(0), entries }),
      };
    });
    const staging = new Uint8Array(layout.isDirect ? 0 : layout.bytes);
    this.#prepared = { key, geometry, layout, slots, buffers, lamps, staging };
    const errors = [await device.popErrorScope(), await device.popErrorScope()];
    const error = errors.find((found) => found !== null);
    if (error) throw new Error(error.message);
    return this.#prepared;
  }

  #free(): void {
    for (const buffer of this.#prepared?.buffers ?? []) buffer.destroy();
    this.#prepared = undefined;
  }
}

/** The failure of a band, or that it took too long: a driver that hangs settles nothing. */
async function within(failure: PendingBand['failure'], waitMs: number): Promise<Error | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`the GPU gave no result within ${waitMs} ms`)), waitMs);
  });
  try {
    return await Promise.race([failure, late]);
  } finally {
    clearTimeout(timer);
  }
}
