import type { Controls } from '../core/controls.js';
import type { VideoFormat } from '../core/packet.js';
import type { StreamState, StreamStats } from './protocol.js';

/** One live stream as the server serves it: its state, statistics and controls. */
export interface LiveStream {
  /** Name in addresses, as in `/ws/NAME`. */
  readonly name: string;
  readonly state: StreamState;
  /** One sentence for people about the state; may be empty. */
  readonly message: string;
  /** Format of the packets; undefined before the first packet. */
  readonly format: VideoFormat | undefined;
  readonly controls: Controls;
  /** Current statistics, viewers included. `yourDrops` is 0. */
  readonly stats: StreamStats;
  readonly viewerCount: number;
  /**
   * Changes some controls, from the next frame on and for every viewer.
   * Throws TypeError for an unknown control and RangeError for a bad value; nothing changes then.
   */
  setControls(change: Partial<Controls>): void;
  /** The generator and what it may be; undefined for a stream that cannot change it. */
  readonly generator?: GeneratorChoice | undefined;
  /**
   * Changes generator or style without a gap: the new one is opened beside the old one, then the night fades over. Rejects with NocturneError
   * when it is refused or cannot be opened: the old one is then still in place. One change at a time.
   */
  changeGenerator?(change: Partial<GeneratorChange>): Promise<void>;
}

/** A generator as a stream's settings name it. */
export interface GeneratorChange {
  readonly generator: string;
  /** Night style of `lit`. */
  readonly style: string;
  /** Night photos, each the bytes of an image file, that its style is to be like; an empty list: none. */
  readonly like?: readonly Uint8Array[];
}

/** The generator of a stream, and those it may change to. */
export interface GeneratorChoice extends Omit<GeneratorChange, 'like'> {
  /** How many photos its night is like; 0: it has a style as it is. */
  readonly likePhotos: number;
  readonly generators: readonly string[];
  readonly styles: readonly string[];
}

/** Streams by name, read at each request. A Map from name to stream fits. */
export interface StreamDirectory<Stream extends LiveStream = LiveStream> {
  get(name: string): Stream | undefined;
  values(): Iterable<Stream>;
}
