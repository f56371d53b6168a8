import { requireElement } from './dom.js';
import { describeStatus } from './status-description.js';
import type { ViewerStatus } from './worker-messages.js';

/** The badge beside the name: live, degraded, overloaded, stalled, or the status. */
export class StatusBadge {
  readonly #element = requireElement('badge', HTMLElement);
  readonly #text = requireElement('badge-text', HTMLElement);
  #isLive = false;
  #overload = '';
  #degraded = '';

  showStatus(status: ViewerStatus): void {
    this.#isLive = status.kind === 'live';
    const description = describeStatus(status, location, Date.now());
    if (!description) this.#write('Live', 'live');
    else this.#write(description.tone === 'busy' ? description.title : 'Not playing', description.tone);
  }

  /** @param framesPerSecond frames drawn per second; 0 while live is a stall. */
  showRate(framesPerSecond: number): void {
    if (!this.#isLive) return;
    if (framesPerSecond === 0) this.#write('Stalled', 'busy');
    else if (this.#degraded !== '') this.#write('Degraded', 'busy');
    else if (this.#overload !== '') this.#write('Overloaded', 'busy');
    else this.#write('Live', 'live');
  }

  /** @param overload why the server cannot keep the stream's pace; empty while it can. */
  showOverload(overload: string): void {
    this.#overload = overload;
    this.#showTitle();
  }

  /** @param degraded why another generator makes the night; empty while the stream's own does. */
  showDegraded(degraded: string): void {
    this.#degraded = degraded;
    this.#showTitle();
  }

  #showTitle(): void {
    this.#element.title = this.#degraded || this.#overload;
  }

  #write(text: string, tone: string): void {
    if (this.#text.textContent !== text) this.#text.textContent = text;
    this.#element.dataset.tone = tone;
  }
}
