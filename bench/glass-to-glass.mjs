// Glass-to-glass latency: the built-in street draws the wall clock as a time code into each frame it makes; the frame passes the whole chain (night, H.264,
// WebSocket, WebCodecs, canvas), and the benchmark reads the time code from the canvas when the viewer page draws it. Prints p50 and p99. The part with
// the time code is left by day, in the split view: lit relights it.
// Options: --seconds 20 --size 1280x720 --rate 30 --generator auto --screenshot FILE. Needs Chromium: CHROMIUM names it, default /usr/bin/chromium.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import {
  readTimeCode,
  timeCodeBlock,
  timeCodeDifference,
  TIME_CODE_BLOCKS,
  TIME_CODE_MODULUS_MS,
} from '../dist/synth/time-code.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    size: { type: 'string', default: '1280x720' },
    rate: { type: 'string', default: '30' },
    generator: { type: 'string', default: 'auto' },
    screenshot: { type: 'string' },
  },
});
const [width, height] = values.size.split('x').map(Number);
const main = new URL('../dist/cli/main.js', import.meta.url).pathname;
const input = `street:size=${values.size},rate=${values.rate},timecode=1`;
const split = Math.min(1, (timeCodeBlock(width, height) * (TIME_CODE_BLOCKS + 2) + 8) / width).toFixed(3);
const view = ['--view', 'split', '--split', split];
const flags = ['--port', '0', '--log-level', 'warn', '--generator', values.generator, ...view];
const server = spawn(process.execPath, [main, 'serve', input, ...flags], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise((resolve, reject) => {
  server.stdout.on('data', (chunk) => {
    const found = /listening on (http\S+)/.exec(chunk.toString());
    if (found) resolve(found[1]);
  });
  server.once('exit', (code) => reject(new Error(`nocturne serve exited with code ${code}`)));
});

/** Frames read at a time: one second at 30 frames/s. */
const BATCH_FRAMES = 30;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.goto(url);
  for (let attempt = 0; (await page.evaluate('nocturne.stats().framesDrawn')) < 60; attempt++) {
    if (attempt > 300) throw new Error('the viewer page drew no frames within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const block = timeCodeBlock(width, height);
  const crop = { width: block * (TIME_CODE_BLOCKS + 2), height: 2 * block };
  const latencies = [];
  let unread = 0;
  const until = performance.now() + Number(values.seconds) * 1000;
  while (performance.now() < until) {
    for (const frame of await page.evaluate(`nocturne.grab(${BATCH_FRAMES}, ${JSON.stringify(crop)})`)) {
      const lumaAt = (x, y) => frame.rgba[4 * ((y - (frame.frameHeight - frame.height)) * frame.width + x) + 1];
      const madeAtMs = readTimeCode({ width: frame.frameWidth, height: frame.frameHeight, lumaAt });
      if (madeAtMs === undefined) unread++;
      else latencies.push(timeCodeDifference(frame.drawnAtMs % TIME_CODE_MODULUS_MS, madeAtMs));
    }
  }
  const stats = await page.evaluate('nocturne.stats()');
  if (values.screenshot) await page.screenshot({ path: values.screenshot });
  if (latencies.length === 0) throw new Error(`no time code could be read, of ${unread} frames`);
  latencies.sort((a, b) => a - b);
  const quantile = (q) => latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))].toFixed(1);
  process.stdout.write(
    `glass to glass at ${values.size}, ${values.rate} frames/s, ${values.generator}: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, over ${latencies.length} frames (${unread} time codes unreadable); viewer drew ${stats.framesPerSecond.toFixed(1)} frames/s, ${stats.drops} drops\n`,
  );
} finally {
  await browser.close();
  server.kill('SIGINT');
}
