import { describe, expect, it } from 'vitest';
import { StatusTracker } from '../../web-viewer/status-tracker.js';
import type { ViewerStatus } from '../../web-viewer/worker-messages.js';

function createTracker(): { tracker: StatusTracker; kinds: () => string[] } {
  const reported: ViewerStatus[] = [];
  return {
    tracker: new StatusTracker((status) => reported.push(status)),
    kinds: () => reported.map(({ kind }) => kind),
  };
}

describe('StatusTrack', () => {
  it('is live from the first frame on', () => {
    const { tracker, kinds } = createTracker();
    tracker.onConnected();
    tracker.onStreamState('live', '');
    tracker.onFrameDrawn();
    tracker.onFrameDrawn();
    tracker.onStreamState('live', '');
    expect(kinds()).toEqual(['waiting', 'live']);
  });

  it('stays input-lost while old frames are drawn, and is live with the first new one', () => {
    const { tracker, kinds } = createTracker();
    tracker.onConnected();
    tracker.onFrameDrawn();
    tracker.onStreamState('reconnecting', 'gone');
    tracker.onFrameDrawn();
    tracker.onStreamState('live', '');
    tracker.onFrameDrawn();
    expect(kinds()).toEqual(['waiting', 'live', 'input-lost', 'waiting', 'live']);
  });

  it('is stalled until the stream is live again and draws', () => {
    const { tracker, kinds } = createTracker();
    tracker.onConnected();
    tracker.onFrameDrawn();
    tracker.onStreamState('stalled', 'The stream does not respond.');
    tracker.onFrameDrawn();
    tracker.onStreamState('starting', 'Restarting the stream.');
    tracker.onStreamState('live', '');
    tracker.onFrameDrawn();
    expect(kinds()).toEqual(['waiting', 'live', 'stalled', 'starting', 'waiting', 'live']);
  });

  it('stays ended while it retries', () => {
    const { tracker, kinds } = createTracker();
    tracker.onStreamState('ended', 'over');
    tracker.onClosed('ended', 1, 1);
    tracker.onConnected();
    tracker.onStreamState('ended', 'over');
    expect(kinds()).toEqual(['ended']);
    expect(tracker.status).toEqual({ kind: 'ended', message: 'over' });
  });

  it('stays server-stopped until the next hello, however many attempts fail', () => {
    const { tracker, kinds } = createTracker();
    tracker.onStreamState('live', '');
    tracker.onClosed('shutdown', 1, 5);
    tracker.onClosed('lost', 2, 6);
    tracker.onClosed('lost', 3, 7);
    tracker.onConnected();
    tracker.onClosed('lost', 1, 8);
    expect(kinds()).toEqual(['waiting', 'server-stopped', 'waiting', 'reconnecting']);
  });

  it('keeps the reason of a failure when the server closes after it', () => {
    const { tracker } = createTracker();
    tracker.onStreamState('failed', 'no such file');
    tracker.onClosed('ended', 1, 1);
    expect(tracker.status).toEqual({ kind: 'failed', message: 'no such file' });
  });

  it('has the reason of a refused connection', () => {
    const { tracker, kinds } = createTracker();
    tracker.onClosed('unauthorized', 1, undefined);
    tracker.onClosed('forbidden', 1, undefined);
    tracker.onClosed('no-such-stream', 1, 5);
    tracker.onClosed('too-many-viewers', 1, 5);
    tracker.onClosed('lost', 1, 5);
    expect(kinds()).toEqual(['unauthorized', 'forbidden', 'no-such-stream', 'too-many-viewers', 'reconnecting']);
  });
});
