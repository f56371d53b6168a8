import type { Logger } from '../../core/logger.js';
import type { FromWorker } from '../worker-messages.js';

/** What a render has around it inside its worker. */
export interface JobContext {
  readonly post: (message: FromWorker) => void;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}
