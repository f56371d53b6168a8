import { requireElement } from './dom.js';

/** Time that a message stays, milliseconds. */
const VISIBLE_MS = 2600;

/** A short message at the bottom of the page that disappears by itself. */
export class Toast {
  readonly #element = requireElement('toast', HTMLElement);
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(text: string): void {
    clearTimeout(this.#timer);
    this.#element.textContent = text;
    this.#element.hidden = false;
    this.#timer = setTimeout(() => {
      this.#element.hidden = true;
    }, VISIBLE_MS);
  }
}
