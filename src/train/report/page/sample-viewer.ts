import type { SheetFile } from '../loss-page-data.js';
import { createElement } from './create-element.js';

/** Time that playback shows each sheet, milliseconds. */
const PLAY_INTERVAL_MS = 600;

/** The sample sheets of a training, one at a time: slider, playback, and the sheet's step in the page's address. */
export class SampleViewer {
  readonly element: HTMLElement;
  readonly #sheets: readonly SheetFile[];
  readonly #image = createElement('img', { id: 'sheet' });
  readonly #slider = createElement('input', { id: 'sheet-slider', type: 'range', ariaLabel: 'Step of the samples' });
  readonly #step = createElement('output', { id: 'sheet-step' });
  readonly #play = createElement('button', { id: 'play', type: 'button' }, 'Play');
  #timer: number | undefined;

  /** @param sheets one or more, by step. */
  constructor(sheets: readonly SheetFile[]) {
    this.#sheets = sheets;
    const bar = createElement('div', { className: 'bar' }, this.#play, this.#slider, this.#step);
    this.element = createElement('div', { className: 'samples' }, bar, this.#image);
    this.#slider.max = String(this.#lastIndex);
    this.#slider.addEventListener('input', () => {
      this.#stop();
      this.#show(this.#slider.valueAsNumber);
    });
    this.#play.addEventListener('click', () => (this.isPlaying ? this.#stop() : this.#start()));
    const linked = sheets.findIndex(({ step }) => location.hash === stepHash(step));
    this.#show(linked < 0 ? this.#lastIndex : linked);
  }

  get isPlaying(): boolean {
    return this.#timer !== undefined;
  }

  /** Shows the sheet whose step is nearest. */
  showNearest(step: number): void {
    const distances = this.#sheets.map((sheet) => Math.abs(sheet.step - step));
    this.#show(distances.indexOf(Math.min(...distances)));
  }

  get #lastIndex(): number {
    return this.#sheets.length - 1;
  }

  #show(index: number): void {
    const sheet = this.#sheets[index];
    if (!sheet) return;
    this.#slider.valueAsNumber = index;
    this.#image.src = sheet.file;
    this.#image.alt = `samples at step ${sheet.step}`;
    this.#step.textContent = `step ${sheet.step.toLocaleString('en-US')}`;
    // The last sheet has no hash: after a reload the page shows the newest one.
    const url = index === this.#lastIndex ? location.pathname + location.search : stepHash(sheet.step);
    history.replaceState(null, '', url);
    for (const neighbour of [this.#sheets[index - 1], this.#sheets[index + 1]]) {
      if (neighbour) new Image().src = neighbour.file; // preloads
    }
  }

  #start(): void {
    this.#play.textContent = 'Stop';
    if (this.#slider.valueAsNumber === this.#lastIndex) this.#show(0);
    this.#timer = setInterval(() => {
      const next = this.#slider.valueAsNumber + 1;
      if (next > this.#lastIndex) this.#stop();
      else this.#show(next);
    }, PLAY_INTERVAL_MS);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#play.textContent = 'Play';
  }
}

function stepHash(step: number): string {
  return `#step-${step}`;
}
