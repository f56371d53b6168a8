import { expect, it } from 'vitest';
import { createTestStream } from './test-viewer.js';

it('counts whoever asks for images as one watcher, and says so once', async () => {
  const counts: number[] = [];
  const { stream } = createTestStream({ onWatchers: (count) => counts.push(count) });
  const next = stream.images.next();
  const stop = stream.images.read(5, () => true);
  expect(stream.watcherCount).toBe(1);
  stream.images.publish({ data: new Uint8Array(1), pts: 0, capturedAt: 0 } as never); // a still image without its branded times
  await next;
  expect(stream.watcherCount).toBe(1);
  stop();
  expect(stream.watcherCount).toBe(0);
  expect([counts[0], counts.at(-1)]).toEqual([1, 0]);
});
