import type { NightStream, OpenStreamOptions } from './night-stream.js';
import type { StreamSettings } from '../stream-settings.js';
import { WorkerStream } from './worker-stream.js';

/**
 * Starts a live night stream in a worker process of its own; `opened` tells when its input is there.
 * Viewers can join before: they see that it is starting. A worker that dies later is started again with growing pauses
 * and its viewers stay connected. The caller closes the stream.
 */
export function startStream(settings: StreamSettings, options: OpenStreamOptions): NightStream {
  return new WorkerStream(settings, options);
}

/** {@link startStream}, resolved once the stream is open; rejects with NocturneError, and nothing is left, when it cannot be. */
export async function openStream(settings: StreamSettings, options: OpenStreamOptions): Promise<NightStream> {
  const stream = startStream(settings, options);
  try {
    await stream.opened;
    return stream;
  } catch (error) {
    await stream.close();
    throw error;
  }
}
