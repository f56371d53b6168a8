import { createElement, requireElement } from './dom.js';

/** The stream's name in the top bar; a select box when the server has several. */
export class StreamPicker {
  readonly #name = requireElement('stream-name', HTMLElement);
  readonly #label = requireElement('stream-label', HTMLElement);
  readonly #select = requireElement('stream-select', HTMLSelectElement);

  constructor(onSelect: (stream: string) => void) {
    this.#select.addEventListener('change', () => onSelect(this.#select.value));
  }

  show(streams: readonly string[], current: string): void {
    const hasChoice = streams.length > 1 || (streams.length === 1 && streams[0] !== current);
    this.#name.hidden = hasChoice;
    this.#label.hidden = !hasChoice;
    this.#name.textContent = current;
    const names = streams.includes(current) ? streams : [current, ...streams];
    this.#select.replaceChildren(
      ...names.map((name) => {
        const option = createElement('option', '', name);
        option.value = name;
        option.selected = name === current;
        return option;
      }),
    );
    document.title = `${current} · Nocturne`;
  }
}
