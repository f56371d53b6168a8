import { DIALS, type DialName } from '../src/core/controls.js';
import { createElement } from './dom.js';

/** Events of a row. */
export interface DialRowEvents {
  onDragStart(name: DialName): void;
  onDragEnd(name: DialName): void;
  onChange(name: DialName, value: number): void;
  /** The pointer or the focus is on this dial. */
  onHint(help: string): void;
}

/** One dial: label, value and slider. A double-click resets it to the stream's initial value. */
export class DialRow {
  readonly element = createElement('div', 'dial-row');
  readonly #name: DialName;
  readonly #slider = createElement('input', 'slider');
  readonly #value = createElement('output', 'dial-value');
  #shown: number | undefined;
  #initial: number;

  constructor(name: DialName, events: DialRowEvents) {
    this.#name = name;
    const { min, max, step, label, help } = DIALS[name];
    this.#initial = DIALS[name].default;
    this.element.title = sentence(help);
    const slider = this.#slider;
    slider.type = 'range';
    slider.id = `dial-${name}`;
    slider.min = String(min);
    slider.max = String(max);
    slider.step = String(step);
    slider.setAttribute('aria-describedby', `dial-help-${name}`);
    const title = createElement('label', 'dial-label', label);
    title.htmlFor = slider.id;
    this.#value.htmlFor.add(slider.id);
    const hint = createElement('span', 'visually-hidden', help);
    hint.id = `dial-help-${name}`;
    this.element.append(title, this.#value, slider, hint);
    this.show(this.#initial);

    slider.addEventListener('pointerdown', () => events.onDragStart(name));
    for (const end of ['pointerup', 'pointercancel', 'blur', 'change'] as const) {
      slider.addEventListener(end, () => events.onDragEnd(name));
    }
    this.element.addEventListener('pointerenter', () => events.onHint(sentence(help)));
    slider.addEventListener('focus', () => events.onHint(sentence(help)));
    slider.addEventListener('input', () => {
      this.show(slider.valueAsNumber);
      events.onChange(name, slider.valueAsNumber);
    });
    this.element.addEventListener('dblclick', () => {
      if (slider.matches(':disabled')) return;
      this.show(this.#initial);
      events.onChange(name, this.#initial);
    });
  }

  /** The stream's initial value, to which the dial is reset. */
  get initial(): number {
    return this.#initial;
  }

  set initial(value: number) {
    this.#initial = value;
    this.#markChanged();
  }

  /** Moves the slider without an event. */
  show(value: number): void {
    if (value === this.#shown && value === this.#slider.valueAsNumber) return;
    this.#shown = value;
    const { min, max, step } = DIALS[this.#name];
    this.#slider.valueAsNumber = value;
    const digits = step < 0.1 ? 2 : 1;
    this.#value.textContent = (min < 0 && value > 0 ? '+' : '') + value.toFixed(digits);
    this.#markChanged();
    // The track is filled from zero, in either direction for a dial with negative values.
    const share = (at: number): number => ((at - min) / (max - min)) * 100;
    const zero = Math.max(min, 0);
    this.#slider.style.setProperty('--from', `${share(Math.min(value, zero))}%`);
    this.#slider.style.setProperty('--to', `${share(Math.max(value, zero))}%`);
  }

  #markChanged(): void {
    const distance = Math.abs((this.#shown ?? this.#initial) - this.#initial);
    this.element.classList.toggle('turned', distance > DIALS[this.#name].step / 2);
  }
}

/** A help text of the dial table as a sentence. */
function sentence(help: string): string {
  return `${help.charAt(0).toUpperCase()}${help.slice(1)}.`;
}
