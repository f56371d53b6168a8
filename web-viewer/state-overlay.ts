import { makeElement, pageElement } from './page-element.js';
import { describeStatus, type PagePlace, type StateView } from './states.js';
import type { ViewerStatus } from './worker-messages.js';

/** How often a countdown is written anew, milliseconds. */
const TICK_MS = 500;

/** What a person does about a state. */
export interface StateEvents {
  onRetry(): void;
  onToken(token: string): void;
  onStream(stream: string): void;
}

/** The words over the picture. */
export class StateOverlay {
  readonly #section = pageElement('state', HTMLElement);
  readonly #title = pageElement('state-title', HTMLElement);
  readonly #text = pageElement('state-text', HTMLElement);
  readonly #remedies = pageElement('state-remedies', HTMLElement);
  readonly #form = pageElement('token-form', HTMLFormElement);
  readonly #input = pageElement('token-input', HTMLInputElement);
  readonly #wrong = pageElement('token-wrong', HTMLElement);
  readonly #streams = pageElement('state-streams', HTMLElement);
  readonly #action = pageElement('state-action', HTMLButtonElement);
  readonly #place: PagePlace = { host: location.host, port: location.port };
  readonly #events: StateEvents;
  #status: ViewerStatus = { kind: 'connecting' };
  #streamNames: readonly string[] = [];
  #wasTokenTried = false;

  constructor(events: StateEvents) {
    this.#events = events;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#wasTokenTried = true;
      events.onToken(this.#input.value);
    });
    this.#action.addEventListener('click', () => {
      if (this.#view()?.action === 'reload') location.reload();
      else events.onRetry();
    });
    setInterval(() => this.#tick(), TICK_MS);
  }

  get status(): ViewerStatus {
    return this.#status;
  }

  /** Streams to choose from where the asked one is missing. */
  set streamNames(names: readonly string[]) {
    this.#streamNames = names;
    this.show(this.#status);
  }

  show(status: ViewerStatus): void {
    const isNew = status.kind !== this.#status.kind;
    this.#status = status;
    const view = this.#view();
    document.body.dataset.status = status.kind;
    this.#section.hidden = !view;
    if (!view) {
      this.#wasTokenTried = false;
      return;
    }
    this.#section.dataset.tone = view.tone;
    this.#title.textContent = view.title;
    this.#text.textContent = view.text;
    this.#remedies.hidden = view.remedies.length === 0;
    this.#remedies.replaceChildren(...view.remedies.map((remedy) => remedyItem(remedy)));
    this.#action.hidden = view.action !== 'retry' && view.action !== 'reload';
    this.#action.textContent = view.action === 'reload' ? 'Load again' : 'Try now';
    this.#showTokenForm(view, isNew);
    this.#showStreams(view);
  }

  #view(): StateView | undefined {
    return describeStatus(this.#status, this.#place, Date.now());
  }

  #tick(): void {
    const view = this.#view();
    if (view && view.text !== this.#text.textContent) this.#text.textContent = view.text;
  }

  #showTokenForm(view: StateView, isNew: boolean): void {
    const wasHidden = this.#form.hidden;
    this.#form.hidden = view.action !== 'token';
    this.#wrong.hidden = !this.#wasTokenTried;
    if (!this.#form.hidden && (wasHidden || isNew)) {
      this.#input.select();
      this.#input.focus();
    }
  }

  #showStreams(view: StateView): void {
    this.#streams.hidden = view.action !== 'streams' || this.#streamNames.length === 0;
    this.#streams.replaceChildren(
      ...this.#streamNames.map((name) => {
        const button = makeElement('button', 'button', name);
        button.type = 'button';
        button.addEventListener('click', () => this.#events.onStream(name));
        return button;
      }),
    );
  }
}

function remedyItem(remedy: StateView['remedies'][number]): HTMLLIElement {
  const item = makeElement('li');
  item.append(makeElement('span', '', remedy.label), makeElement('code', '', remedy.code));
  return item;
}
