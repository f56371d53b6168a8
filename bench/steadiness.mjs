// Steadiness of every clip of the footage and of the built-in street: warping error and flicker of the day, of the night with a new look
// for each frame, of the night with the default smoothing, and of the night with one constant look, and how many of its lamps go out and on
// again within a second. docs/steadiness.md explains the columns.
//   npm run build && node bench/steadiness.mjs [--frames 200] [--generator NAME|FILE] [--smoothing 0..1] [CLIP...]
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { DIALS } from '../dist/core/controls.js';
import { measureSteadiness } from '../dist/evaluate/steadiness.js';
import { openGenerator } from '../dist/infer/open-generator.js';
import { openSource } from '../dist/ingest/open-source.js';
import { DEFAULT_SOURCE_OPTIONS } from '../dist/ingest/source-options.js';
import { openRenderer } from '../dist/render/wasm-renderer.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    frames: { type: 'string', default: '200' },
    generator: { type: 'string', default: 'auto' },
    smoothing: { type: 'string', default: String(DIALS.smoothing.default) },
  },
});
const maxFrames = Number(values.frames);
const footage = join(process.env.NOCTURNE_FOOTAGE ?? '../shared/data', 'clips');
const clips = existsSync(footage) ? readdirSync(footage).map((name) => join(footage, name)) : [];
if (clips.length === 0)
  console.log(`no clips at ${footage}: measuring the built-in street only (NOCTURNE_FOOTAGE sets the folder)`);
const inputs = positionals.length > 0 ? positionals : [...clips, 'street:size=640x360,duration=10'];

/** The first frames of an input. */
async function* firstFrames(input) {
  const { signal } = new AbortController();
  const source = await openSource(input, DEFAULT_SOURCE_OPTIONS, signal);
  try {
    let count = 0;
    for await (const frame of source.frames(signal)) {
      yield frame;
      if (++count >= maxFrames) break;
    }
  } finally {
    await source.close();
  }
}

const ratio = (row, day, name) => (row[name] / day[name]).toFixed(2).padStart(6);
const share = ({ flicker }) => `${(100 * flicker).toFixed(2)} %`.padStart(7);
console.log(`first ${maxFrames} frames, ${values.generator}, smoothing ${values.smoothing}; ratios to the day's own`);
console.log(
  `${''.padEnd(30)} cuts  warping error: day   unsmoothed  smoothed  held   not divided: unsm.  smoothed  held   flicker: day  unsm.  smoothed   lamps that blink`,
);
const generator = await openGenerator({ generator: values.generator });
const renderer = await openRenderer();
let [seen, blinking] = [0, 0];
for (const input of inputs) {
  const tools = { generator, renderer, smoothing: Number(values.smoothing) };
  const { day, unsmoothed, result, held, cuts, lamps } = await measureSteadiness(firstFrames(input), tools);
  const of = (name) => [unsmoothed, result, held].map((row) => ratio(row, day, name)).join('  ');
  console.log(
    `${basename(input).slice(0, 30).padEnd(30)} ${String(cuts).padStart(4)}  ${day.warpingError.toFixed(5)}  ${of('warpingError')}   ${of('squaredError')}   ${[day, unsmoothed, result].map(share).join('  ')}   ${lamps.blinking} of ${lamps.lamps}`,
  );
  seen += lamps.lamps;
  blinking += lamps.blinking;
}
if (seen > 0)
  console.log(`lamps that go out and on again within a second: ${((100 * blinking) / seen).toFixed(1)} % of ${seen}`);
await generator.close();
renderer[Symbol.dispose]();
