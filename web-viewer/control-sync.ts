import { DEFAULT_CONTROLS, type Controls } from '../src/core/controls.js';

/** Time after a local change in which the server's value is ignored, milliseconds: it may be an echo of an earlier change. */
const ECHO_MS = 600;

/** Name of one control. */
export type ControlName = keyof Controls;

/**
 * Merges this viewer's changes of the controls with the stream's: changes of other viewers apply, except to a control
 * that is being dragged here or was changed here just before.
 */
export class ControlSync {
  #server: Controls = DEFAULT_CONTROLS;
  #local: Controls = DEFAULT_CONTROLS;
  #unsent: Partial<Controls> = {};
  readonly #dragged = new Set<ControlName>();
  readonly #changedAt = new Map<ControlName, number>();

  /** The controls to display. */
  displayed(nowMs: number): Controls {
    const displayed: Partial<Record<ControlName, unknown>> = { ...this.#server };
    for (const name of this.#changedAt.keys()) {
      if (this.#isLocal(name, nowMs)) displayed[name] = this.#local[name];
    }
    return displayed as Controls; // each value comes from one of two Controls, under its own name
  }

  /** Sets the stream's controls after a change by any viewer. */
  setServerControls(controls: Controls): void {
    this.#server = controls;
  }

  /** Sets the stream's controls of a new connection; drops local changes. */
  reset(controls: Controls): void {
    this.#server = controls;
    this.#unsent = {};
    this.#changedAt.clear();
  }

  /** Ignores the server's value of this control until {@link endDrag}. */
  beginDrag(name: ControlName): void {
    this.#dragged.add(name);
  }

  endDrag(name: ControlName, nowMs: number): void {
    if (this.#dragged.delete(name) && this.#changedAt.has(name)) this.#changedAt.set(name, nowMs);
  }

  /** Applies a change of this viewer. */
  change(change: Partial<Controls>, nowMs: number): void {
    this.#local = { ...this.#local, ...change };
    this.#unsent = { ...this.#unsent, ...change };
    for (const name of Object.keys(change) as ControlName[]) this.#changedAt.set(name, nowMs); // keys of a Partial<Controls>
  }

  /** The changes since the last call; undefined without any. */
  takeUnsent(): Partial<Controls> | undefined {
    const change = this.#unsent;
    this.#unsent = {};
    return Object.keys(change).length > 0 ? change : undefined;
  }

  #isLocal(name: ControlName, nowMs: number): boolean {
    const turnedAt = this.#changedAt.get(name);
    return turnedAt !== undefined && (this.#dragged.has(name) || nowMs - turnedAt < ECHO_MS);
  }
}
