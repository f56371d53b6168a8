import type { StreamState } from '../src/stream/protocol.js';
import type { CloseReason } from './retry-policy.js';
import type { ViewerStatus } from './worker-messages.js';

/** Puts what socket, stream and canvas say together into one status; tells of changes only. */
export class StatusTrack {
  readonly #onChange: (status: ViewerStatus) => void;
  #status: ViewerStatus = { kind: 'connecting' };

  constructor(onChange: (status: ViewerStatus) => void) {
    this.#onChange = onChange;
  }

  get status(): ViewerStatus {
    return this.#status;
  }

  set(status: ViewerStatus): void {
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    this.#onChange(status);
  }

  /** The server greeted. An ended stream stays ended until it shows something new. */
  connected(): void {
    if (!this.#isOver()) this.set({ kind: 'waiting' });
  }

  /** A picture was drawn. While the input is lost it can only be an old one. */
  drawn(): void {
    const { kind } = this.#status;
    if (kind === 'waiting' || kind === 'starting') this.set({ kind: 'live' });
  }

  /** The server told the stream's state. */
  streamState(state: StreamState, message: string): void {
    switch (state) {
      case 'starting': {
        this.set({ kind: 'starting', message });
        return;
      }
      case 'live': {
        // The first picture makes it live; one that is drawn already goes on being so.
        this.set(this.#status.kind === 'live' ? { kind: 'live' } : { kind: 'waiting' });
        return;
      }
      case 'reconnecting': {
        this.set({ kind: 'input-lost', message });
        return;
      }
      case 'ended': {
        this.set({ kind: 'ended', message });
        return;
      }
      case 'failed': {
        this.set({ kind: 'failed', message });
        return;
      }
    }
  }

  /** The connection ended; the next try comes at `retryAtMs`, or never. */
  closed(reason: CloseReason, attempt: number, retryAtMs: number | undefined): void {
    if (reason === 'unauthorized') this.set({ kind: 'unauthorized' });
    else if (reason === 'forbidden') this.set({ kind: 'forbidden' });
    else if (reason === 'no-such-stream') this.set({ kind: 'no-such-stream' });
    else if (reason === 'too-many-viewers') this.set({ kind: 'too-many-viewers', retryAtMs: retryAtMs ?? 0 });
    else if (reason === 'shutdown') this.set({ kind: 'server-stopped' });
    else if (reason === 'lost') this.#lost(attempt, retryAtMs ?? 0);
    else if (!this.#isOver()) this.set({ kind: 'ended', message: '' });
  }

  /** A stopped server stays so until it greets: the tries that fail meanwhile are no news. */
  #lost(attempt: number, retryAtMs: number): void {
    if (this.#status.kind !== 'server-stopped') this.set({ kind: 'reconnecting', attempt, retryAtMs });
  }

  #isOver(): boolean {
    return this.#status.kind === 'ended' || this.#status.kind === 'failed';
  }
}
