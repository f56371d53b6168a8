import type { NightStream, OpenStreamOptions } from './night-stream.js';
import type { StreamSettings } from '../stream-settings.js';
import { WorkerStream } from './worker-stream.js';

/**
 * Starts a live night stream in a worker process of its own and returns at once; `opened` resolves when the input is open.
 * Viewers may join before and see that it is starting. A worker that dies later is restarted with backoff and its viewers
 * stay connected. The caller closes the stream.
 */
export function startStream(settings: StreamSettings, options: OpenStreamOptions): NightStream {
  return new WorkerStream(settings, options);
}

/** {@link startStream}, resolved once the stream is open. When it cannot be opened, closes it and rejects with NocturneError. */
export async function openStream(settings: StreamSettings, options: OpenStreamOptions): Promise<NightStream> {
  const stream = startStream(settings, options);
  try {
    stream.wake(); // a stream on demand too: what cannot be opened is reported now
    await stream.opened;
    return stream;
  } catch (error) {
    await stream.close();
    throw error;
  }
}
