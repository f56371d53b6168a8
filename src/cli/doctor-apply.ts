import { NocturneError } from '../core/errors.js';
import { measureApply } from '../render/choose-renderer.js';
import { openRenderer } from '../render/wasm-renderer.js';
import { openWebGpuRenderer } from '../render/webgpu/webgpu-renderer.js';
import { formatReport } from './doctor-report.js';

/** What `nocturne doctor` says of WebGPU for looks; a software driver is not `available`: `auto` never takes it. */
export interface ApplyReport {
  readonly available: boolean;
  readonly detail: string;
}

/** Size of the measured frames: 1080p on hardware; software drivers take seconds for that. */
const HARDWARE_SIZE = [1920, 1080] as const;
const SOFTWARE_SIZE = [128, 72] as const;

async function report(): Promise<ApplyReport> {
  try {
    using gpu = await openWebGpuRenderer();
    using cpu = await openRenderer();
    const [width, height] = gpu.isSoftware ? SOFTWARE_SIZE : HARDWARE_SIZE;
    const { cpuMs, webgpuMs, difference } = await measureApply(cpu, gpu, width, height);
    const times = `${webgpuMs.toFixed(2)} ms for ${width}x${height}, WebAssembly ${cpuMs.toFixed(2)} ms`;
    const kind = gpu.isSoftware ? ' (a software driver, which auto never takes)' : '';
    const fault = difference > 1 ? `; its results are wrong by ${difference} code values` : '';
    return { available: !gpu.isSoftware && difference <= 1, detail: `${gpu.kernel}${kind}: ${times}${fault}` };
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'DEVICE_UNAVAILABLE') throw error;
    return { available: false, detail: `${error.message} ${error.remedy}` };
  }
}

// Tests WebGPU for looks and prints the result on a line. It is a separate process because graphics drivers print and can crash.
process.stdout.write(formatReport(await report()));
