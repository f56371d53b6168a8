import { pageElement } from './page-element.js';

/** How long a line stays, milliseconds. */
const SHOWN_MS = 2600;

/** One short line at the picture's foot that leaves by itself. */
export class Toast {
  readonly #element = pageElement('toast', HTMLElement);
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(text: string): void {
    clearTimeout(this.#timer);
    this.#element.textContent = text;
    this.#element.hidden = false;
    this.#timer = setTimeout(() => {
      this.#element.hidden = true;
    }, SHOWN_MS);
  }
}
