import type { Controls } from '../src/core/controls.js';
import { pageElement } from './page-element.js';
import { containedIn, type Rect } from './frame-fit.js';

/** How far an arrow key moves the line, share of the picture's width. */
const KEY_STEP = 0.02;

/** What the line tells. */
export interface SplitLineEvents {
  onHold(): void;
  onRelease(): void;
  onMove(split: number): void;
}

/** The line between day and night in the split view, dragged over the picture. */
export class SplitLine {
  readonly #line = pageElement('split-line', HTMLElement);
  readonly #stage = pageElement('stage', HTMLElement);
  readonly #events: SplitLineEvents;
  #split = 0.5;
  #isSplitView = false;
  #canMove = false;
  #pictureWidth = 0;
  #pictureHeight = 0;

  constructor(events: SplitLineEvents) {
    this.#events = events;
    const line = this.#line;
    line.addEventListener('pointerdown', (event) => {
      if (!this.#canMove) return;
      line.setPointerCapture(event.pointerId);
      line.classList.add('dragged');
      events.onHold();
      event.preventDefault();
      line.focus({ preventScroll: true });
    });
    line.addEventListener('pointermove', (event) => {
      if (!line.hasPointerCapture(event.pointerId)) return;
      const area = this.#area();
      this.#move((event.clientX - area.left) / area.width);
    });
    line.addEventListener('lostpointercapture', () => {
      line.classList.remove('dragged');
      events.onRelease();
    });
    line.addEventListener('keydown', (event) => this.#onKey(event));
    line.addEventListener('dblclick', () => this.#move(0.5));
    new ResizeObserver(() => this.#place()).observe(this.#stage);
  }

  /** Puts the line where the stream's split is; hidden in other views. */
  show(controls: Controls, canMove: boolean): void {
    this.#split = controls.split;
    this.#isSplitView = controls.view === 'split';
    this.#canMove = canMove;
    this.#line.setAttribute('aria-disabled', String(!canMove));
    this.#place();
  }

  /** Size of the picture, sample aspect applied; 0 before the first. */
  setPicture(width: number, height: number): void {
    if (width === this.#pictureWidth && height === this.#pictureHeight) return;
    this.#pictureWidth = width;
    this.#pictureHeight = height;
    this.#place();
  }

  #area(): Rect {
    const { clientWidth, clientHeight } = this.#stage;
    const box = { left: 0, top: 0, width: clientWidth, height: clientHeight };
    return containedIn(box, this.#pictureWidth, this.#pictureHeight);
  }

  #move(split: number): void {
    if (!this.#canMove || !Number.isFinite(split)) return;
    this.#split = Math.round(Math.min(1, Math.max(0, split)) * 1000) / 1000;
    this.#place();
    this.#events.onMove(this.#split);
  }

  #onKey(event: KeyboardEvent): void {
    const step = { ArrowLeft: -KEY_STEP, ArrowDown: -KEY_STEP, ArrowRight: KEY_STEP, ArrowUp: KEY_STEP }[event.key];
    if (step !== undefined) this.#move(this.#split + step);
    else if (event.key === 'Home') this.#move(0);
    else if (event.key === 'End') this.#move(1);
    else return;
    event.preventDefault();
  }

  #place(): void {
    const line = this.#line;
    line.hidden = !this.#isSplitView || this.#pictureWidth === 0;
    if (line.hidden) return;
    const area = this.#area();
    line.style.left = `${area.left + area.width * this.#split}px`;
    line.style.top = `${area.top}px`;
    line.style.height = `${area.height}px`;
    line.setAttribute('aria-valuenow', String(Math.round(this.#split * 100)));
    line.setAttribute('aria-valuetext', `${Math.round(this.#split * 100)} percent day`);
  }
}
