import { abortedError, deserializeError, NocturneError } from '../../core/errors.js';
import { silentLogger, type Logger } from '../../core/logger.js';
import type { SourceInfo } from '../../ingest/frame-source.js';
import { removePartialFiles } from '../../output/atomic-file.js';
import type { RenderSettings } from '../stream-settings.js';
import type { RenderProgress, RenderReport } from '../worker-messages.js';
import { WorkerProcess } from './worker-process.js';

/** What {@link renderInWorker} takes beside the settings. */
export interface RenderInWorkerOptions {
  readonly logger?: Logger;
  /** Aborts the render: the promise rejects with `ABORTED` and no partial file is left. */
  readonly signal?: AbortSignal;
  /** Called once, when all stages are open. */
  readonly onOpened?: (info: SourceInfo) => void;
  /** Called about five times a second. */
  readonly onProgress?: (progress: RenderProgress) => void;
}

/**
 * Renders a video, an image or an image folder to night, in a worker process. Rejects with NocturneError: an output file is
 * then as it was before; in an output folder the complete images stay.
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
      // Whatever failed after the signal aborted, the user stopped it.
      const isAborted = signal?.aborted === true && error.code !== 'ABORTED';
      settle(() => reject(isAborted ? abortedError(`${settings.output} was complete`) : error));
    };
    const worker = new WorkerProcess({
      job: { kind: 'render', settings },
      logger: options.logger ?? silentLogger,
      onMessage: (message) => {
        if (message.type === 'opened') options.onOpened?.(message.info);
        if (message.type === 'progress') options.onProgress?.(message.progress);
        if (message.type === 'failed') {
          fail(deserializeError(message.error));
          stop(); // a worker whose encoder hangs does not end by itself
        }
        if (message.type === 'done' && message.report) {
          const { report } = message;
          settle(() => resolve(report));
        }
      },
      onExit: (error) => {
        if (error) void removeAllPartialFiles(settings, worker.pid ?? 0).then(() => fail(renderError(error)));
      },
    });
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
  });
}

/** Removes what a dead worker left of the output and of the list of lamps. Never throws. */
async function removeAllPartialFiles({ output, lamps }: RenderSettings, processId: number): Promise<void> {
  await removePartialFiles(output, processId);
  if (lamps !== undefined) await removePartialFiles(lamps, processId);
}

/** The failure of a render whose worker died: unlike a stream, it is not restarted. */
function renderError({ code, stage, message, cause }: NocturneError): NocturneError {
  const remedy = 'No partial file was left; start the render again, and report it if it happens again.';
  return new NocturneError({ code, stage, message, cause, remedy });
}
