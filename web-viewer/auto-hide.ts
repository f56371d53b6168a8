/** Time without input before the bars hide, milliseconds. */
const IDLE_MS = 3000;
/** Delay from the end of a tap until the bars show, milliseconds: the tap must not press a button that it reveals. */
const SHOW_AFTER_TAP_MS = 60;

/** Hides everything but the video while the user is inactive: marks the page `body[data-idle]`, which its style acts on. */
export class AutoHide {
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param canHide checked before the bars hide. */
  constructor(canHide: () => boolean) {
    const wake = (): void => {
      delete document.body.dataset.idle;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        if (canHide()) document.body.dataset.idle = '';
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
      if (pointerType === 'touch') setTimeout(wake, SHOW_AFTER_TAP_MS);
    });
    wake();
  }
}
