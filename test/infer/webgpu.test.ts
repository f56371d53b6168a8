import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** Vulkan in software, as Chromium brings it. */
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';
/** How far WebGPU's numbers may be from the CPU's. */
const MAX_DIFFERENCE = 1e-2;

const isHere = existsSync(DRIVER);
if (!isHere) console.warn(`skipped: ${DRIVER} is not installed, so WebGPU has no driver to be tested on`);

/**
 * Makes the look of one thumbnail on the CPU and on WebGPU, and opens the network as a live image network would be. In a process of its own,
 * since the driver is chosen when Vulkan loads.
 */
const SCRIPT = `
  import { readModelFile } from ${JSON.stringify(dist('infer/model-file.js'))};
  import { openLookGenerator } from ${JSON.stringify(dist('infer/look-generator.js'))};
  import { SHIPPED_LOOK_MODEL as model } from ${JSON.stringify(dist('infer/open-generator.js'))};
  import { openNetworkSession } from ${JSON.stringify(dist('infer/open-session.js'))};
  const file = await readModelFile(model);
  const length = file.card.input.shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length }, (_, i) => ((i * 7919) % 1009) / 1009);
  const looks = {};
  const report = { differences: {}, sizes: {} };
  for (const device of ['cpu', 'webgpu']) {
    const generator = await openLookGenerator({ model, device });
    const { grid, lights } = await generator.translate({ data, pts: 0 });
    looks[device] = { grid: grid.slice(), lights: lights.slice() };
    report[device] = generator.placement;
    await generator.close();
  }
  for (const part of ['grid', 'lights']) {
    const pairs = [...looks.cpu[part]].map((value, i) => [value, looks.webgpu[part][i]]);
    report.differences[part] = Math.max(...pairs.map(([a, b]) => Math.abs(a - b)));
    report.sizes[part] = Math.max(...pairs.map(([a]) => Math.abs(a)));
  }
  const session = await openNetworkSession(file, { prefersGpu: true });
  report.auto = session.placement;
  await session.close();
  console.log(JSON.stringify(report));
`;

/** What the script writes. */
interface Report {
  readonly cpu: { readonly device: string };
  readonly webgpu: { readonly device: string; readonly notice: string };
  readonly auto: { readonly device: string };
  readonly differences: { readonly grid: number; readonly lights: number };
  /** The largest numbers of the CPU's look. */
  readonly sizes: { readonly grid: number; readonly lights: number };
}

describe.skipIf(!isHere)('WebGPU on software Vulkan', () => {
  it('makes the look that the CPU makes, says what it is, and is not taken by auto', async () => {
    const env = { ...process.env, VK_DRIVER_FILES: DRIVER };
    const args = ['--input-type=module', '--eval', SCRIPT];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 2 ** 20 });
    const report = JSON.parse(stdout) as Report; // written by the script
    expect(report).toMatchObject({ cpu: { device: 'cpu' }, webgpu: { device: 'webgpu' }, auto: { device: 'cpu' } });
    expect(report.webgpu.notice).toMatch(/software driver.*driver\.$/);
    expect(report.sizes.grid).toBeGreaterThan(10 * MAX_DIFFERENCE); // else any look would do
    expect(report.sizes.lights).toBeGreaterThan(0);
    expect(report.differences.grid).toBeLessThan(MAX_DIFFERENCE);
    expect(report.differences.lights).toBeLessThan(MAX_DIFFERENCE);
  }, 180_000);
});

function dist(path: string): string {
  return new URL(`../../dist/${path}`, import.meta.url).href;
}
