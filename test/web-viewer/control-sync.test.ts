import { describe, expect, it } from 'vitest';
import { DEFAULT_CONTROLS, type Controls } from '../../src/core/controls.js';
import { ControlSync } from '../../web-viewer/control-sync.js';

const stream = (change: Partial<Controls>): Controls => ({ ...DEFAULT_CONTROLS, ...change });

describe('ControlSync', () => {
  it("shows other viewers' changes", () => {
    const sync = new ControlSync();
    sync.restart(DEFAULT_CONTROLS);
    sync.fromServer(stream({ exposure: -1, view: 'split' }));
    expect(sync.shown(0)).toEqual(stream({ exposure: -1, view: 'split' }));
  });

  it('does not jump back to an old value while the echo of a turn is on its way', () => {
    const sync = new ControlSync();
    sync.turn({ exposure: 1 }, 0);
    sync.turn({ exposure: 2 }, 50);
    sync.fromServer(stream({ exposure: 1 }));
    expect(sync.shown(100).exposure).toBe(2);
    sync.fromServer(stream({ exposure: 2 }));
    expect(sync.shown(10_000).exposure).toBe(2);
  });

  it('follows the server again when it refused or another viewer turned later', () => {
    const sync = new ControlSync();
    sync.turn({ exposure: 2 }, 0);
    sync.fromServer(stream({ exposure: -2 }));
    expect(sync.shown(599).exposure).toBe(2);
    expect(sync.shown(600).exposure).toBe(-2);
  });

  it('leaves a held control alone for as long as it is held, and the others not', () => {
    const sync = new ControlSync();
    sync.hold('warmth');
    sync.turn({ warmth: 0.5 }, 0);
    sync.fromServer(stream({ warmth: -1, grain: 3 }));
    expect(sync.shown(60_000)).toEqual(stream({ warmth: 0.5, grain: 3 }));
    sync.release('warmth', 60_000);
    expect(sync.shown(60_599).warmth).toBe(0.5);
    expect(sync.shown(60_600).warmth).toBe(-1);
  });

  it('follows the server when a control is held but was never turned', () => {
    const sync = new ControlSync();
    sync.hold('lights');
    sync.fromServer(stream({ lights: 2 }));
    expect(sync.shown(0).lights).toBe(2);
    sync.release('lights', 0);
    expect(sync.shown(1).lights).toBe(2);
  });

  it('gathers changes into one message and hands each out once', () => {
    const sync = new ControlSync();
    sync.turn({ exposure: 1 }, 0);
    sync.turn({ exposure: 2, grain: 0 }, 1);
    expect(sync.takeUnsent()).toEqual({ exposure: 2, grain: 0 });
    expect(sync.takeUnsent()).toBeUndefined();
  });

  it('believes the server after a reconnect and sends nothing left over', () => {
    const sync = new ControlSync();
    sync.turn({ exposure: 2 }, 0);
    sync.restart(DEFAULT_CONTROLS);
    expect(sync.shown(1)).toEqual(DEFAULT_CONTROLS);
    expect(sync.takeUnsent()).toBeUndefined();
  });
});
