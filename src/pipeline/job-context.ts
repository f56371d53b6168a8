import { NocturneError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { FromWorker } from './worker-messages.js';

/** What a render has around it inside its worker. */
export interface JobContext {
  readonly post: (message: FromWorker) => void;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** The failure of work that the user stopped. @param what a clause: `OUT was complete`. */
export function aborted(what: string): NocturneError {
  return new NocturneError({ code: 'ABORTED', stage: 'pipeline', message: `stopped before ${what}.` });
}
