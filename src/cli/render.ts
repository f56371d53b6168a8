import type { Command } from 'commander';
import { render as renderToNight } from '../library.js';
import { createLogger } from './create-logger.js';
import { ProgressBar, RENDER_STYLE } from './progress-bar.js';
import { readSettings } from './read-settings.js';
import { printJson } from './standard-streams.js';
import { stopSignal } from './stop-signal.js';

/** Runs `nocturne render IN OUT`. */
export async function render(input: string, output: string, command: Command): Promise<void> {
  const settings = readSettings(command);
  const { json: isJson = false } = command.opts<{ json?: boolean }>();
  const bar = new ProgressBar(process.stderr, RENDER_STYLE);
  try {
    const report = await renderToNight(input, output, {
      ...settings,
      logger: createLogger(settings),
      signal: stopSignal(),
      onProgress: (progress) => bar.draw(progress),
    });
    bar.end();
    for (const notice of report.notices) process.stderr.write(`note: ${notice}\n`);
    if (isJson) {
      printJson(report);
      return;
    }
    const rate = `${report.seconds.toFixed(1)} s, ${report.frameRate.toFixed(1)} frames/s`;
    process.stdout.write(`${report.output}: ${report.frames} frames of ${report.width}x${report.height} in ${rate}\n`);
  } finally {
    bar.end();
  }
}
