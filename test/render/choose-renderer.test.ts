import { describe, expect, it } from 'vitest';
import { createForwardingLogger, type LogLine } from '../../src/core/logger.js';
import { chooseRenderer, measureApply } from '../../src/render/choose-renderer.js';
import { mayHaveGpu } from '../../src/core/may-have-gpu.js';
import { openRenderer } from '../../src/render/wasm-renderer.js';
import { findGpu } from '../../src/render/webgpu/gpu-adapter.js';
import { hasWebGpu } from '../support/webgpu.js';

const SIZE = { width: 64, height: 36 };
const isPresent = await hasWebGpu();

/** A logger, and the lines that it was given. */
function recorder(): { readonly lines: LogLine[]; readonly logger: ReturnType<typeof createForwardingLogger> } {
  const lines: LogLine[] = [];
  return { lines, logger: createForwardingLogger((line) => lines.push(line)) };
}

describe('the device that applies looks', () => {
  it('is the CPU where it is asked for, or the size is unknown', async () => {
    const { lines, logger } = recorder();
    using cpu = await chooseRenderer({ ...SIZE, device: 'cpu', logger });
    using unknown = await chooseRenderer({ device: 'auto', width: 0, height: 0, logger });
    expect([cpu.kernel, unknown.kernel]).toEqual(['WebAssembly', 'WebAssembly']);
    expect(lines).toEqual([]);
  });

  describe.skipIf(!isPresent)('with WebGPU', () => {
    it('is a GPU where it is asked for, which renders equal frames; never a software driver by itself', async () => {
      const { isSoftware } = await findGpu('render');
      const { lines, logger } = recorder();
      using gpu = await chooseRenderer({ ...SIZE, device: 'webgpu', logger });
      expect(gpu.kernel).toContain('WebGPU on');
      using cpu = await openRenderer();
      const { cpuMs, webgpuMs, difference } = await measureApply(cpu, gpu, SIZE.width, SIZE.height);
      expect(cpuMs).toBeGreaterThan(0);
      expect(webgpuMs).toBeGreaterThan(0);
      expect(difference).toBeLessThanOrEqual(1);
      using chosen = await chooseRenderer({ ...SIZE, device: 'auto', logger });
      if (!isSoftware) return;
      expect(chosen.kernel).toBe('WebAssembly');
      const reasons = lines.map(({ fields }) => JSON.stringify(fields)).join();
      expect(reasons).toContain(mayHaveGpu() ? 'software driver' : ''); // without a GPU no driver is asked
    });
  });
});
