import { readFile } from 'node:fs/promises';
import { NocturneError } from '../core/errors.js';

/** What of the WebAssembly interface this file uses; the library's types come with the DOM's alone. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB; the buffer is a new one afterwards. */
  grow(pages: number): number;
}
declare const WebAssembly: {
  Memory: new (limits: { initial: number; maximum?: number }) => WasmMemory;
  compile: (bytes: Uint8Array) => Promise<object>;
  instantiate: (module: object, imports: object) => Promise<{ exports: unknown }>;
};

/** Most memory one kernel may take, in pages of 64 KiB: 256 MiB, far above any frame's band. */
const MAX_PAGES = 4096;

/** A kernel that is ready to be called. */
export interface Kernel<Exports> {
  /** The functions and the addresses it exports. */
  readonly exports: Exports;
  /** Its memory; the buffer is replaced whenever the kernel grows it, so keep no view across calls that may grow. */
  readonly memory: WasmMemory;
}

/** The value of an exported address or size. */
export interface KernelConstant {
  readonly value: number;
}

/**
 * Loads `dist/image/kernels/NAME.wasm` with a memory of its own. `Exports` is what the kernel's source exports.
 * Throws KERNEL_UNAVAILABLE when the file is missing, or the machine lacks WebAssembly SIMD.
 */
export async function openKernel<Exports>(name: string): Promise<Kernel<Exports>> {
  const url = new URL(`../../dist/image/kernels/${name}.wasm`, import.meta.url);
  try {
    const module = await WebAssembly.compile(await readFile(url));
    const memory = new WebAssembly.Memory({ initial: 16, maximum: MAX_PAGES });
    const instance = await WebAssembly.instantiate(module, { env: { memory, abort: abortKernel } });
    return { exports: instance.exports as Exports, memory }; // the border: a kernel's exports have no types of their own
  } catch (cause) {
    throw new NocturneError({
      code: 'KERNEL_UNAVAILABLE',
      stage: 'render',
      message: `the kernel ${name}.wasm could not be loaded.`,
      cause,
    });
  }
}

function abortKernel(): never {
  throw new NocturneError({ code: 'INTERNAL', stage: 'render', message: 'a WebAssembly kernel aborted.' });
}
