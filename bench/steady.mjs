// Times the temporal stage on one thread: milliseconds per frame, p50 and p95. Runs alone too: `npm run build && node bench/steady.mjs`.
import { pathToFileURL } from 'node:url';

/** The built-in street as video: everything moves. */
const STREET = 'street:size=640x360,rate=30,duration=5';
/** Measured passes over the street, after one for V8 to optimise. */
const ROUNDS = 6;
/** Gap between two rounds, microseconds of the video. */
const GAP_US = 10_000_000;

/** Times motion, propagation, blending and the flicker meter, everything but the generator. Prints a line, returns p50 and p95. */
export async function benchSteady({ root = new URL('../dist/', import.meta.url) } = {}) {
  const { LookMaker } = await import(new URL('pipeline/look-thread/look-maker.js', root).href);
  const { createSteadier } = await import(new URL('temporal/motion-steadier.js', root).href);
  const { createGrade } = await import(new URL('infer/grade/grade.js', root).href);
  const { openSource } = await import(new URL('ingest/open-source.js', root).href);
  const { DEFAULT_SOURCE_OPTIONS } = await import(new URL('ingest/source-options.js', root).href);
  const { openRenderer } = await import(new URL('render/wasm-renderer.js', root).href);
  const { Percentiles } = await import(new URL('core/stats.js', root).href);
  const { DIALS } = await import(new URL('core/controls.js', root).href);
  const { copyLookInto, emptyLook } = await import(new URL('look/look.js', root).href);

  const { signal } = new AbortController();
  const source = await openSource(STREET, DEFAULT_SOURCE_OPTIONS, signal);
  const renderer = await openRenderer();
  const grade = await createGrade();
  const scene = [];
  for await (const frame of source.frames(signal)) {
    const { data, pts, discontinuity } = renderer.thumbnail(frame);
    const look = emptyLook();
    copyLookInto(await grade.translate({ data, pts, discontinuity }), look);
    scene.push({ thumbnail: { data: data.slice(), pts, discontinuity }, look });
    frame.close();
  }
  await source.close();

  let next;
  const generator = { card: grade.card, device: grade.device, translate: () => Promise.resolve(next) };
  const maker = new LookMaker(generator, await createSteadier());
  const times = new Percentiles(ROUNDS * scene.length);
  for (let round = -1; round < ROUNDS; round++) {
    const offset = (round + 1) * (GAP_US + scene.at(-1).thumbnail.pts);
    for (const { thumbnail, look } of scene) {
      next = look;
      const made = await maker.make({ ...thumbnail, pts: thumbnail.pts + offset }, DIALS.smoothing.default);
      if (round >= 0) times.add(made.steadyMs);
    }
  }
  renderer[Symbol.dispose]();
  await grade.close();
  const [p50, p95] = [times.quantile(0.5), times.quantile(0.95)];
  console.log(
    `steady  ${p50.toFixed(2)} / ${p95.toFixed(2)}   (ms, p50 / p95, one thread: motion, propagation, blending, flicker meter)`,
  );
  return { p50, p95 };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await benchSteady();
