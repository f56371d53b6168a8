import { describe, expect, it } from 'vitest';
import { NocturneError } from '../../src/core/errors.js';
import { openKernel } from '../../src/image/kernel.js';

describe('openKernel', () => {
  it('fails with the name of a missing kernel and a remedy', async () => {
    const failure = await openKernel('no-such-kernel').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NocturneError);
    expect(failure).toMatchObject({ code: 'KERNEL_UNAVAILABLE', stage: 'render' });
    expect((failure as NocturneError).toLine()).toMatch(/no-such-kernel\.wasm.*npm run build.*KERNEL_UNAVAILABLE/);
  });

  it('gives each caller its own memory', async () => {
    const [a, b] = await Promise.all([openKernel('apply'), openKernel('apply')]);
    expect(a.memory).not.toBe(b.memory);
  });
});
