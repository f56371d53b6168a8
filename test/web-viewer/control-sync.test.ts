import { describe, expect, it } from 'vitest';
import { DEFAULT_CONTROLS, type Controls } from '../../src/core/controls.js';
import { ControlSync } from '../../web-viewer/control-sync.js';

const stream = (change: Partial<Controls>): Controls => ({ ...DEFAULT_CONTROLS, ...change });

describe('ControlSync', () => {
  it("applies other viewers' changes", () => {
    const sync = new ControlSync();
    sync.reset(DEFAULT_CONTROLS);
    sync.setServerControls(stream({ exposure: -1, view: 'split' }));
    expect(sync.displayed(0)).toEqual(stream({ exposure: -1, view: 'split' }));
  });

  it('does not jump back to an old value when the echo of an earlier change arrives', () => {
    const sync = new ControlSync();
    sync.change({ exposure: 1 }, 0);
    sync.change({ exposure: 2 }, 50);
    sync.setServerControls(stream({ exposure: 1 }));
    expect(sync.displayed(100).exposure).toBe(2);
    sync.setServerControls(stream({ exposure: 2 }));
    expect(sync.displayed(10_000).exposure).toBe(2);
  });

  it('follows the server again when it refused a change or another viewer made a later one', () => {
    const sync = new ControlSync();
    sync.change({ exposure: 2 }, 0);
    sync.setServerControls(stream({ exposure: -2 }));
    expect(sync.displayed(599).exposure).toBe(2);
    expect(sync.displayed(600).exposure).toBe(-2);
  });

  it('ignores the server for a control that is being dragged, and only for that one', () => {
    const sync = new ControlSync();
    sync.beginDrag('warmth');
    sync.change({ warmth: 0.5 }, 0);
    sync.setServerControls(stream({ warmth: -1, grain: 3 }));
    expect(sync.displayed(60_000)).toEqual(stream({ warmth: 0.5, grain: 3 }));
    sync.endDrag('warmth', 60_000);
    expect(sync.displayed(60_599).warmth).toBe(0.5);
    expect(sync.displayed(60_600).warmth).toBe(-1);
  });

  it('follows the server when a dragged control was not changed', () => {
    const sync = new ControlSync();
    sync.beginDrag('lights');
    sync.setServerControls(stream({ lights: 2 }));
    expect(sync.displayed(0).lights).toBe(2);
    sync.endDrag('lights', 0);
    expect(sync.displayed(1).lights).toBe(2);
  });

  it('collects changes into one message and returns each once', () => {
    const sync = new ControlSync();
    sync.change({ exposure: 1 }, 0);
    sync.change({ exposure: 2, grain: 0 }, 1);
    expect(sync.takeUnsent()).toEqual({ exposure: 2, grain: 0 });
    expect(sync.takeUnsent()).toBeUndefined();
  });

  it('takes the controls of the server after a reconnect and drops unsent changes', () => {
    const sync = new ControlSync();
    sync.change({ exposure: 2 }, 0);
    sync.reset(DEFAULT_CONTROLS);
    expect(sync.displayed(1)).toEqual(DEFAULT_CONTROLS);
    expect(sync.takeUnsent()).toBeUndefined();
  });
});
