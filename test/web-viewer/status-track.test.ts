import { describe, expect, it } from 'vitest';
import { StatusTrack } from '../../web-viewer/status-track.js';
import type { ViewerStatus } from '../../web-viewer/worker-messages.js';

function track(): { status: StatusTrack; kinds: () => string[] } {
  const told: ViewerStatus[] = [];
  return { status: new StatusTrack((status) => told.push(status)), kinds: () => told.map(({ kind }) => kind) };
}

describe('StatusTrack', () => {
  it('is live with the first picture', () => {
    const { status, kinds } = track();
    status.connected();
    status.streamState('live', '');
    status.drawn();
    status.drawn();
    status.streamState('live', '');
    expect(kinds()).toEqual(['waiting', 'live']);
  });

  it('keeps saying that the input is lost while old pictures are drawn, and is live with the first new one', () => {
    const { status, kinds } = track();
    status.connected();
    status.drawn();
    status.streamState('reconnecting', 'gone');
    status.drawn();
    status.streamState('live', '');
    status.drawn();
    expect(kinds()).toEqual(['waiting', 'live', 'input-lost', 'waiting', 'live']);
  });

  it('keeps the end on the screen while it quietly looks whether the stream came back', () => {
    const { status, kinds } = track();
    status.streamState('ended', 'over');
    status.closed('ended', 1, 1);
    status.connected();
    status.streamState('ended', 'over');
    expect(kinds()).toEqual(['ended']);
    expect(status.status).toEqual({ kind: 'ended', message: 'over' });
  });

  it('says that the server stopped until it greets again, however many tries fail', () => {
    const { status, kinds } = track();
    status.streamState('live', '');
    status.closed('shutdown', 1, 5);
    status.closed('lost', 2, 6);
    status.closed('lost', 3, 7);
    status.connected();
    status.closed('lost', 1, 8);
    expect(kinds()).toEqual(['waiting', 'server-stopped', 'waiting', 'reconnecting']);
  });

  it('keeps the reason of a failure when the server closes after it', () => {
    const { status } = track();
    status.streamState('failed', 'no such file');
    status.closed('ended', 1, 1);
    expect(status.status).toEqual({ kind: 'failed', message: 'no such file' });
  });

  it('says why it was refused', () => {
    const { status, kinds } = track();
    status.closed('unauthorized', 1, undefined);
    status.closed('forbidden', 1, undefined);
    status.closed('no-such-stream', 1, 5);
    status.closed('too-many-viewers', 1, 5);
    status.closed('lost', 1, 5);
    expect(kinds()).toEqual(['unauthorized', 'forbidden', 'no-such-stream', 'too-many-viewers', 'reconnecting']);
  });
});
