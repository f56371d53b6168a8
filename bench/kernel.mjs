// Times the thumbnail and the apply kernel on one thread: milliseconds per frame, p50 and p95. Runs alone too: `node bench/kernel.mjs`.
import { pathToFileURL } from 'node:url';

/** Frame sizes: 360p, 720p and 1080p video. */
const SIZES = [
  { name: '360p', width: 640, height: 360 },
  { name: '720p', width: 1280, height: 720 },
  { name: '1080p', width: 1920, height: 1080 },
];
/** Sixty lamps of a city street, by their radius in shares of the width. */
const LAMPS = [
  { count: 15, radius: [1, 1] },
  { count: 20, radius: [2, 3] },
  { count: 20, radius: [4, 6] },
  { count: 5, radius: [12, 12] },
].map(({ count, radius }) => ({ count, radius: radius.map((pixels) => pixels / 1280) }));
/** Frames before the first measured one: V8 optimises hot WebAssembly in the meantime. */
const WARM_UP_FRAMES = 30;

/**
 * Measures every size, prints a table, returns its rows. `root` is the folder of the build. The `full` look is random: chroma changes luma, a seventh of
 * the lights layer is lit. The `plain` look is like the grade's: chroma does not change luma, no lights. The `lamps` look is the
 * plain one with 60 lamps.
 */
export async function benchKernels({ frames = 120, root = new URL('../dist/', import.meta.url) } = {}) {
  const { openRenderer } = await import(new URL('render/wasm-renderer.js', root).href);
  const { Frame } = await import(new URL('core/frame.js', root).href);
  const { Percentiles } = await import(new URL('core/stats.js', root).href);
  const { Random } = await import(new URL('core/random.js', root).href);
  const { DEFAULT_CONTROLS } = await import(new URL('core/controls.js', root).href);
  const { assumedColor } = await import(new URL('core/color.js', root).href);
  const { micros } = await import(new URL('core/time.js', root).href);
  const { emptyLook, LAMP_FIELDS } = await import(new URL('look/look.js', root).href);

  const looks = { full: emptyLook(), plain: emptyLook() };
  const random = new Random(3);
  for (let i = 0; i < looks.full.grid.length; i++) {
    const isDiagonal = i % 12 === 0 || i % 12 === 5 || i % 12 === 10;
    looks.full.grid[i] = (isDiagonal ? 0.3 : 0) + random.between(-0.1, 0.1);
    looks.plain.grid[i] = isDiagonal ? 0.3 : 0;
  }
  for (let i = 0; i < looks.full.lights.length; i++) {
    looks.full.lights[i] = Math.floor(i / 16) % 7 === 0 ? random.next() * 0.2 : 0;
  }
  looks.lamps = { ...looks.plain, lamps: lampList(random, LAMP_FIELDS) };

  const renderer = await openRenderer({ seed: 1 });
  const rows = [];
  for (const { name, width, height } of SIZES) {
    const frame = Frame.allocate({
      width,
      height,
      pts: micros(0),
      duration: micros(0),
      capturedAt: micros(0),
      color: assumedColor(height),
    });
    paint(frame, random);
    const day = frame.y.slice();
    const stages = ['thumbnail', 'full', 'plain', 'lamps'];
    const times = Object.fromEntries(stages.map((stage) => [stage, new Percentiles(frames)]));
    for (let i = -WARM_UP_FRAMES; i < frames; i++) {
      const measure = (stage, work) => {
        const started = performance.now();
        work();
        if (i >= 0) times[stage].add(performance.now() - started);
      };
      frame.y.set(day);
      measure('thumbnail', () => renderer.thumbnail(frame));
      measure('full', () => renderer.apply(looks.full, DEFAULT_CONTROLS, frame));
      frame.y.set(day);
      measure('plain', () => renderer.apply(looks.plain, DEFAULT_CONTROLS, frame));
      frame.y.set(day);
      measure('lamps', () => renderer.apply(looks.lamps, DEFAULT_CONTROLS, frame));
    }
    frame.close();
    const figures = Object.entries(times).map(([stage, t]) => [stage, { p50: t.quantile(0.5), p95: t.quantile(0.95) }]);
    rows.push({ size: name, ...Object.fromEntries(figures) });
  }
  renderer[Symbol.dispose]();
  console.log(kernelTable(rows));
  return rows;
}

/** Random places, colours and shapes for {@link LAMPS}. */
function lampList(random, fields) {
  const list = new Float32Array(256 * fields);
  let at = 0;
  for (const { count, radius } of LAMPS) {
    for (let i = 0; i < count; i++, at += fields) {
      const [radiusX, radiusY] = [random.between(...radius), random.between(...radius)];
      const [luma, u, v] = [random.between(0.4, 3), random.between(-0.4, 0.1), random.between(-0.1, 1)];
      const [hardness, glare] = [random.next() < 0.4 ? 3 : 1, random.between(0.1, 0.5)];
      const dayBelow = hardness > 1 && random.next() < 0.6 ? 0.5 : 0; // windows
      const place = [random.next(), random.between(0.2, 0.8)];
      list.set([...place, radiusX, radiusY, luma, u, v, hardness, glare, dayBelow], at);
    }
  }
  return list;
}

/** Fills all planes of a frame with gradients and noise. */
function paint(frame, random) {
  for (let i = 0; i < frame.y.length; i++)
    frame.y[i] = 16 + ((i % frame.width) * 180) / frame.width + random.next() * 30;
  for (const plane of [frame.u, frame.v]) for (let i = 0; i < plane.length; i++) plane[i] = 100 + random.next() * 56;
}

/** The rows as lines of text. */
function kernelTable(rows) {
  const cell = ({ p50, p95 }) => `${p50.toFixed(2)} / ${p95.toFixed(2)}`.padEnd(16);
  const lines = rows.map((r) => {
    const lamps = r.lamps.p50 - r.plain.p50;
    const added = `${lamps.toFixed(2)} ms, ${((100 * lamps) / r.plain.p50).toFixed(0)} % of plain`;
    return r.size.padEnd(8) + cell(r.thumbnail) + cell(r.plain) + cell(r.full) + added;
  });
  const head = 'size    thumbnail       apply, plain    apply, full     60 lamps   (ms, p50 / p95, one thread)';
  return [head, ...lines].join('\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await benchKernels();
}
