// Probes and renders the files that its parent names, in this process, as `nocturne probe` and the worker of `nocturne render` do.
import { asNocturneError, ERROR_CODES, EXIT_CODES } from '../dist/core/errors.js';
import { DEFAULT_CONTROLS } from '../dist/core/controls.js';
import { silentLogger } from '../dist/core/logger.js';
import { DEFAULT_SOURCE_OPTIONS } from '../dist/ingest/source-options.js';
import { probeInput } from '../dist/ingest/probe.js';
import { runRenderJob } from '../dist/pipeline/worker/render-job.js';

/** The exit code that the command line would give, and the error's line. */
async function outcomeOf(work) {
  try {
    return { exit: 0, value: await work() };
  } catch (error) {
    const failure = asNocturneError(error, 'pipeline');
    return { exit: EXIT_CODES[ERROR_CODES[failure.code].exit].code, code: failure.code, line: failure.toLine() };
  }
}

process.on('message', ({ input, output }) => {
  void (async () => {
    const probe = await outcomeOf(() => probeInput(input, DEFAULT_SOURCE_OPTIONS));
    const settings = {
      ...{
        input,
        output,
        overwrite: true,
        startS: 0,
        codec: 'h264',
        preset: 'ultrafast',
        decoderThreads: DEFAULT_SOURCE_OPTIONS.decoderThreads,
      },
      ...{ model: { generator: 'grade', device: 'cpu', threads: 1 }, controls: DEFAULT_CONTROLS, seed: 1 },
    };
    const context = { post: () => undefined, logger: silentLogger, signal: new AbortController().signal };
    const render = await outcomeOf(() => runRenderJob(settings, context));
    process.send({ probe, render });
  })();
});
