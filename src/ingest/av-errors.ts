import { constants as os } from 'node:os';
import { FFmpegError } from 'node-av/lib';
import * as av from 'node-av/constants';
import { NocturneError, type ErrorCode } from '../core/errors.js';

/** What a libav failure means to a user. */
interface ErrorMeaning {
  readonly code: ErrorCode;
  /** Follows the name of the input. */
  readonly text: string;
  readonly remedy?: string;
}

const CREDENTIALS = 'Check the user name and password in the address.';

const ERROR_MEANINGS = new Map<number, ErrorMeaning>([
  [-os.errno.ENOENT, { code: 'INPUT_NOT_FOUND', text: 'does not exist' }],
  [-os.errno.ENODEV, { code: 'INPUT_NOT_FOUND', text: 'was not found' }],
  [-os.errno.ENXIO, { code: 'INPUT_NOT_FOUND', text: 'was not found' }],
  [-os.errno.EACCES, { code: 'INPUT_NO_PERMISSION', text: 'cannot be read: permission denied' }],
  [-os.errno.EPERM, { code: 'INPUT_NO_PERMISSION', text: 'cannot be read: operation not permitted' }],
  [-os.errno.ECONNREFUSED, { code: 'INPUT_REFUSED', text: 'could not be reached: connection refused' }],
  [-os.errno.ECONNRESET, { code: 'INPUT_REFUSED', text: 'closed the connection' }],
  [-os.errno.EPIPE, { code: 'INPUT_REFUSED', text: 'closed the connection' }],
  [-os.errno.ETIMEDOUT, { code: 'INPUT_REFUSED', text: 'did not answer: connection timed out' }],
  [-os.errno.EHOSTUNREACH, { code: 'INPUT_REFUSED', text: 'could not be reached: no route to host' }],
  [-os.errno.ENETUNREACH, { code: 'INPUT_REFUSED', text: 'could not be reached: network unreachable' }],
  [-os.errno.EBUSY, { code: 'INPUT_REFUSED', text: 'is in use by another program' }],
  [
    -os.errno.EIO,
    { code: 'INPUT_REFUSED', text: 'could not be read: an unknown host, no answer, or a file that is cut off' },
  ],
  [
    -os.errno.EADDRINUSE,
    { code: 'PORT_TAKEN', text: 'cannot be listened on: the port is in use', remedy: 'Choose another port.' },
  ],
  [
    -os.errno.EADDRNOTAVAIL,
    { code: 'ADDRESS_UNAVAILABLE', text: 'is not an address of this machine', remedy: 'Use one of its addresses.' },
  ],
  [av.AVERROR_HTTP_UNAUTHORIZED, { code: 'INPUT_REFUSED', text: 'refused: 401 unauthorised', remedy: CREDENTIALS }],
  [av.AVERROR_HTTP_FORBIDDEN, { code: 'INPUT_REFUSED', text: 'refused: 403 forbidden', remedy: CREDENTIALS }],
  [av.AVERROR_HTTP_NOT_FOUND, { code: 'INPUT_NOT_FOUND', text: 'does not exist on the server: 404 not found' }],
  [av.AVERROR_HTTP_BAD_REQUEST, { code: 'INPUT_REFUSED', text: 'refused: 400 bad request' }],
  [av.AVERROR_HTTP_TOO_MANY_REQUESTS, { code: 'INPUT_REFUSED', text: 'refused: 429 too many requests' }],
  [av.AVERROR_HTTP_OTHER_4XX, { code: 'INPUT_REFUSED', text: 'refused the request' }],
  [av.AVERROR_HTTP_SERVER_ERROR, { code: 'INPUT_REFUSED', text: 'failed on its server' }],
  [av.AVERROR_INVALIDDATA, { code: 'INPUT_NOT_VIDEO', text: 'is not a video that FFmpeg can read' }],
  [av.AVERROR_EOF, { code: 'INPUT_NOT_VIDEO', text: 'has no video: it ended immediately' }],
  [av.AVERROR_STREAM_NOT_FOUND, { code: 'INPUT_NOT_VIDEO', text: 'has no video stream' }],
  [av.AVERROR_DECODER_NOT_FOUND, { code: 'INPUT_UNSUPPORTED', text: 'has a codec without a decoder in this build' }],
  [av.AVERROR_DEMUXER_NOT_FOUND, { code: 'INPUT_UNSUPPORTED', text: 'has a format without a demuxer in this build' }],
  [av.AVERROR_PROTOCOL_NOT_FOUND, { code: 'INPUT_UNSUPPORTED', text: 'has a protocol that this build lacks' }],
  [av.AVERROR_PATCHWELCOME, { code: 'INPUT_UNSUPPORTED', text: 'uses a feature that FFmpeg lacks' }],
]);

/** A container whose header ends before its size says. */
const CUT_OFF: ErrorMeaning = { code: 'INPUT_NOT_VIDEO', text: 'is cut off or damaged: its header cannot be read' };
/** A playlist whose segments cannot be opened. */
const BAD_PLAYLIST: ErrorMeaning = {
  code: 'INPUT_NOT_VIDEO',
  text: 'is a playlist without a readable segment: its segments are missing, are no video, or may not be read by it',
  remedy: 'A local playlist may only name local files; one from the network may not name local files.',
};
/** Data from the network that no demuxer detects. */
const UNDETECTED: ErrorMeaning = {
  code: 'INPUT_NOT_VIDEO',
  text: 'is not a video that FFmpeg can read',
  remedy:
    'Check the address. A camera that sends JPEG images without a boundary before the first needs --input-format mjpeg.',
};
/** Unreadable data from the network: often an error page, or a server of another protocol. */
const UNREADABLE_NETWORK_INPUT: ErrorMeaning = { code: 'INPUT_REFUSED', text: 'could not be opened' };

/** A libav error code from opening an input as a NocturneError. @param label name of the input, secrets masked. */
export function openError(code: number, label: string, isNetwork: boolean): NocturneError {
  const known = specialMeaning(code, label, isNetwork) ?? ERROR_MEANINGS.get(code);
  const meaning =
    known ?? (isNetwork ? UNREADABLE_NETWORK_INPUT : { code: 'INPUT_UNSUPPORTED', text: 'could not be opened' });
  const detail = known ? '' : `: ${errorText(code)}`;
  return new NocturneError({
    code: meaning.code,
    stage: 'ingest',
    message: `${label} ${meaning.text}${detail}.`,
    ...(meaning.remedy === undefined ? {} : { remedy: meaning.remedy }),
  });
}

/** What a code means for some inputs only. */
function specialMeaning(code: number, label: string, isNetwork: boolean): ErrorMeaning | undefined {
  const isPlaylist = /\.(m3u8?|mpd|ffconcat)([?#].*)?$/i.test(label);
  if (isPlaylist && (code === av.AVERROR_INVALIDDATA || code === -os.errno.EINVAL)) return BAD_PLAYLIST;
  if (code === -os.errno.EIO && !isNetwork) return CUT_OFF;
  return code === av.AVERROR_INVALIDDATA && /^https?:/i.test(label) ? UNDETECTED : undefined;
}

/** The error of an input that ends before the requested start. */
export function inputTooShort(label: string, startS: number): NocturneError {
  return new NocturneError({ code: 'INPUT_TOO_SHORT', stage: 'ingest', message: `${label} ends before ${startS} s.` });
}

/** FFmpeg's text for an error code. */
export function errorText(code: number): string {
  return FFmpegError.strerror(code);
}
