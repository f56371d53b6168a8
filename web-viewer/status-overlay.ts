import { createElement, requireElement } from './dom.js';
import { describeStatus, type StatusDescription } from './status-description.js';
import type { ViewerStatus } from './worker-messages.js';

/** Interval at which a countdown is updated, milliseconds. */
const COUNTDOWN_INTERVAL_MS = 500;

/** User actions in the overlay. */
export interface StatusOverlayEvents {
  onRetry(): void;
  onToken(token: string): void;
  onStream(stream: string): void;
}

/** The status over the video, with what the user can do about it. */
export class StatusOverlay {
  readonly #section = requireElement('state', HTMLElement);
  readonly #title = requireElement('state-title', HTMLElement);
  readonly #text = requireElement('state-text', HTMLElement);
  readonly #remedies = requireElement('state-remedies', HTMLElement);
  readonly #form = requireElement('token-form', HTMLFormElement);
  readonly #input = requireElement('token-input', HTMLInputElement);
  readonly #tokenError = requireElement('token-wrong', HTMLElement);
  readonly #streams = requireElement('state-streams', HTMLElement);
  readonly #action = requireElement('state-action', HTMLButtonElement);
  readonly #events: StatusOverlayEvents;
  #status: ViewerStatus = { kind: 'connecting' };
  #streamNames: readonly string[] = [];
  #hasTriedToken = false;

  constructor(events: StatusOverlayEvents) {
    this.#events = events;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#hasTriedToken = true;
      events.onToken(this.#input.value);
    });
    this.#action.addEventListener('click', () => {
      if (this.#description()?.action === 'reload') location.reload();
      else events.onRetry();
    });
    setInterval(() => this.#updateCountdown(), COUNTDOWN_INTERVAL_MS);
  }

  get status(): ViewerStatus {
    return this.#status;
  }

  /** Streams to choose from when the requested one does not exist. */
  set streamNames(names: readonly string[]) {
    this.#streamNames = names;
    this.show(this.#status);
  }

  show(status: ViewerStatus): void {
    const isNew = status.kind !== this.#status.kind;
    this.#status = status;
    const description = this.#description();
    document.body.dataset.status = status.kind;
    this.#section.hidden = !description;
    if (!description) {
      this.#hasTriedToken = false;
      return;
    }
    this.#section.dataset.tone = description.tone;
    this.#title.textContent = description.title;
    this.#text.textContent = description.text;
    this.#remedies.hidden = description.remedies.length === 0;
    this.#remedies.replaceChildren(...description.remedies.map((remedy) => remedyItem(remedy)));
    this.#action.hidden = description.action !== 'retry' && description.action !== 'reload';
    this.#action.textContent = description.action === 'reload' ? 'Reload' : 'Retry now';
    this.#showTokenForm(description, isNew);
    this.#showStreams(description);
  }

  #description(): StatusDescription | undefined {
    return describeStatus(this.#status, location, Date.now());
  }

  #updateCountdown(): void {
    const description = this.#description();
    if (description && description.text !== this.#text.textContent) this.#text.textContent = description.text;
  }

  #showTokenForm(description: StatusDescription, isNew: boolean): void {
    const wasHidden = this.#form.hidden;
    this.#form.hidden = description.action !== 'token';
    this.#tokenError.hidden = !this.#hasTriedToken;
    if (!this.#form.hidden && (wasHidden || isNew)) {
      this.#input.select();
      this.#input.focus();
    }
  }

  #showStreams(description: StatusDescription): void {
    this.#streams.hidden = description.action !== 'streams' || this.#streamNames.length === 0;
    this.#streams.replaceChildren(
      ...this.#streamNames.map((name) => {
        const button = createElement('button', 'button', name);
        button.type = 'button';
        button.addEventListener('click', () => this.#events.onStream(name));
        return button;
      }),
    );
  }
}

function remedyItem(remedy: StatusDescription['remedies'][number]): HTMLLIElement {
  const item = createElement('li');
  item.append(createElement('span', '', remedy.label), createElement('code', '', remedy.code));
  return item;
}
