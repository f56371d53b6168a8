import { DEFAULT_CONTROLS, type Controls } from '../src/core/controls.js';

/** How long after its last turn a control does not follow the server, milliseconds: echoes of one's own turns are on the way. */
const ECHO_MS = 600;

/** Name of one control. */
export type ControlName = keyof Controls;

/**
 * Keeps this viewer's controls and the stream's the same without a fight: others' changes move mine, but never
 * a control that I hold or have just turned.
 */
export class ControlSync {
  #server: Controls = DEFAULT_CONTROLS;
  #mine: Controls = DEFAULT_CONTROLS;
  #unsent: Partial<Controls> = {};
  readonly #held = new Set<ControlName>();
  readonly #turnedAt = new Map<ControlName, number>();

  /** What to show at `nowMs`. */
  shown(nowMs: number): Controls {
    const shown: Partial<Record<ControlName, unknown>> = { ...this.#server };
    for (const name of this.#turnedAt.keys()) {
      if (this.#isMine(name, nowMs)) shown[name] = this.#mine[name];
    }
    return shown as Controls; // each value was taken from one of two Controls under its own name
  }

  /** Another viewer's change, or the echo of mine. */
  fromServer(controls: Controls): void {
    this.#server = controls;
  }

  /** A new connection: what the server says is so. */
  restart(controls: Controls): void {
    this.#server = controls;
    this.#unsent = {};
    this.#turnedAt.clear();
  }

  /** While held (a pointer is down on it) a control follows nobody else. */
  hold(name: ControlName): void {
    this.#held.add(name);
  }

  release(name: ControlName, nowMs: number): void {
    if (this.#held.delete(name) && this.#turnedAt.has(name)) this.#turnedAt.set(name, nowMs);
  }

  /** This viewer's own change. */
  turn(change: Partial<Controls>, nowMs: number): void {
    this.#mine = { ...this.#mine, ...change };
    this.#unsent = { ...this.#unsent, ...change };
    for (const name of Object.keys(change) as ControlName[]) this.#turnedAt.set(name, nowMs); // keys of a Partial<Controls>
  }

  /** What has not been sent yet, once; undefined when there is nothing. */
  takeUnsent(): Partial<Controls> | undefined {
    const change = this.#unsent;
    this.#unsent = {};
    return Object.keys(change).length > 0 ? change : undefined;
  }

  #isMine(name: ControlName, nowMs: number): boolean {
    const turnedAt = this.#turnedAt.get(name);
    return turnedAt !== undefined && (this.#held.has(name) || nowMs - turnedAt < ECHO_MS);
  }
}
