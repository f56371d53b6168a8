import type { StreamState } from '../src/stream/protocol.js';
import type { CloseReason } from './retry-policy.js';
import type { ViewerStatus } from './worker-messages.js';

/** Combines the states of connection, stream and canvas into one status; reports changes only. */
export class StatusTracker {
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

  /** The server sent its hello. An ended stream stays ended until it has a new state. */
  onConnected(): void {
    if (!this.#hasEnded()) this.set({ kind: 'waiting' });
  }

  /** A frame was drawn. While the input is lost it can only be an old one. */
  onFrameDrawn(): void {
    const { kind } = this.#status;
    if (kind === 'waiting' || kind === 'starting' || kind === 'needs-gesture') this.set({ kind: 'live' });
  }

  /** The browser waits for the user's touch before it plays. */
  onGestureNeeded(): void {
    if (this.#status.kind === 'waiting' || this.#status.kind === 'live') this.set({ kind: 'needs-gesture' });
  }

  /** The server reported the stream's state. */
  onStreamState(state: StreamState, message: string): void {
    switch (state) {
      case 'idle': // it starts for this viewer
      case 'starting': {
        this.set({ kind: 'starting', message });
        return;
      }
      case 'live': {
        // The status is live from the first drawn frame on.
        this.set(this.#status.kind === 'live' ? { kind: 'live' } : { kind: 'waiting' });
        return;
      }
      case 'reconnecting': {
        this.set({ kind: 'input-lost', message });
        return;
      }
      case 'stalled': {
        this.set({ kind: 'stalled', message });
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

  /** The connection closed; the next attempt is at `retryAtMs`, milliseconds since the epoch, or never. */
  onClosed(reason: CloseReason, attempt: number, retryAtMs: number | undefined): void {
    if (reason === 'unauthorized') this.set({ kind: 'unauthorized' });
    else if (reason === 'forbidden') this.set({ kind: 'forbidden' });
    else if (reason === 'no-such-stream') this.set({ kind: 'no-such-stream' });
    else if (reason === 'too-many-viewers') this.set({ kind: 'too-many-viewers', retryAtMs: retryAtMs ?? 0 });
    else if (reason === 'shutdown') this.set({ kind: 'server-stopped' });
    else if (reason === 'lost') this.#onConnectionLost(attempt, retryAtMs ?? 0);
    else if (!this.#hasEnded()) this.set({ kind: 'ended', message: '' });
  }

  /** Keeps the status of a stopped server until its next hello, however many attempts fail before. */
  #onConnectionLost(attempt: number, retryAtMs: number): void {
    if (this.#status.kind !== 'server-stopped') this.set({ kind: 'reconnecting', attempt, retryAtMs });
  }

  #hasEnded(): boolean {
    return this.#status.kind === 'ended' || this.#status.kind === 'failed';
  }
}
