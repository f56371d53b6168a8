import { aborted, deserializeError, NocturneError } from '../../core/errors.js';
import { silentLogger, type Logger } from '../../core/logger.js';
import type { SourceInfo } from '../../ingest/frame-source.js';
import { removePartialFiles } from '../../output/atomic-file.js';
import type { RenderSettings } from '../stream-settings.js';
import type { RenderProgress, RenderReport } from '../worker-messages.js';
import { WorkerProcess } from './worker-process.js';

/** What {@link renderInWorker} may be given beside its settings. */
export interface RenderInWorkerOptions {
  readonly logger?: Logger;
  /** Stops the work; the promise then rejects with `ABORTED` and no file is left half written. */
  readonly signal?: AbortSignal;
  /** Called once, when input and output are open. */
  readonly onOpened?: (info: SourceInfo) => void;
  /** Called about five times a second. */
  readonly onProgress?: (progress: RenderProgress) => void;
}

/**
 * Renders a video file, a picture or a folder of pictures to night, in a worker process. Rejects with NocturneError: a
 * file is then as it was before; of a folder the pictures that were complete stay.
 */
export async function renderInWorker(
  settings: RenderSettings,
  options: RenderInWorkerOptions = {},
): Promise<RenderReport> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    const stop = (): void => void worker.stop();
    const settle = (action: () => void): void => {
      signal?.removeEventListener('abort', stop);
      action();
    };
    const fail = (error: NocturneError): void => {
      // Whatever broke off because of the signal, the user stopped it.
      const isAborted = signal?.aborted === true && error.code !== 'ABORTED';
      settle(() => reject(isAborted ? aborted(`${settings.output} was complete`) : error));
    };
    const worker = new WorkerProcess({
      job: { kind: 'render', settings },
      logger: options.logger ?? silentLogger,
      onMessage: (message) => {
        if (message.type === 'opened') options.onOpened?.(message.info);
        if (message.type === 'progress') options.onProgress?.(message.progress);
        if (message.type === 'failed') fail(deserializeError(message.error));
        if (message.type === 'done' && message.report) {
          const { report } = message;
          settle(() => resolve(report));
        }
      },
      onExit: (error) => {
        if (error) void removePartialFiles(settings.output, worker.pid ?? 0).then(() => fail(ofRender(error)));
      },
    });
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
  });
}

/** A worker's death as it concerns a render, which nobody starts again. */
function ofRender({ code, stage, message, cause }: NocturneError): NocturneError {
  const remedy = 'Nothing was left half written; start the render again, and report it when it repeats.';
  return new NocturneError({ code, stage, message, cause, remedy });
}
