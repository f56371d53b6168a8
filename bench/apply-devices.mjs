// Times the apply kernel on the CPU (WebAssembly) and on a GPU (WebGPU): wall-clock and CPU milliseconds a frame, transfers included.
// `node bench/apply-devices.mjs [--software] [--frames N] [--sizes 720p,1080p,4K]`; software drivers only where asked for.
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { assumedColor } from '../dist/core/color.js';
import { DEFAULT_CONTROLS } from '../dist/core/controls.js';
import { Frame } from '../dist/core/frame.js';
import { Random } from '../dist/core/random.js';
import { Percentiles } from '../dist/core/stats.js';
import { micros } from '../dist/core/time.js';
import { emptyLook, LAMP_FIELDS } from '../dist/look/look.js';
import { openRenderer } from '../dist/render/wasm-renderer.js';
import { openWebGpuRenderer } from '../dist/render/webgpu/webgpu-renderer.js';

const SIZES = { '720p': [1280, 720], '1080p': [1920, 1080], '4K': [3840, 2160] };
const WARM_UP_FRAMES = 10;

/** Prints a table of all sizes and devices. */
export async function benchApplyDevices({ frames = 60, sizes = Object.keys(SIZES), software = false } = {}) {
  const renderers = [await openRenderer()];
  try {
    renderers.push(await openWebGpuRenderer({ onlyHardware: !software }));
  } catch (error) {
    console.log(`not measured on a GPU: ${error.message}`);
  }
  console.log('size    look    ms p50   ms p95   CPU ms   megapixels/s   kernel');
  for (const size of sizes) {
    for (const [name, look] of Object.entries(looks())) {
      for (const renderer of renderers) await measure({ size, name, look, renderer, frames });
    }
  }
  for (const renderer of renderers) renderer[Symbol.dispose]();
}

async function measure({ size, name, look, renderer, frames }) {
  const [width, height] = SIZES[size];
  const frame = paint(width, height);
  const times = new Percentiles(frames);
  const warmUp = Math.min(WARM_UP_FRAMES, frames);
  let used = 0;
  for (let i = -warmUp; i < frames; i++) {
    const before = process.cpuUsage();
    const started = performance.now();
    await renderer.apply(look, DEFAULT_CONTROLS, frame);
    if (i < 0) continue;
    times.add(performance.now() - started);
    const { user, system } = process.cpuUsage(before);
    used += (user + system) / 1000;
  }
  frame.close();
  const p50 = times.quantile(0.5);
  const cells = [p50.toFixed(2), times.quantile(0.95).toFixed(2), (used / frames).toFixed(2)];
  const rate = ((width * height) / 1000 / p50).toFixed(0).padEnd(15);
  console.log(size.padEnd(8) + name.padEnd(8) + cells.map((cell) => cell.padEnd(9)).join('') + rate + renderer.kernel);
}

/** A plain night, one whose chroma changes luma and whose lights fill a seventh of the layer, and a plain one with 60 lamps. */
function looks() {
  const random = new Random(3);
  const [plain, full, lamps] = [emptyLook(), emptyLook(), emptyLook()];
  for (let i = 0; i < plain.grid.length; i++) {
    const isDiagonal = i % 12 === 0 || i % 12 === 5 || i % 12 === 10;
    plain.grid[i] = isDiagonal ? 0.3 : 0;
    full.grid[i] = plain.grid[i] + random.between(-0.1, 0.1);
  }
  lamps.grid.set(plain.grid);
  for (let i = 0; i < full.lights.length; i++) {
    full.lights[i] = Math.floor(i / 16) % 7 === 0 ? random.next() * 0.2 : 0;
  }
  for (let i = 0; i < 60; i++) {
    const radius = random.between(1, 6) / 1280;
    const hardness = i % 5 < 2 ? 3 : 1;
    const lamp = [random.next(), random.between(0.2, 0.8), radius, radius, random.between(0.4, 3), -0.2, 0.4];
    lamps.lamps.set([...lamp, hardness, 0.3], i * LAMP_FIELDS);
  }
  return { plain, full, lamps };
}

/** A frame of noise around grey. The caller closes it. */
function paint(width, height) {
  const times = { pts: micros(0), duration: micros(0), capturedAt: micros(0) };
  const frame = Frame.allocate({ width, height, color: assumedColor(height), ...times });
  const random = new Random(1);
  for (const plane of [frame.y, frame.u, frame.v]) {
    for (let i = 0; i < plane.length; i++) plane[i] = 80 + random.below(96);
  }
  return frame;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const options = { software: { type: 'boolean' }, frames: { type: 'string' }, sizes: { type: 'string' } };
  const { values } = parseArgs({ options });
  await benchApplyDevices({
    software: values.software ?? false,
    ...(values.frames ? { frames: Number(values.frames) } : {}),
    ...(values.sizes ? { sizes: values.sizes.split(',') } : {}),
  });
}
