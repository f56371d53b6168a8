// Before and after: a clip's night with a look of its own for every frame beside the steadied one, slowed down, to be watched.
//   node scripts/steady-ab.mjs INPUT OUT.mp4 [--start 0] [--duration 4] [--slow 3] [--generator NAME|FILE]
// Needs the ffmpeg command. Left: --smoothing 0. Right: the default. Grain is off in both.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { render } from '../dist/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    start: { type: 'string', default: '0' },
    duration: { type: 'string', default: '4' },
    slow: { type: 'string', default: '3' },
    generator: { type: 'string', default: 'auto' },
  },
});
const [input, out] = positionals;
if (!input || !out) {
  console.error(
    'usage: node scripts/steady-ab.mjs INPUT OUT.mp4 [--start 0] [--duration 4] [--slow 3] [--generator NAME|FILE]',
  );
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'nocturne-ab-'));
try {
  const [before, after] = [join(folder, 'before.mkv'), join(folder, 'after.mkv')];
  const options = {
    start: Number(values.start),
    duration: Number(values.duration),
    generator: values.generator,
    grain: 0,
    crf: 12,
    preset: 'ultrafast',
  };
  await render(input, before, { ...options, smoothing: 0 });
  await render(input, after, options);
  const filter = `[0:v][1:v]hstack,setpts=${Number(values.slow)}*PTS`;
  const inputs = ['-i', before, '-i', after];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...inputs, '-filter_complex', filter, '-an', '-crf', '16', out]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
