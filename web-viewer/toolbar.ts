import { VIEW_MODES, type ViewMode } from '../src/core/controls.js';
import { requireElement } from './dom.js';

/** Events of buttons and keys, except those that the toolbar handles itself. */
export interface ToolbarEvents {
  onSnapshot(): void;
  onNextView(): void;
  onView(view: ViewMode): void;
}

/** The toolbar and the keyboard shortcuts: panels, help, full screen, snapshot, view. */
export class Toolbar {
  readonly #dials = requireElement('dials', HTMLElement);
  readonly #dialsButton = requireElement('dials-button', HTMLButtonElement);
  readonly #stats = requireElement('stats', HTMLElement);
  readonly #statsButton = requireElement('stats-button', HTMLButtonElement);
  readonly #help = requireElement('help', HTMLDialogElement);
  readonly #events: ToolbarEvents;

  constructor(events: ToolbarEvents) {
    this.#events = events;
    this.#dialsButton.addEventListener('click', () => this.#toggle(this.#dials, this.#dialsButton));
    this.#statsButton.addEventListener('click', () => this.#toggle(this.#stats, this.#statsButton));
    requireElement('dials-close', HTMLButtonElement).addEventListener('click', () => {
      this.#set(this.#dials, this.#dialsButton, false);
      this.#dialsButton.focus();
    });
    requireElement('snapshot-button', HTMLButtonElement).addEventListener('click', () => events.onSnapshot());
    const fullscreen = requireElement('fullscreen-button', HTMLButtonElement);
    fullscreen.hidden = !document.fullscreenEnabled; // iPhones allow it for their own video player only
    fullscreen.addEventListener('click', () => toggleFullscreen());
    requireElement('help-button', HTMLButtonElement).addEventListener('click', () => this.#help.showModal());
    requireElement('help-close', HTMLButtonElement).addEventListener('click', () => this.#help.close());
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
  change.catch((cause: unknown) => console.info('the browser refused full screen', cause));
}
