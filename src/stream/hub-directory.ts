import type { LiveStream, StreamDirectory } from './live-stream.js';
import { StreamHub } from './stream-hub.js';

/** The hubs of a server's streams, by name. */
export type HubDirectory = StreamDirectory<StreamHub>;

/** The hubs behind public streams. Its calls throw TypeError for an object that is not a stream of this package. */
export function hubsOf(streams: StreamDirectory): HubDirectory {
  return {
    get: (name) => {
      const stream = streams.get(name);
      return stream && hubOf(stream);
    },
    values: () => [...streams.values()].map(hubOf),
  };
}

function hubOf(stream: LiveStream): StreamHub {
  if (stream instanceof StreamHub) return stream;
  throw new TypeError(`streams must map each name to a stream's \`live\`, got an object of another kind`);
}
