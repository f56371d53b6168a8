import { VIEW_MODES, type ViewMode } from '../src/core/controls.js';
import { pageElement } from './page-element.js';

/** What buttons and keys do beyond opening panels. */
export interface ToolbarEvents {
  onSnapshot(): void;
  onNextView(): void;
  onView(view: ViewMode): void;
}

/** Buttons, panels, help and keys. */
export class Toolbar {
  readonly #dials = pageElement('dials', HTMLElement);
  readonly #dialsButton = pageElement('dials-button', HTMLButtonElement);
  readonly #stats = pageElement('stats', HTMLElement);
  readonly #statsButton = pageElement('stats-button', HTMLButtonElement);
  readonly #help = pageElement('help', HTMLDialogElement);
  readonly #events: ToolbarEvents;

  constructor(events: ToolbarEvents) {
    this.#events = events;
    this.#dialsButton.addEventListener('click', () => this.#toggle(this.#dials, this.#dialsButton));
    this.#statsButton.addEventListener('click', () => this.#toggle(this.#stats, this.#statsButton));
    pageElement('dials-close', HTMLButtonElement).addEventListener('click', () => {
      this.#set(this.#dials, this.#dialsButton, false);
      this.#dialsButton.focus();
    });
    pageElement('snapshot-button', HTMLButtonElement).addEventListener('click', () => events.onSnapshot());
    const fullscreen = pageElement('fullscreen-button', HTMLButtonElement);
    fullscreen.hidden = !document.fullscreenEnabled; // iPhones give full screen to their own player alone
    fullscreen.addEventListener('click', () => toggleFullscreen());
    pageElement('help-button', HTMLButtonElement).addEventListener('click', () => this.#help.showModal());
    pageElement('help-close', HTMLButtonElement).addEventListener('click', () => this.#help.close());
    this.#help.addEventListener('click', (event) => {
      if (event.target === this.#help) this.#help.close(); // the backdrop
    });
    document.addEventListener('keydown', (event) => this.#onKey(event));
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const action = this.#actionOf(event.key);
    if (!action || (this.#help.open && event.key !== '?')) return;
    event.preventDefault();
    action();
  }

  #actionOf(key: string): (() => void) | undefined {
    const view = VIEW_MODES[Number(key) - 1];
    if (view) return () => this.#events.onView(view);
    switch (key.toLowerCase()) {
      case 'd':
        return () => this.#toggle(this.#dials, this.#dialsButton);
      case 's':
        return () => this.#toggle(this.#stats, this.#statsButton);
      case 'v':
        return () => this.#events.onNextView();
      case 'p':
        return () => this.#events.onSnapshot();
      case 'f':
        return () => toggleFullscreen();
      case '?':
        return () => (this.#help.open ? this.#help.close() : this.#help.showModal());
      case 'escape':
        return this.#dials.hidden && this.#stats.hidden ? undefined : () => this.#closePanels();
      default:
        return undefined;
    }
  }

  #closePanels(): void {
    this.#set(this.#dials, this.#dialsButton, false);
    this.#set(this.#stats, this.#statsButton, false);
  }

  #toggle(panel: HTMLElement, button: HTMLButtonElement): void {
    this.#set(panel, button, panel.hidden !== false); // 'until-found' is hidden too
  }

  #set(panel: HTMLElement, button: HTMLButtonElement, isOpen: boolean): void {
    panel.hidden = !isOpen;
    button.setAttribute('aria-expanded', String(isOpen));
    document.body.classList.toggle(`${panel.id}-open`, isOpen);
  }
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== 'range' && target.type !== 'radio')
  );
}

function toggleFullscreen(): void {
  const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  change.catch((cause: unknown) => console.info('the browser gives no full screen', cause));
}
