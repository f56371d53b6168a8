import { makeElement, pageElement } from './page-element.js';

/** The stream's name in the top bar; a choice when the server has several. */
export class StreamPicker {
  readonly #name = pageElement('stream-name', HTMLElement);
  readonly #label = pageElement('stream-label', HTMLElement);
  readonly #select = pageElement('stream-select', HTMLSelectElement);

  constructor(onChoice: (stream: string) => void) {
    this.#select.addEventListener('change', () => onChoice(this.#select.value));
  }

  show(streams: readonly string[], present: string): void {
    const isChoice = streams.length > 1 || (streams.length === 1 && streams[0] !== present);
    this.#name.hidden = isChoice;
    this.#label.hidden = !isChoice;
    this.#name.textContent = present;
    const names = streams.includes(present) ? streams : [present, ...streams];
    this.#select.replaceChildren(
      ...names.map((name) => {
        const option = makeElement('option', '', name);
        option.value = name;
        option.selected = name === present;
        return option;
      }),
    );
    document.title = `${present} · Nocturne`;
  }
}
