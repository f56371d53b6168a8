import { describe, expect, it } from 'vitest';
import { describeStatus } from '../../web-viewer/status-description.js';
import type { ViewerStatus } from '../../web-viewer/worker-messages.js';

const page = { origin: 'http://192.0.2.7:8090' };
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
  { kind: 'needs-gesture' },
  { kind: 'no-such-player', player: 'mse' },
  { kind: 'crashed', message: 'it crashed' },
];

describe('describeStatus', () => {
  it('is undefined for a live stream', () => {
    expect(describeStatus({ kind: 'live' }, page, 0)).toBeUndefined();
  });

  it.each(OTHERS)('has title and text for $kind, even without a message of the server', (status) => {
    const description = describeStatus(status, page, 0);
    expect(description?.title.length).toBeGreaterThan(3);
    expect(description?.text.length).toBeGreaterThan(5);
  });

  it('counts down to the next attempt', () => {
    const status: ViewerStatus = { kind: 'reconnecting', attempt: 3, retryAtMs: 5000 };
    expect(describeStatus(status, page, 2500)?.text).toContain('Retrying in 3 s.');
    expect(describeStatus(status, page, 5000)?.text).toContain('Retrying.');
  });

  it('names the player that the browser lacks, and what to change', () => {
    const description = describeStatus({ kind: 'no-such-player', player: 'webcodecs' }, page, 0);
    expect(description?.text).toContain('webcodecs at http://192.0.2.7:8090. Remove ?player=');
  });

  it('names the option that allows the origin of the page', () => {
    const description = describeStatus({ kind: 'forbidden' }, page, 0);
    expect(description?.remedies.map(({ code }) => code)).toEqual(['--allow-origin http://192.0.2.7:8090']);
  });

  it("prefers the server's message", () => {
    expect(describeStatus({ kind: 'failed', message: 'no such file' }, page, 0)?.text).toBe('no such file');
  });
});
