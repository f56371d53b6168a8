/** Without a hand on the page for this long the buttons leave, milliseconds. */
const IDLE_MS = 3000;
/** How long after a finger left the buttons come back, milliseconds: the tap must not press what it calls. */
const TAP_MS = 60;

/** Marks the page idle (`body[data-idle]`) so that its style hides what is not the picture. */
export class Idle {
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param mayHide asked before hiding. */
  constructor(mayHide: () => boolean) {
    const wake = (): void => {
      delete document.body.dataset.idle;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        if (mayHide()) document.body.dataset.idle = '';
        else wake();
      }, IDLE_MS);
    };
    for (const event of ['pointermove', 'keydown', 'focusin', 'wheel'] as const) {
      document.addEventListener(event, wake, { passive: true });
    }
    document.addEventListener('pointerdown', ({ pointerType }) => {
      if (pointerType !== 'touch' || document.body.dataset.idle === undefined) wake();
    });
    document.addEventListener('pointerup', ({ pointerType }) => {
      if (pointerType === 'touch') setTimeout(wake, TAP_MS);
    });
    wake();
  }
}
