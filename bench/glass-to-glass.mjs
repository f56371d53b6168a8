// Glass-to-glass latency: the built-in street paints the wall clock into each frame as it is made; the stream goes its whole way (night, H.264, WebSocket,
// WebCodecs, canvas) and the code is read back from the canvas when it is drawn. Prints p50 and p99.
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
const flags = ['--port', '0', '--log-level', 'warn', '--generator', values.generator];
const server = spawn(process.execPath, [main, 'serve', input, ...flags], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise((resolve, reject) => {
  server.stdout.on('data', (chunk) => {
    const found = /listening on (http\S+)/.exec(chunk.toString());
    if (found) resolve(found[1]);
  });
  server.once('exit', (code) => reject(new Error(`nocturne serve ended with ${code}`)));
});

/** Frames read in one go: a second's worth at 30 frames/s. */
const BATCH = 30;
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
  for (let tries = 0; (await page.evaluate('nocturne.stats().framesDrawn')) < 60; tries++) {
    if (tries > 300) throw new Error('no frame within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const block = timeCodeBlock(width, height);
  const crop = { width: block * (TIME_CODE_BLOCKS + 2), height: 2 * block };
  const latencies = [];
  let unread = 0;
  const until = performance.now() + Number(values.seconds) * 1000;
  while (performance.now() < until) {
    for (const frame of await page.evaluate(`nocturne.grab(${BATCH}, ${JSON.stringify(crop)})`)) {
      const lumaAt = (x, y) => frame.rgba[4 * ((y - (frame.frameHeight - frame.height)) * frame.width + x) + 1];
      const painted = readTimeCode({ width: frame.frameWidth, height: frame.frameHeight, lumaAt });
      if (painted === undefined) unread++;
      else latencies.push(timeCodeDifference(frame.drawnAtMs % TIME_CODE_MODULUS_MS, painted));
    }
  }
  const stats = await page.evaluate('nocturne.stats()');
  if (values.screenshot) await page.screenshot({ path: values.screenshot });
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))].toFixed(1);
  process.stdout.write(
    `glass to glass at ${values.size}, ${values.rate} frames/s, ${values.generator}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, over ${latencies.length} frames (${unread} codes unread); viewer drew ${stats.framesPerSecond.toFixed(1)} frames/s, ${stats.drops} drops\n`,
  );
} finally {
  await browser.close();
  server.kill('SIGINT');
}
