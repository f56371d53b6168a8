import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NocturneError } from '../core/errors.js';
import { maskUrl } from '../core/mask-url.js';
import { isStreetUrl } from './street-url.js';

export { maskUrl } from '../core/mask-url.js';

/** Where an input comes from, as far as its name tells. `path`: a file or a folder; only the disk knows which. */
export type InputKind = 'street' | 'stdin' | 'camera' | 'path' | 'network';

/** An input's name, taken apart. */
export interface InputAddress {
  readonly kind: InputKind;
  /** `path`: an absolute path. `camera`: what follows `camera:`. Else the input as it was given, with its passwords. */
  readonly target: string;
  /** Lower-case scheme of a network address (`rtsp`), else empty. */
  readonly scheme: string;
  /** The input for people and logs: passwords and stream keys masked. */
  readonly label: string;
  /** True for addresses that only ever carry the present: cameras and every network scheme but http. */
  readonly isLive: boolean;
}

/** Network schemes that are understood. RTMP's encrypted and tunnelled kin are spelled as FFmpeg spells them. */
export const NETWORK_SCHEMES = [
  ...['http', 'https', 'rtsp', 'rtsps', 'rtmp', 'rtmps', 'rtmpt', 'rtmpe', 'rtmpte', 'rtmpts'],
  ...['srt', 'udp', 'rtp', 'tcp'],
] as const;

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;

/** Takes an input's name apart. Throws TypeError for an empty name and NocturneError for an unknown scheme. */
export function parseInput(input: string): InputAddress {
  if (input.trim() === '') throw new TypeError('input must name a file, an address, a camera or "street", got ""');
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
    const message = `${label} has a scheme that is not known, ${scheme}.`;
    const remedy = `Known are ${NETWORK_SCHEMES.join(', ')}, and paths.`;
    throw new NocturneError({ code: 'INPUT_UNSUPPORTED', stage: 'ingest', message, remedy });
  }
  return { kind: 'network', target: input, scheme, label, isLive: !scheme.startsWith('http') };
}
