import type { Controls } from '../src/core/controls.js';
import { requireElement } from './dom.js';
import { containFrame, type Rect } from './frame-fit.js';

/** Distance that an arrow key moves the line, as a share of the frame's width. */
const KEY_STEP = 0.02;

/** Events of the line. */
export interface SplitLineEvents {
  onDragStart(): void;
  onDragEnd(): void;
  onMove(split: number): void;
}

/** The draggable line between day and night in the split view. */
export class SplitLine {
  readonly #line = requireElement('split-line', HTMLElement);
  readonly #stage = requireElement('stage', HTMLElement);
  readonly #events: SplitLineEvents;
  #split = 0.5;
  #isSplitView = false;
  #canMove = false;
  #frameWidth = 0;
  #frameHeight = 0;

  constructor(events: SplitLineEvents) {
    this.#events = events;
    const line = this.#line;
    line.addEventListener('pointerdown', (event) => {
      if (!this.#canMove) return;
      line.setPointerCapture(event.pointerId);
      line.classList.add('dragged');
      events.onDragStart();
      event.preventDefault();
      line.focus({ preventScroll: true });
    });
    line.addEventListener('pointermove', (event) => {
      if (!line.hasPointerCapture(event.pointerId)) return;
      const area = this.#frameArea();
      this.#move((event.clientX - area.left) / area.width);
    });
    line.addEventListener('lostpointercapture', () => {
      line.classList.remove('dragged');
      events.onDragEnd();
    });
    line.addEventListener('keydown', (event) => this.#onKey(event));
    line.addEventListener('dblclick', () => this.#move(0.5));
    new ResizeObserver(() => this.#updatePosition()).observe(this.#stage);
  }

  /** Moves the line to the stream's split; hides it in other views. */
  show(controls: Controls, canMove: boolean): void {
    this.#split = controls.split;
    this.#isSplitView = controls.view === 'split';
    this.#canMove = canMove;
    this.#line.setAttribute('aria-disabled', String(!canMove));
    this.#updatePosition();
  }

  /** Sets the size of the video with the sample aspect applied; 0 before the first frame. */
  setFrameSize(width: number, height: number): void {
    if (width === this.#frameWidth && height === this.#frameHeight) return;
    this.#frameWidth = width;
    this.#frameHeight = height;
    this.#updatePosition();
  }

  #frameArea(): Rect {
    const { clientWidth, clientHeight } = this.#stage;
    const box = { left: 0, top: 0, width: clientWidth, height: clientHeight };
    return containFrame(box, this.#frameWidth, this.#frameHeight);
  }

  #move(split: number): void {
    if (!this.#canMove || !Number.isFinite(split)) return;
    this.#split = Math.round(Math.min(1, Math.max(0, split)) * 1000) / 1000;
    this.#updatePosition();
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

  #updatePosition(): void {
    const line = this.#line;
    line.hidden = !this.#isSplitView || this.#frameWidth === 0;
    if (line.hidden) return;
    const area = this.#frameArea();
    line.style.left = `${area.left + area.width * this.#split}px`;
    line.style.top = `${area.top}px`;
    line.style.height = `${area.height}px`;
    line.setAttribute('aria-valuenow', String(Math.round(this.#split * 100)));
    line.setAttribute('aria-valuetext', `${Math.round(this.#split * 100)} percent day`);
  }
}
