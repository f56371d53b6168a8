import { DEFAULT_CONTROLS } from '../../../src/core/controls.js';
import { Random } from '../../../src/core/random.js';
import { openWebGpuRenderer } from '../../../src/render/webgpu/webgpu-renderer.js';
import { hasWebGpu } from '../../support/webgpu.js';
import { randomFrame, randomLook, type FrameShape } from '../frames.js';
import { lampList, randomLamps } from '../lamps.js';
await hasWebGpu();
const gpu = await openWebGpuRenderer({ seed: 3 });
console.log(gpu.kernel);
const run = async (name: string, shape: FrameShape, spread: number, lit: number, lamps: number): Promise<void> => {
  const random = new Random(5);
  const look = randomLook(random, spread, lit);
  look.lamps.set(lampList(shape.width, randomLamps(new Random(7), lamps, 20)));
  using a = randomFrame(shape, random);
  let s = '';
  for (let i = 0; i < 3; i++) {
    const c = process.cpuUsage(),
      t = performance.now();
    await gpu.apply(look, DEFAULT_CONTROLS, a);
    const u = process.cpuUsage(c);
    s += ` ${(performance.now() - t).toFixed(0)}ms (${((u.user + u.system) / 1000).toFixed(0)} cpu)`;
  }
  console.log(name, s);
};
const S = { width: 640, height: 360 };
await run('plain', S, 0, 0, 0);
await run('mixed', S, 0.3, 0, 0);
await run('lights', S, 0, 0.3, 0);
await run('lamps', S, 0, 0, 40);
await run('all', S, 0.3, 0.3, 40);
gpu[Symbol.dispose]();
