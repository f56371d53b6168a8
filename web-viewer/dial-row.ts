import { DIALS, type DialName } from '../src/core/controls.js';
import { makeElement } from './page-element.js';

/** What a row tells. */
export interface DialRowEvents {
  onHold(name: DialName): void;
  onRelease(name: DialName): void;
  onTurn(name: DialName, value: number): void;
  /** The hand is on this dial: what it does. */
  onHint(help: string): void;
}

/** One dial: label, value and slider. Double-click resets to what the stream started with. */
export class DialRow {
  readonly element = makeElement('div', 'dial-row');
  readonly #name: DialName;
  readonly #slider = makeElement('input', 'slider');
  readonly #value = makeElement('output', 'dial-value');
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
    const title = makeElement('label', 'dial-label', label);
    title.htmlFor = slider.id;
    this.#value.htmlFor.add(slider.id);
    const hint = makeElement('span', 'visually-hidden', help);
    hint.id = `dial-help-${name}`;
    this.element.append(title, this.#value, slider, hint);
    this.show(this.#initial);

    slider.addEventListener('pointerdown', () => events.onHold(name));
    for (const end of ['pointerup', 'pointercancel', 'blur', 'change'] as const) {
      slider.addEventListener(end, () => events.onRelease(name));
    }
    this.element.addEventListener('pointerenter', () => events.onHint(sentence(help)));
    slider.addEventListener('focus', () => events.onHint(sentence(help)));
    slider.addEventListener('input', () => {
      this.show(slider.valueAsNumber);
      events.onTurn(name, slider.valueAsNumber);
    });
    this.element.addEventListener('dblclick', () => {
      if (slider.matches(':disabled')) return;
      this.show(this.#initial);
      events.onTurn(name, this.#initial);
    });
  }

  /** What the dial is reset to. */
  get initial(): number {
    return this.#initial;
  }

  set initial(value: number) {
    this.#initial = value;
    this.#markTurned();
  }

  /** Moves the slider; nobody is told. */
  show(value: number): void {
    if (value === this.#shown && value === this.#slider.valueAsNumber) return;
    this.#shown = value;
    const { min, max, step } = DIALS[this.#name];
    this.#slider.valueAsNumber = value;
    const digits = step < 0.1 ? 2 : 1;
    this.#value.textContent = (min < 0 && value > 0 ? '+' : '') + value.toFixed(digits);
    this.#markTurned();
    // The track is filled from the dial's zero, so that a dial with two sides grows to both.
    const share = (at: number): number => ((at - min) / (max - min)) * 100;
    const zero = Math.max(min, 0);
    this.#slider.style.setProperty('--from', `${share(Math.min(value, zero))}%`);
    this.#slider.style.setProperty('--to', `${share(Math.max(value, zero))}%`);
  }
  #markTurned(): void {
    const distance = Math.abs((this.#shown ?? this.#initial) - this.#initial);
    this.element.classList.toggle('turned', distance > DIALS[this.#name].step / 2);
  }
}

/** A line of the dial table as people read it. */
function sentence(help: string): string {
  return `${help.charAt(0).toUpperCase()}${help.slice(1)}.`;
}
