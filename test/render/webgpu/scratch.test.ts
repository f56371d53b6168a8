import { it } from 'vitest';
import { DEFAULT_CONTROLS, type Controls } from '../../../src/core/controls.js';
import { Random } from '../../../src/core/random.js';
import { openWebGpuRenderer } from '../../../src/render/webgpu/webgpu-renderer.js';
import { openRenderer } from '../../../src/render/wasm-renderer.js';
import { hasWebGpu } from '../../support/webgpu.js';
import { randomFrame, randomLook, type FrameShape } from '../frames.js';
import { lampList, randomLamps } from '../lamps.js';
import type { Frame } from '../../../src/core/frame.js';

function hist(a: Frame, b: Frame): string {
  const out: string[] = [];
  for (const [plane, stride] of a.strides.entries()) {
    const [from, other] = [[a.y, a.u, a.v][plane]!, [b.y, b.u, b.v][plane]!];
    const [width, rows] = plane === 0 ? [a.width, a.height] : [a.width / 2, a.height / 2];
    const n: Record<number, number> = {};
    let first = '';
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < width; x++) {
        const d = Math.abs(from[y * stride + x]! - other[y * stride + x]!);
        n[d] = (n[d] ?? 0) + 1;
        if (d > 1 && !first) first = ` first ${x},${y}: ${from[y * stride + x]!} ${other[y * stride + x]!}`;
      }
    const keys = Object.keys(n).slice(0, 6).map((k) => `${k}:${n[Number(k)]!}`);
    out.push('YUV'[plane]! + ' ' + keys.join(' ') + first);
  }
  return out.join(' | ');
}
it('x', async () => {
  await hasWebGpu();
  using gpu = await openWebGpuRenderer({ seed: 3, onFallback: (m) => console.log('FALL', m) });
  using wasm = await openRenderer({ seed: 3 });
  console.log(gpu.kernel);
  const run = async (shape: FrameShape, c: Partial<Controls>, spread: number, lit: number, lamps: number): Promise<void> => {
    const random = new Random(5);
    const look = randomLook(random, spread, lit);
    look.lamps.set(lampList(shape.width, randomLamps(new Random(7), lamps, 20)));
    using a = randomFrame(shape, random);
    using b = a.clone();
    const t = performance.now();
    await gpu.apply(look, { ...DEFAULT_CONTROLS, ...c }, a);
    const g = performance.now() - t;
    wasm.apply(look, { ...DEFAULT_CONTROLS, ...c }, b);
    console.log(JSON.stringify(shape), JSON.stringify(c), spread, lit, lamps, g.toFixed(0) + 'ms', hist(a, b));
  };
  await run({ width: 64, height: 32 }, { grain: 0 }, 0, 0, 0);
  await run({ width: 64, height: 32 }, { grain: 1 }, 0.3, 0, 0);
  await run({ width: 320, height: 180 }, { grain: 1 }, 0.3, 0.3, 0);
  await run({ width: 334, height: 190, padding: [10, 3, 5] }, { grain: 1 }, 0.3, 0.3, 0);
  await run({ width: 334, height: 190, padding: [10, 3, 5], color: { matrix: 'bt601', range: 'full' } }, { grain: 1, headlights: 2 }, 0.3, 0.3, 0);
  await run({ width: 640, height: 360 }, { grain: 1 }, 0.3, 0.3, 40);
  await run({ width: 640, height: 360, color: { matrix: 'bt2020', range: 'full' } }, { grain: 1, view: 'split' }, 0.3, 0.3, 256);
  await run({ width: 2, height: 2 }, { grain: 1 }, 0.3, 0.3, 3);
  
});
