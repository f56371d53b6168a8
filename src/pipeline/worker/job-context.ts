import type { Logger } from '../../core/logger.js';
import type { FromWorker } from '../worker-messages.js';

/** What the worker process gives to its job. */
export interface JobContext {
  /** Posts to the main process. */
  readonly post: (message: FromWorker) => void;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}
