import { expect, it } from 'vitest';
import { CLOSE_CODES } from '../../src/stream/protocol.js';
import { TestViewer } from '../stream/test-viewer.js';
import { startServe } from '../support/command.js';

it('tells viewers that the server stops, not that their stream ended', async () => {
  const serve = await startServe(['street']);
  const viewer = new TestViewer({ port: Number(new URL(serve.url).port) });
  await viewer.until(({ packets }) => packets.length > 0);
  expect(await serve.stop()).toBe(0);
  expect((await viewer.closed).code).toBe(CLOSE_CODES.SHUTDOWN);
  expect(viewer.messages).not.toContainEqual(expect.objectContaining({ type: 'state', state: 'ended' }));
});
