import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { NocturneError } from '../../src/core/errors.js';
import { openNetworkSession } from '../../src/infer/open-session.js';
import type { RunDevice } from '../../src/infer/network-session.js';
import { placementOf } from '../../src/infer/ort-placement.js';
import { readModelFile } from '../../src/infer/model-file.js';
import { SHIPPED_LOOK_MODEL } from '../../src/infer/open-generator.js';

const folder = mkdtempSync(join(tmpdir(), 'nocturne-devices-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Devices that no Linux machine without NVIDIA's libraries has. */
const MISSING: readonly RunDevice[] = process.platform === 'linux' ? ['coreml', 'directml'] : [];

describe('a device that is asked for', () => {
  it.each(MISSING)('is refused in one line with a reason and a remedy: %s', async (device) => {
    const file = await readModelFile(SHIPPED_LOOK_MODEL);
    const error: unknown = await openNetworkSession(file, { device }).catch((thrown: unknown) => thrown);
    const { code, message, remedy } = error as NocturneError; // checked by its code
    expect(code).toBe('DEVICE_UNAVAILABLE');
    expect(message).toContain(`--device ${device}`);
    expect(remedy).toMatch(/auto/);
  });

  it('is not blamed for a file that is no model', async () => {
    const path = join(folder, 'broken.onnx');
    writeFileSync(path, 'no model');
    const file = { path, bytes: Buffer.from('no model'), externalData: [] };
    await expect(openNetworkSession(file, { device: 'cpu' })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    expect(existsSync(path)).toBe(true);
  });
});

describe('the placement of a network', () => {
  const run = (operator: string, provider: string) => ({ operator, provider });

  it('is the device where all operators run there', () => {
    expect(placementOf('webgpu', [run('Conv', 'WebGpuExecutionProvider')])).toEqual({
      ...{ engine: 'onnx', device: 'webgpu', notice: '' },
    });
  });

  it('names the operators that run on the CPU, and counts them', () => {
    const runs = [run('Conv', 'WebGpuExecutionProvider'), run('Det', 'CPUExecutionProvider')];
    const { device, notice } = placementOf('webgpu', runs);
    expect(device).toBe('webgpu');
    expect(notice).toMatch(/^1 of 2 operators runs on the CPU.*\(Det\)/);
  });

  it('is the CPU where the device runs nothing', () => {
    expect(placementOf('coreml', [run('Det', 'CPUExecutionProvider')])).toMatchObject({ device: 'cpu' });
  });
});
