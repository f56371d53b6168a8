import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** Vulkan in software, as Chromium brings it. */
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';
/** How far WebGPU's numbers may be from the CPU's. */
const MAX_DIFFERENCE = 1e-2;

const isHere = existsSync(DRIVER);
if (!isHere) console.warn(`skipped: ${DRIVER} is not installed, so WebGPU has no driver to be tested on`);

/** Runs shipped networks on the CPU and on WebGPU in a process of its own, since the driver is chosen when Vulkan loads. */
const SCRIPT = `
  import { openNetworkSession } from ${JSON.stringify(dist('infer/open-session.js'))};
  import { readModelFile } from ${JSON.stringify(dist('infer/model-file.js'))};
  import { parseSceneCard, parseVehicleCard } from ${JSON.stringify(dist('infer/model-card.js'))};
  const parsers = { scene: parseSceneCard, vehicle: parseVehicleCard };
  const name = process.argv[1];
  const file = await readModelFile(${JSON.stringify(fileURLToPath(new URL('../../models/', import.meta.url)))} + name, parsers[name]);
  const { shape } = file.card.input;
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7919) % 1009) / 1009);
  const report = {};
  for (const device of ['cpu', 'webgpu', 'auto']) {
    const session = await openNetworkSession(file, { device, prefersGpu: device === 'auto' });
    report[device] = { placement: session.placement };
    if (device !== 'auto') {
      const names = session.outputs.map((port) => port.name);
      const outputs = await session.run({ [file.card.input.name]: { data, shape } }, names);
      report[device].data = names.flatMap((output) => [...outputs[output].data]);
    }
    await session.close();
  }
  const difference = report.cpu.data.reduce((max, value, i) => Math.max(max, Math.abs(value - report.webgpu.data[i])), 0);
  console.log(JSON.stringify({ difference, webgpu: report.webgpu.placement, auto: report.auto.placement }));
`;

/** What the script writes. */
interface Report {
  readonly webgpu: { readonly device: string; readonly notice: string };
  readonly auto: { readonly device: string };
  readonly difference: number;
}

describe.skipIf(!isHere)('WebGPU on software Vulkan', () => {
  it.each(['nightgrid', 'scene', 'vehicle'])(
    'gives what the CPU gives, says what it is, and is not taken by auto: %s',
    async (name) => {
      const env = { ...process.env, VK_DRIVER_FILES: DRIVER };
      const args = ['--input-type=module', '--eval', SCRIPT, name];
      const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 2 ** 24 });
      const report = JSON.parse(stdout) as Report; // written by the script
      expect(report).toMatchObject({ webgpu: { device: 'webgpu' }, auto: { device: 'cpu' } });
      expect(report.webgpu.notice).toMatch(/software driver.*driver\.$/);
      expect(report.difference).toBeLessThan(MAX_DIFFERENCE); // printed above
    },
    180_000,
  );
});

function dist(path: string): string {
  return new URL(`../../dist/${path}`, import.meta.url).href;
}
