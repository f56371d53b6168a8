// Glass-to-glass latency: the built-in street paints the time of its painting into each frame; Chromium decodes, draws, and the code is read back
// from the canvas. `node bench/glass-to-glass.mjs [--seconds 20] [--size 1280x720] [--screenshot FILE]`. Needs Chromium (CHROMIUM names another path).
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { readTimeCode } from '../dist/synth/time-code.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    size: { type: 'string', default: '1280x720' },
    rate: { type: 'string', default: '30' },
    screenshot: { type: 'string' },
  },
});
