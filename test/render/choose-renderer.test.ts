import { describe, expect, it } from 'vitest';
import { createForwardingLogger, type LogLine } from '../../src/core/logger.js';
import { chooseRenderer, measureApply } from '../../src/render/choose-renderer.js';
import { openRenderer } from '../../src/render/wasm-renderer.js';
import { openWebGpuRenderer } from '../../src/render/webgpu/webgpu-renderer.js';
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
    it('is never a software driver by itself, and one where it is asked for', async () => {
      const gpu = await openWebGpuRenderer();
      const isSoftware = gpu.isSoftware;
      gpu[Symbol.dispose]();
      const { lines, logger } = recorder();
      using asked = await chooseRenderer({ ...SIZE, device: 'webgpu', logger });
      expect(asked.kernel).toContain('WebGPU on');
      using chosen = await chooseRenderer({ ...SIZE, device: 'auto', logger });
      if (!isSoftware) return;
      expect(chosen.kernel).toBe('WebAssembly');
      expect(lines.map(({ fields }) => JSON.stringify(fields)).join()).toContain('software driver');
    });

    it('is measured on equal frames', async () => {
      using cpu = await openRenderer();
      using gpu = await openWebGpuRenderer();
      const { cpuMs, webgpuMs, difference } = await measureApply(cpu, gpu, 64, 36);
      expect(cpuMs).toBeGreaterThan(0);
      expect(webgpuMs).toBeGreaterThan(0);
      expect(difference).toBeLessThanOrEqual(1);
    });
  });
});
