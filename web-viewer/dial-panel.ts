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
import { createElement, requireElement } from './dom.js';

/** Shortest interval between change messages, milliseconds: a slider fires hundreds of events per second. */
const SEND_INTERVAL_MS = 60;
/** Interval at which the displayed controls follow the server's after a local change, milliseconds. */
const REFRESH_INTERVAL_MS = 200;

/** Who may change the dials here: this viewer, nobody, whoever has the control token; or the page is not connected. */
export type DialAccess = 'open' | 'read-only' | 'locked' | 'offline';

/** What the panel says about disabled dials. */
const ACCESS_NOTES: Readonly<Record<DialAccess, string>> = {
  open: '',
  'read-only': 'View only: this server does not let viewers change the dials.',
  locked: 'View only: changing the dials needs the control token.',
  offline: 'Not connected: the dials are disabled.',
};

/** Events of a {@link DialPanel}. */
export interface DialPanelEvents {
  /** Sends a change to the stream. */
  onChange(change: Partial<Controls>): void;
  /** The displayed controls may have changed. */
  onDisplayed(controls: Controls): void;
  /** The user enters the control token. */
  onControlToken(token: string): void;
}

/** The dials and the view switch: shows the stream's controls and changes them. */
export class DialPanel {
  readonly #events: DialPanelEvents;
  readonly #sync = new ControlSync();
  readonly #rows = new Map<DialName, DialRow>();
  readonly #views = new Map<ViewMode, HTMLInputElement>();
  #canControl = false;
  #isSending = false;

  constructor(events: DialPanelEvents) {
    this.#events = events;
    const rows = requireElement('dial-rows', HTMLElement);
    const hint = requireElement('dial-hint', HTMLElement);
    for (const name of DIAL_NAMES) {
      const row = new DialRow(name, {
        onDragStart: (dial) => this.beginDrag(dial),
        onDragEnd: (dial) => this.endDrag(dial),
        onChange: (dial, value) => this.change({ [dial]: value }),
        onHint: (help) => {
          hint.textContent = help;
        },
      });
      this.#rows.set(name, row);
      rows.append(row.element);
    }
    const views = requireElement('view-switch', HTMLElement);
    for (const view of VIEW_MODES) views.append(this.#viewOption(view));
    requireElement('dials-reset', HTMLButtonElement).addEventListener('click', () => this.#reset());
    const input = requireElement('control-input', HTMLInputElement);
    requireElement('control-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.showWrongToken(false);
      events.onControlToken(input.value);
      input.value = '';
    });
    this.setAccess('offline');
    setInterval(() => this.#refresh(), REFRESH_INTERVAL_MS);
  }

  get canControl(): boolean {
    return this.#canControl;
  }

  /** Shows the controls of a new connection and stores the initial values for resets. */
  onHello(hello: Extract<ServerMessage, { type: 'hello' }>): void {
    const { controls, initialControls = DEFAULT_CONTROLS, canControl, needsControlToken = false } = hello;
    this.#sync.reset(controls);
    for (const [name, row] of this.#rows) row.initial = initialControls[name];
    this.setAccess(canControl ? 'open' : needsControlToken ? 'locked' : 'read-only');
    this.#refresh();
  }

  /** Shows the stream's controls after a change by any viewer. */
  onServerControls(controls: Controls): void {
    this.#sync.setServerControls(controls);
    this.#refresh();
  }

  /** Enables the dials, or disables them and shows why and what opens them. */
  setAccess(access: DialAccess): void {
    this.#canControl = access === 'open';
    requireElement('dials-fields', HTMLFieldSetElement).disabled = !this.#canControl;
    requireElement('dials-reset', HTMLButtonElement).disabled = !this.#canControl;
    const note = requireElement('dials-note', HTMLElement);
    note.hidden = this.#canControl;
    note.textContent = ACCESS_NOTES[access];
    requireElement('control-form', HTMLFormElement).hidden = access !== 'locked';
  }

  /** Shows or hides that the control token was wrong. */
  showWrongToken(isWrong: boolean): void {
    requireElement('control-wrong', HTMLElement).hidden = !isWrong;
  }

  beginDrag(name: ControlName): void {
    this.#sync.beginDrag(name);
  }

  endDrag(name: ControlName): void {
    this.#sync.endDrag(name, performance.now());
  }

  /** Applies a change of this viewer: shows it at once, sends it within {@link SEND_INTERVAL_MS}. */
  change(change: Partial<Controls>): void {
    if (!this.#canControl) return;
    this.#sync.change(change, performance.now());
    this.#refresh();
    if (this.#isSending) return;
    this.#isSending = true;
    setTimeout(() => {
      this.#isSending = false;
      const unsent = this.#sync.takeUnsent();
      if (unsent) this.#events.onChange(unsent);
    }, SEND_INTERVAL_MS);
  }

  /** Switches to the next view. */
  nextView(): void {
    const { view } = this.#sync.displayed(performance.now());
    const next = VIEW_MODES[(VIEW_MODES.indexOf(view) + 1) % VIEW_MODES.length];
    if (next) this.change({ view: next });
  }

  /** Resets every dial to the stream's initial value; view and split line stay. */
  #reset(): void {
    this.change(Object.fromEntries([...this.#rows].map(([name, row]) => [name, row.initial])));
  }

  #viewOption(view: ViewMode): HTMLLabelElement {
    const option = createElement('input');
    option.type = 'radio';
    option.name = 'view';
    option.value = view;
    option.addEventListener('change', () => this.change({ view }));
    this.#views.set(view, option);
    const label = createElement('label');
    label.append(option, createElement('span', '', view.charAt(0).toUpperCase() + view.slice(1)));
    return label;
  }

  #refresh(): void {
    const controls = this.#sync.displayed(performance.now());
    for (const [name, row] of this.#rows) row.show(controls[name]);
    for (const [view, option] of this.#views) option.checked = view === controls.view;
    this.#events.onDisplayed(controls);
  }
}
