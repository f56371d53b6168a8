import {
  DEFAULT_CONTROLS,
  DIAL_NAMES,
  VIEW_MODES,
  type Controls,
  type DialName,
  type ViewMode,
} from '../src/core/controls.js';
import type { ServerMessage } from '../src/stream/protocol.js';
import { ControlSync, type ControlName } from './control-sync.js';
import { DialRow } from './dial-row.js';
import { makeElement, pageElement } from './page-element.js';

/** Shortest pause between two messages of changes, milliseconds: a slider makes hundreds of events a second. */
const SEND_PAUSE_MS = 60;
/** How often the shown controls follow the server's after one's own turn, milliseconds. */
const FOLLOW_MS = 200;

/** The dials and the view switch: shows the stream's controls and turns them. */
export class Panel {
  readonly #send: (change: Partial<Controls>) => void;
  readonly #onShown: (controls: Controls) => void;
  readonly #sync = new ControlSync();
  readonly #rows = new Map<DialName, DialRow>();
  readonly #views = new Map<ViewMode, HTMLInputElement>();
  #canControl = false;
  #isSending = false;

  /**
   * @param send sends a change to the stream.
   * @param onShown told whenever the shown controls may have changed: the split line follows.
   */
  constructor(send: (change: Partial<Controls>) => void, onShown: (controls: Controls) => void) {
    this.#send = send;
    this.#onShown = onShown;
    const rows = pageElement('dial-rows', HTMLElement);
    const hint = pageElement('dial-hint', HTMLElement);
    for (const name of DIAL_NAMES) {
      const row = new DialRow(name, {
        onHold: (held) => this.hold(held),
        onRelease: (held) => this.release(held),
        onTurn: (turned, value) => this.turn({ [turned]: value }),
        onHint: (help) => {
          hint.textContent = help;
        },
      });
      this.#rows.set(name, row);
      rows.append(row.element);
    }
    const views = pageElement('view-switch', HTMLElement);
    for (const view of VIEW_MODES) views.append(this.#viewOption(view));
    pageElement('dials-reset', HTMLButtonElement).addEventListener('click', () => this.#reset());
    this.setAccess(false, true);
    setInterval(() => this.#show(), FOLLOW_MS);
  }

  get canControl(): boolean {
    return this.#canControl;
  }

  /** A new connection's controls, and where its dials are at home. */
  restart(hello: Extract<ServerMessage, { type: 'hello' }>): void {
    const { controls, initialControls = DEFAULT_CONTROLS, canControl } = hello;
    this.#sync.restart(controls);
    for (const [name, row] of this.#rows) row.initial = initialControls[name];
    this.setAccess(canControl, false);
    this.#show();
  }

  /** The stream's controls changed, by whomever. */
  follow(controls: Controls): void {
    this.#sync.fromServer(controls);
    this.#show();
  }

  /** Enables or disables the dials and says why. */
  setAccess(canControl: boolean, isOffline: boolean): void {
    this.#canControl = canControl;
    pageElement('dials-fields', HTMLFieldSetElement).disabled = !canControl;
    pageElement('dials-reset', HTMLButtonElement).disabled = !canControl;
    const note = pageElement('dials-note', HTMLElement);
    note.hidden = canControl;
    note.textContent = isOffline
      ? 'Not connected: the dials wait for the server.'
      : 'Only watching: this server lets viewers turn nothing.';
  }

  hold(name: ControlName): void {
    this.#sync.hold(name);
  }

  release(name: ControlName): void {
    this.#sync.release(name, performance.now());
  }

  /** This viewer's change: shown at once, sent within {@link SEND_PAUSE_MS}. */
  turn(change: Partial<Controls>): void {
    if (!this.#canControl) return;
    this.#sync.turn(change, performance.now());
    this.#show();
    if (this.#isSending) return;
    this.#isSending = true;
    setTimeout(() => {
      this.#isSending = false;
      const unsent = this.#sync.takeUnsent();
      if (unsent) this.#send(unsent);
    }, SEND_PAUSE_MS);
  }

  /** The view after the present one. */
  nextView(): void {
    const { view } = this.#sync.shown(performance.now());
    const next = VIEW_MODES[(VIEW_MODES.indexOf(view) + 1) % VIEW_MODES.length];
    if (next) this.turn({ view: next });
  }

  /** Every dial back to what the stream started with; view and line stay. */
  #reset(): void {
    this.turn(Object.fromEntries([...this.#rows].map(([name, row]) => [name, row.initial])));
  }

  #viewOption(view: ViewMode): HTMLLabelElement {
    const option = makeElement('input');
    option.type = 'radio';
    option.name = 'view';
    option.value = view;
    option.addEventListener('change', () => this.turn({ view }));
    this.#views.set(view, option);
    const label = makeElement('label');
    label.append(option, makeElement('span', '', view.charAt(0).toUpperCase() + view.slice(1)));
    return label;
  }

  #show(): void {
    const controls = this.#sync.shown(performance.now());
    for (const [name, row] of this.#rows) row.show(controls[name]);
    for (const [view, option] of this.#views) option.checked = view === controls.view;
    this.#onShown(controls);
  }
}
