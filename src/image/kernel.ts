import { readFile } from 'node:fs/promises';
import { NocturneError } from '../core/errors.js';

/** The part of the WebAssembly API used here. TypeScript declares it only in its DOM library. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB and replaces `buffer`. */
  grow(pages: number): number;
}
declare const WebAssembly: {
  Memory: new (limits: { initial: number; maximum?: number }) => WasmMemory;
  compile: (bytes: Uint8Array) => Promise<object>;
  instantiate: (module: object, imports: object) => Promise<{ exports: unknown }>;
};

/** Memory limit of one kernel in pages of 64 KiB: 256 MiB, far above any frame's band. */
const MAX_PAGES = 4096;

/** An instantiated WebAssembly kernel. */
export interface Kernel<Exports> {
  /** Exported functions and addresses. */
  readonly exports: Exports;
  /** The kernel's memory. Growing replaces its buffer: keep no typed array across calls that may grow it. */
  readonly memory: WasmMemory;
}

/** An exported address or size. */
export interface KernelConstant {
  readonly value: number;
}

/**
 * Loads `dist/image/kernels/NAME.wasm` with its own memory. `Exports` describes the exports of the kernel's source.
 * Throws KERNEL_UNAVAILABLE when the file is missing or the machine lacks WebAssembly SIMD.
 */
export async function openKernel<Exports>(name: string): Promise<Kernel<Exports>> {
  const url = new URL(`../../dist/image/kernels/${name}.wasm`, import.meta.url);
  try {
    const module = await WebAssembly.compile(await readFile(url));
    const memory = new WebAssembly.Memory({ initial: 16, maximum: MAX_PAGES });
    const instance = await WebAssembly.instantiate(module, { env: { memory, abort: abortKernel } });
    return { exports: instance.exports as Exports, memory }; // a module's exports are untyped
  } catch (cause) {
    throw new NocturneError({
      code: 'KERNEL_UNAVAILABLE',
      stage: 'render',
      message: `cannot load the kernel ${name}.wasm.`,
      cause,
    });
  }
}

function abortKernel(): never {
  throw new NocturneError({ code: 'INTERNAL', stage: 'render', message: 'a WebAssembly kernel aborted.' });
}
