import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { StreamStats } from '../../src/stream/protocol.js';
import { nocturne, startServe } from '../support/command.js';
import { ffmpeg, hasFfmpeg } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

it.skipIf(!hasFfmpeg)(
  'reports a file and a live input that are too much for any machine: in the log, the API, metrics',
  async () => {
    const clip = join(folder, 'large.mp4');
    const encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '240'];
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=3840x2160:rate=240:duration=1', ...encode, clip);
    const inputs = [`file=${clip}`, 'live=street:size=3840x2160,rate=240'];
    const serve = await startServe([...inputs, '--loop', '--threads', '64']);
    const overloadOf = async (name: string): Promise<string> => {
      const stream = (await (await fetch(new URL(`api/streams/${name}`, serve.url))).json()) as { stats: StreamStats };
      return stream.stats.overload;
    };
    try {
      const wanted = [
        ['file', /^The stream plays at \d+ % of its speed: [\d.]+ of 240\.0 frames\/s at 3840x2160\. .*smaller video/],
        [
          'live',
          /^The stream loses \d+ % of its frames: [\d.]+ of 240\.0 frames\/s at 3840x2160\. .*(?:smaller video|in bursts)/,
        ],
      ] as const; // a busy machine also paints the live street too slowly
      for (const [name, sentence] of wanted) {
        let said = '';
        while (said === '') {
          await sleep(250);
          said = await overloadOf(name);
        }
        expect(said).toMatch(sentence);
      }
      const metrics = await (await fetch(new URL('metrics', serve.url))).text();
      expect(metrics).toContain('nocturne_overloaded{stream="file"} 1');
      const lines = serve.log().split('\n');
      for (const [name] of wanted) {
        expect(lines.filter((line) => line.includes(`"${name}"`) && /% of its/.test(line))).toHaveLength(1);
      }
      const cores = availableParallelism();
      if (cores < 64) expect(serve.log()).toContain(`CPU cores: ${cores} are used.`);
      if (cores < 2) expect(serve.log()).toContain('2 streams share one CPU core.');
    } finally {
      await serve.stop();
    }
  },
);

it('refuses to start more streams than fit the memory', async () => {
  const limit = process.constrainedMemory();
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const count = Math.ceil(total / (150 * 2 ** 20)); // a stream counts as more
  const inputs = Array.from({ length: count }, () => 'street');
  const { exitCode, stdout, stderr } = await nocturne(['serve', ...inputs, '--port', '0']);
  expect(exitCode).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(
    new RegExp(
      `^nocturne: ${count} streams need about \\d+ MiB, and there are \\d+ MiB\\. Serve \\d+ at most\\. \\[OUT_OF_MEMORY\\]\\n$`,
    ),
  );
});
