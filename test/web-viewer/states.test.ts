import { describe, expect, it } from 'vitest';
import { describeStatus } from '../../web-viewer/states.js';
import type { ViewerStatus } from '../../web-viewer/worker-messages.js';

const place = { host: '192.0.2.7:8090', port: '8090' };
const OTHERS: ViewerStatus[] = [
  { kind: 'connecting' },
  { kind: 'server-stopped' },
  { kind: 'waiting' },
  { kind: 'starting', message: '' },
  { kind: 'input-lost', message: '' },
  { kind: 'ended', message: '' },
  { kind: 'failed', message: '' },
  { kind: 'unauthorized' },
  { kind: 'forbidden' },
  { kind: 'no-such-stream' },
  { kind: 'too-many-viewers', retryAtMs: 0 },
  { kind: 'version-mismatch', got: 2 },
  { kind: 'unsupported-codec', codec: 'avc1.640034' },
  { kind: 'no-webcodecs' },
  { kind: 'insecure' },
  { kind: 'broken', message: 'it broke' },
];

describe('describeStatus', () => {
  it('says nothing over a living picture', () => {
    expect(describeStatus({ kind: 'live' }, place, 0)).toBeUndefined();
  });

  it.each(OTHERS)('has words for $kind even when the server gives none', (status) => {
    const view = describeStatus(status, place, 0);
    expect(view?.title.length).toBeGreaterThan(3);
    expect(view?.text.length).toBeGreaterThan(5);
  });

  it('counts down to the next try', () => {
    const status: ViewerStatus = { kind: 'reconnecting', attempt: 3, retryAtMs: 5000 };
    expect(describeStatus(status, place, 2500)?.text).toContain('Trying again in 3 s.');
    expect(describeStatus(status, place, 5000)?.text).toContain('Trying again.');
  });

  it('gives a tunnel to copy on a plain http address', () => {
    const view = describeStatus({ kind: 'insecure' }, place, 0);
    expect(view?.text).toContain('192.0.2.7:8090');
    expect(view?.remedies.map(({ code }) => code)).toContain('ssh -N -L 8090:localhost:8090 192.0.2.7');
  });

  it("prefers the server's sentence", () => {
    expect(describeStatus({ kind: 'failed', message: 'no such file' }, place, 0)?.text).toBe('no such file');
  });
});
