// Kills `nocturne augment` at random moments and continues it: nothing may be missing or double, and every file must have the bytes of a run
// that nobody disturbed. `node bench/augment-kill.mjs [--kills 20] [--images 24] [--seed 1]`; exits with 1 where a run differs.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, isDeepStrictEqual } from 'node:util';
import { Random } from '../dist/core/random.js';
import { hashesOf, makeSet, manifestOf, runAugment, startAugment } from './augment-set.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    images: { type: 'string', default: '24' },
    seed: { type: 'string', default: '1' },
  },
});
const kills = Number(values.kills);
const random = new Random(Number(values.seed));
const folder = mkdtempSync(join(tmpdir(), 'nocturne-kill-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const input = join(folder, 'day');
await makeSet(input, { count: Number(values.images), width: 480, height: 270 });
const options = ['--variants', '2', '--jobs', '2', '--lamp-labels', 'coco', '--light-mask'];

const whole = join(folder, 'whole');
const undisturbed = await runAugment([input, whole, ...options]);
const expected = { files: hashesOf(whole), rows: manifestOf(whole) };
console.log(`undisturbed: ${expected.rows.length} nights in ${undisturbed.seconds.toFixed(1)} s`);

let failures = 0;
let redoneMost = 0;
for (let kill = 1; kill <= kills; kill++) {
  const output = join(folder, `killed-${kill}`);
  const afterMs = Math.round(random.between(0, 1.05 * undisturbed.seconds * 1000));
  const child = startAugment([input, output, ...options]);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
  await ended;
  clearTimeout(timer);
  const stored = storedIn(output);
  const { stdout } = await runAugment([input, output, ...options, '--json']);
  const { made, found, missing } = JSON.parse(stdout);
  const left = leftoversIn(output);
  const isSame =
    isDeepStrictEqual(hashesOf(output), expected.files) && isDeepStrictEqual(manifestOf(output), expected.rows);
  const isWhole = made + found === expected.rows.length && missing === 0 && found >= stored.rows;
  redoneMost = Math.max(redoneMost, stored.files - found);
  if (!isSame || !isWhole || left.length > 0) failures++;
  console.log(
    `killed after ${String(afterMs).padStart(6)} ms: ${found} nights kept, ${made} made, ${stored.files - found} of them again; ` +
      `${isSame ? 'same bytes' : 'OTHER BYTES'}${left.length > 0 ? `; LEFT ${left.join(', ')}` : ''}${isWhole ? '' : '; NOT WHOLE'}`,
  );
  rmSync(output, { recursive: true, force: true });
}
console.log(`${kills - failures} of ${kills} runs are as undisturbed; at most ${redoneMost} nights were made twice`);
process.exitCode = failures === 0 ? 0 : 1;

/** Whole rows in the journal, and nights in the set, after a kill. */
function storedIn(output) {
  const count = (command) => Number(execFileSync('bash', ['-c', command, 'bash', output], { encoding: 'utf8' }));
  return {
    rows: count('cat "$1"/nocturne/journal/*.jsonl 2>/dev/null | grep -c "}$" || true'),
    files: count('find "$1" -name "*.jpg" -not -name ".*" 2>/dev/null | wc -l'),
  };
}

/** Temporary files, which are hidden. */
function leftoversIn(output) {
  return readdirSync(output, { recursive: true }).filter((path) => /(^|\/)\./.test(path));
}
