import type { Command } from 'commander';
import { controlsOf } from '../config/settings.js';
import { render as renderToNight } from '../pipeline/render.js';
import { createLogger } from './create-logger.js';
import { ProgressBar } from './progress-bar.js';
import { readSettings } from './settings-options.js';
import { stopSignal } from './stop-signal.js';

/** `nocturne render IN OUT`. */
export async function render(input: string, output: string, command: Command): Promise<void> {
  const settings = readSettings(command);
  const bar = new ProgressBar(process.stderr);
  try {
    const report = await renderToNight(
      {
        input,
        output,
        model: { generator: settings.generator, device: settings.device, threads: settings.threads },
        controls: controlsOf(settings),
        seed: settings.seed,
        startS: settings.start,
        ...(settings.duration === undefined ? {} : { durationS: settings.duration }),
        codec: settings.codec,
        ...(settings.crf === undefined ? {} : { crf: settings.crf }),
        ...(settings.preset === undefined ? {} : { preset: settings.preset }),
        ...(settings.inputFormat === undefined ? {} : { inputFormat: settings.inputFormat }),
        overwrite: settings.overwrite,
        decoderThreads: settings.decoderThreads,
      },
      {
        logger: createLogger(settings),
        signal: stopSignal(),
        onProgress: (progress) => bar.draw(progress),
      },
    );
    bar.end();
    for (const notice of report.notices) process.stderr.write(`note: ${notice}\n`);
    const rate = `${report.seconds.toFixed(1)} s, ${report.frameRate.toFixed(1)} frames/s`;
    process.stdout.write(`${report.output}: ${report.frames} frames of ${report.width}x${report.height} in ${rate}\n`);
  } finally {
    bar.end();
  }
}
