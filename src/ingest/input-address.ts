import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NocturneError } from '../core/errors.js';
import { maskUrl } from '../core/mask-url.js';
import { isStreetUrl } from './street-url.js';

/** Kind of an input, from its address alone. `path`: a file or a folder. */
type InputKind = 'street' | 'stdin' | 'camera' | 'path' | 'network';

/** A parsed input address. */
export interface InputAddress {
  readonly kind: InputKind;
  /** `path`: an absolute path. `camera`: the part after `camera:`. Else the unchanged input, with its passwords. */
  readonly target: string;
  /** Lower-case scheme of a network address, such as `rtsp`; else empty. */
  readonly scheme: string;
  /** Name of the input for people and logs: passwords and stream keys masked. */
  readonly label: string;
  /** True for addresses that are always live: cameras and every network scheme except http. */
  readonly isLive: boolean;
}

/** Supported network schemes. RTMP's encrypted and tunnelled variants have FFmpeg's names. */
const NETWORK_SCHEMES = [
  ...['http', 'https', 'rtsp', 'rtsps', 'rtmp', 'rtmps', 'rtmpt', 'rtmpe', 'rtmpte', 'rtmpts'],
  ...['srt', 'udp', 'rtp', 'tcp'],
] as const;

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;

/** Parses an input address. Throws TypeError for an empty address and NocturneError for an unknown scheme. */
export function parseInput(input: string): InputAddress {
  if (input.trim() === '') throw new TypeError('input must be a file, an address, a camera or "street", got ""');
  const label = maskUrl(input);
  if (isStreetUrl(input)) {
    return { kind: 'street', target: input, scheme: '', label, isLive: false };
  }
  if (input === '-' || input === 'pipe:0') {
    return { kind: 'stdin', target: '-', scheme: '', label: 'stdin', isLive: false };
  }
  if (input.startsWith('camera:')) {
    return { kind: 'camera', target: input.slice('camera:'.length), scheme: '', label, isLive: true };
  }
  if (/^\/dev\/video\d+$/.test(input)) return { kind: 'camera', target: input, scheme: '', label, isLive: true };
  if (input.startsWith('file:')) {
    const path = input.startsWith('file://') ? fileURLToPath(input) : input.slice('file:'.length);
    return { kind: 'path', target: resolve(path), scheme: '', label, isLive: false };
  }
  const scheme = SCHEME.exec(input)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'path', target: resolve(input), scheme: '', label, isLive: false };
  if (!NETWORK_SCHEMES.some((known) => known === scheme)) {
    const message = `${label} has an unknown scheme: ${scheme}.`;
    const remedy = `Use a path or one of ${NETWORK_SCHEMES.join(', ')}.`;
    throw new NocturneError({ code: 'INPUT_UNSUPPORTED', stage: 'ingest', message, remedy });
  }
  return { kind: 'network', target: input, scheme, label, isLive: !scheme.startsWith('http') };
}
