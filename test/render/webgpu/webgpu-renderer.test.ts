import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CONTROLS, type Controls } from '../../../src/core/controls.js';
import type { Frame } from '../../../src/core/frame.js';
import { Random } from '../../../src/core/random.js';
import { readRgb } from '../../../src/image/image-file.js';
import { rgbToFrame } from '../../../src/image/rgb-image.js';
import { openGenerator } from '../../../src/infer/open-generator.js';
import { identityLook, type Look } from '../../../src/look/look.js';
import { readThumbnail } from '../../../src/render/read-thumbnail.js';
import type { SyncRenderer } from '../../../src/render/renderer.js';
import { openRenderer } from '../../../src/render/wasm-renderer.js';
import { openWebGpuRenderer, type WebGpuRenderer } from '../../../src/render/webgpu/webgpu-renderer.js';
import { footage } from '../../support/footage.js';
import { hasWebGpu } from '../../support/webgpu.js';
import { largestDifference, makeFrame, randomFrame, randomLook, type FrameShape } from '../frames.js';
import { lampList, randomLamps } from '../lamps.js';
import { renderReference } from '../reference-renderer.js';

const SEED = 11;
/** A software driver on a busy machine takes longer for a band than any GPU that works. */
const WAIT_MS = 120_000;

describe.skipIf(!(await hasWebGpu()))('the apply kernel on a GPU', () => {
  let gpu: WebGpuRenderer;
  let cpu: SyncRenderer;
  beforeAll(async () => {
    cpu = await openRenderer({ seed: SEED });
    gpu = await openWebGpuRenderer({ seed: SEED, waitMs: WAIT_MS });
  });
  afterAll(() => {
    gpu[Symbol.dispose]();
    cpu[Symbol.dispose]();
  });

  /** Renders one frame on GPU and CPU. Returns the largest difference between them. Borrows the frame. */
  async function difference(
    day: Frame,
    look: Look,
    controls: Controls,
    renderer: WebGpuRenderer = gpu,
  ): Promise<number> {
    using onGpu = day.clone();
    using onCpu = day.clone();
    await renderer.apply(look, controls, onGpu);
    cpu.apply(look, controls, onCpu);
    return largestDifference(onGpu, onCpu);
  }

  /** A random frame and look. @param lamps their number. */
  function random(shape: FrameShape, lamps = 0, seed = shape.width): { readonly day: Frame; readonly look: Look } {
    const draw = new Random(seed);
    const look = randomLook(draw, draw.between(0, 0.6), lamps > 0 ? 0 : 0.3);
    look.lamps.set(lampList(shape.width, randomLamps(draw, lamps, 12)));
    return { day: randomFrame(shape, draw), look };
  }

  it.each([
    [{ width: 2, height: 2 }, 0, {}],
    [{ width: 2, height: 2 }, 5, {}],
    [{ width: 66, height: 18 }, 0, { grain: 4, strength: 0.4, exposure: 1, warmth: 0.5 }],
    [{ width: 90, height: 34, padding: [10, 3, 5] }, 0, { lights: 2, headlights: 2 }],
    [{ width: 128, height: 32, padding: [32, 16, 16] }, 0, { view: 'lights', strength: 0.3 }],
    [{ width: 62, height: 30, color: { matrix: 'bt601', range: 'limited' } }, 0, {}],
    [{ width: 62, height: 30, color: { matrix: 'bt601', range: 'full' } }, 20, {}],
    [{ width: 94, height: 38, color: { matrix: 'bt2020', range: 'full' } }, 0, { grain: 0 }],
    [{ width: 94, height: 38, color: { matrix: 'bt2020', range: 'limited' } }, 30, { lights: 0.3 }],
    [{ width: 130, height: 66 }, 60, { view: 'split', split: 0.37 }],
    [{ width: 130, height: 66 }, 20, { view: 'lights' }],
    [{ width: 96, height: 48 }, 256, {}],
    [{ width: 640, height: 34 }, 0, { pts: 2 ** 44 }],
  ] as const)(
    'is within one code value of WebAssembly and of float64, on %o with %i lamps and %o',
    async (shape, lamps, dials) => {
      const { day, look } = random(shape, lamps);
      using frame = day;
      const controls = { ...DEFAULT_CONTROLS, ...dials };
      expect(await difference(frame, look, controls)).toBeLessThanOrEqual(1);
      if (controls.view === 'split') return; // the reference has no line
      using night = frame.clone();
      using reference = frame.clone();
      await gpu.apply(look, controls, night);
      renderReference(look, controls, reference, SEED);
      expect(largestDifference(night, reference)).toBeLessThanOrEqual(1);
      expect(largestDifference(night, frame)).toBeGreaterThan(1); // it did render
    },
  );

  it('saturates as WebAssembly does where coefficients leave their range', async () => {
    using day = randomFrame({ width: 96, height: 32 }, new Random(1));
    for (const spread of [4, 40, Number.NaN]) {
      const look = randomLook(new Random(2), spread, 0.5);
      expect(await difference(day, look, { ...DEFAULT_CONTROLS, grain: 0 })).toBeLessThanOrEqual(1);
    }
  });

  it.each([
    [{ width: 16_384, height: 66 }, 'three bands of the widest frame'],
    [{ width: 3840, height: 48 }, 'rows of 4K'],
  ])('renders %o: %s', async (shape) => {
    const look = randomLook(new Random(4), 0.1, 0);
    look.lamps.set(lampList(shape.width, randomLamps(new Random(5), 3, 6)));
    using day = makeFrame(shape, (plane, x, y) => (x * 3 + y * 7 + plane * 50) & 255);
    expect(await difference(day, look, DEFAULT_CONTROLS)).toBeLessThanOrEqual(1);
  });

  it('leaves padding, and the day left of a split, as they are', async () => {
    const { day, look } = random({ width: 70, height: 20, padding: [12, 5, 6] }, 20);
    using frame = day;
    using before = frame.clone();
    await gpu.apply(look, { ...DEFAULT_CONTROLS, view: 'split', split: 0.5 }, frame);
    for (const [plane, stride] of frame.strides.entries()) {
      const [after, old] = [[frame.y, frame.u, frame.v][plane]!, [before.y, before.u, before.v][plane]!];
      const width = plane === 0 ? 70 : 35;
      for (let i = 0; i < after.length; i++) {
        const x = i % stride;
        if (x >= width || x < (plane === 0 ? 34 : 17)) expect(after[i]).toBe(old[i]);
      }
    }
  });

  it('answers at once where nothing is to render', () => {
    const { day, look } = random({ width: 64, height: 32 });
    using frame = day;
    using before = frame.clone();
    expect(gpu.apply(look, { ...DEFAULT_CONTROLS, view: 'day' }, frame)).toBeUndefined();
    expect(largestDifference(frame, before)).toBe(0);
  });

  it('follows frames that change size', async () => {
    for (const [width, height] of [
      [64, 32],
      [130, 18],
      [64, 32],
    ] as const) {
      const { day, look } = random({ width, height });
      using frame = day;
      expect(await difference(frame, look, DEFAULT_CONTROLS)).toBeLessThanOrEqual(1);
    }
  });

  it('refuses what WebAssembly refuses', async () => {
    using wide = randomFrame({ width: 16_386, height: 2 }, new Random(1));
    await expect(gpu.apply(identityLook(), DEFAULT_CONTROLS, wide)).rejects.toThrow(RangeError);
    const { day, look } = random({ width: 64, height: 32 });
    day.close();
    expect(() => gpu.apply(look, DEFAULT_CONTROLS, day)).toThrow(/frame must be open/);
    expect(gpu.kernel).toContain('WebGPU on'); // none of these is the GPU's fault
  });

  it('renders real streets as lit lights them', async (context) => {
    const folder = footage('frames/testA');
    if (folder === undefined) return context.skip();
    await using generator = await openGenerator({ generator: 'lit', seed: 1 });
    for (const name of readdirSync(folder)
      .filter((file) => /\.(jpg|png)$/.test(file))
      .sort()
      .slice(0, 2)) {
      using day = rgbToFrame(await readRgb(join(folder, name), [480, 270]));
      const look = await generator.translate(readThumbnail(cpu, day, generator.wantsDetail));
      expect(look.lamps[4]).toBeGreaterThan(0); // it has lamps
      expect(await difference(day, look, DEFAULT_CONTROLS)).toBeLessThanOrEqual(1);
    }
  });

  // The last ones, because they cost the device of all tests before: a software driver takes seconds to open another.
  describe('that fails', () => {
    /** Renders a frame while the GPU fails, and one after it: both are as on the CPU. */
    async function rendersOn(renderer: WebGpuRenderer, width: number, fail: () => void): Promise<void> {
      const look = randomLook(new Random(4), 0.1, 0);
      using day = makeFrame({ width, height: 100 }, (plane, x, y) => (x * 5 + y * 3 + plane * 40) & 255);
      using onCpu = day.clone();
      cpu.apply(look, DEFAULT_CONTROLS, onCpu);
      using night = day.clone();
      const pending = renderer.apply(look, DEFAULT_CONTROLS, night);
      fail();
      await pending;
      expect(largestDifference(night, onCpu)).toBeLessThanOrEqual(1);
      using next = day.clone();
      expect(renderer.apply(look, DEFAULT_CONTROLS, next)).toBeUndefined();
      expect(largestDifference(next, onCpu)).toBe(0);
      expect(renderer.kernel).toBe('WebAssembly');
    }

    it('loses no frame when the device is lost during one, and says so once', async () => {
      const lines: string[] = [];
      using own = await openWebGpuRenderer({ seed: SEED, waitMs: WAIT_MS, onFallback: (line) => lines.push(line) });
      await rendersOn(own, 8192, () => setTimeout(() => own.device.destroy(), 5));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/^the GPU failed and WebAssembly renders now: /);
    });

    it('loses no frame when the device hangs', async () => {
      const hung: string[] = [];
      using own = await openWebGpuRenderer({ seed: SEED, waitMs: 300, onFallback: (line) => hung.push(line) });
      const create = own.device.createBuffer.bind(own.device);
      own.device.createBuffer = (descriptor) => {
        const buffer = create(descriptor);
        buffer.mapAsync = () => new Promise(() => undefined); // what a driver without a watchdog does
        return buffer;
      };
      await rendersOn(own, 64, () => undefined);
      expect(hung).toEqual(['the GPU failed and WebAssembly renders now: the GPU gave no result within 300 ms']);
    });

    it('loses no frame when the device is lost before it', async () => {
      gpu.device.destroy();
      await rendersOn(gpu, 64, () => undefined);
    });

    it('closes once, and renders no more', () => {
      const { day, look } = random({ width: 64, height: 32 });
      using frame = day;
      gpu[Symbol.dispose]();
      gpu[Symbol.dispose]();
      expect(() => gpu.apply(look, DEFAULT_CONTROLS, frame)).toThrow(/renderer is closed/);
    });
  });
});
