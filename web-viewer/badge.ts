import { pageElement } from './page-element.js';
import { describeStatus } from './states.js';
import type { ViewerStatus } from './worker-messages.js';

/** The word and the dot beside the name: live, stalled, or what the viewer waits for. */
export class Badge {
  readonly #element = pageElement('badge', HTMLElement);
  readonly #text = pageElement('badge-text', HTMLElement);
  #isLive = false;

  showStatus(status: ViewerStatus): void {
    this.#isLive = status.kind === 'live';
    const view = describeStatus(status, { host: location.host, port: location.port }, Date.now());
    if (!view) this.#write('Live', 'live');
    else this.#write(view.tone === 'busy' ? view.title : 'Not playing', view.tone);
  }

  /** Pictures drawn a second: none while live means that they stopped coming. */
  showRate(framesPerSecond: number): void {
    if (!this.#isLive) return;
    if (framesPerSecond > 0) this.#write('Live', 'live');
    else this.#write('No new picture', 'busy');
  }

  #write(text: string, tone: string): void {
    if (this.#text.textContent !== text) this.#text.textContent = text;
    this.#element.dataset.tone = tone;
  }
}
