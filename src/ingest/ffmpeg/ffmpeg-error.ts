import { NocturneError, type ErrorCode } from '../../core/errors.js';

/** Kinds of failures by the words of ffmpeg, the more specific first. */
const KINDS: readonly (readonly [words: RegExp, code: ErrorCode, remedy?: string])[] = [
  [/Unknown (input format|decoder)|Unrecognized option|Option not found|Option \S+ not found/i, 'INPUT_UNSUPPORTED'],
  [/Protocol not found|Protocol '\S+' not on whitelist|not on whitelist/i, 'INPUT_UNSUPPORTED'],
  [
    /Decoder .*not found|No decoder|Decoding requested, but no decoder|Unsupported codec|Cannot find a matching/i,
    'INPUT_UNSUPPORTED',
  ],
  [/does not contain any stream|matches no streams/i, 'INPUT_NOT_VIDEO'],
  [/401|403|Unauthorized|Forbidden/, 'INPUT_REFUSED', 'Check the user name and password in the address.'],
  [/404 Not Found/i, 'INPUT_NOT_FOUND'],
  [/Address already in use/i, 'PORT_TAKEN', 'Choose another port.'],
  [
    /Connection (refused|reset|timed out)|No route|unreachable|timed out|Device or resource busy|Failed to resolve/i,
    'INPUT_REFUSED',
  ],
  [/Permission denied|Operation not permitted/i, 'INPUT_NO_PERMISSION'],
  [/No such (file|device)|Cannot open video device/i, 'INPUT_NOT_FOUND'],
  [/Input\/output error|End of file/i, 'INPUT_REFUSED'],
];

/**
 * The failure of the user's FFmpeg to open an input. @param words all that it reported. @param reason the line that says why, without
 * secrets and full stop; undefined when it said nothing.
 */
export function ffmpegInputError(label: string, words: string, reason: string | undefined): NocturneError {
  const [, code, remedy] = KINDS.find(([pattern]) => pattern.test(words)) ?? [undefined, 'INPUT_NOT_VIDEO' as const];
  const detail = reason === undefined ? 'it wrote no video' : reason;
  return new NocturneError({
    ...{ code, stage: 'ingest', message: `Your FFmpeg could not read ${label}: ${detail}.` },
    ...(remedy === undefined ? {} : { remedy }),
  });
}
