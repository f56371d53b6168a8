import { constants as os } from 'node:os';
import { FFmpegError } from 'node-av/lib';
import * as av from 'node-av/constants';
import { NocturneError, type ErrorCode } from '../core/errors.js';

/** What a libav failure means to a user: the code and the words after the input's name. */
interface Meaning {
  readonly code: ErrorCode;
  readonly words: string;
  readonly remedy?: string;
}

const CREDENTIALS = 'Check the user name and password in the address.';

const MEANINGS = new Map<number, Meaning>([
  [-os.errno.ENOENT, { code: 'INPUT_NOT_FOUND', words: 'does not exist' }],
  [-os.errno.ENODEV, { code: 'INPUT_NOT_FOUND', words: 'is not there' }],
  [-os.errno.ENXIO, { code: 'INPUT_NOT_FOUND', words: 'is not there' }],
  [-os.errno.EACCES, { code: 'INPUT_NO_PERMISSION', words: 'may not be read: permission denied' }],
  [-os.errno.EPERM, { code: 'INPUT_NO_PERMISSION', words: 'may not be read: operation not permitted' }],
  [-os.errno.ECONNREFUSED, { code: 'INPUT_REFUSED', words: 'could not be reached: connection refused' }],
  [-os.errno.ECONNRESET, { code: 'INPUT_REFUSED', words: 'closed the connection' }],
  [-os.errno.EPIPE, { code: 'INPUT_REFUSED', words: 'closed the connection' }],
  [-os.errno.ETIMEDOUT, { code: 'INPUT_REFUSED', words: 'did not answer' }],
  [-os.errno.EHOSTUNREACH, { code: 'INPUT_REFUSED', words: 'could not be reached: no route to the host' }],
  [-os.errno.ENETUNREACH, { code: 'INPUT_REFUSED', words: 'could not be reached: no network' }],
  [-os.errno.EBUSY, { code: 'INPUT_REFUSED', words: 'is in use by another program' }],
  [-os.errno.EIO, { code: 'INPUT_REFUSED', words: 'could not be reached: no answer, or no such host' }],
  [
    -os.errno.EADDRINUSE,
    { code: 'PORT_TAKEN', words: 'cannot be listened to: the port is taken', remedy: 'Choose another port.' },
  ],
  [
    -os.errno.EADDRNOTAVAIL,
    { code: 'ADDRESS_UNAVAILABLE', words: 'is not an address of this machine', remedy: 'Name one of its addresses.' },
  ],
  [av.AVERROR_HTTP_UNAUTHORIZED, { code: 'INPUT_REFUSED', words: 'refused: 401 unauthorised', remedy: CREDENTIALS }],
  [av.AVERROR_HTTP_FORBIDDEN, { code: 'INPUT_REFUSED', words: 'refused: 403 forbidden', remedy: CREDENTIALS }],
  [av.AVERROR_HTTP_NOT_FOUND, { code: 'INPUT_NOT_FOUND', words: 'does not exist there: 404 not found' }],
  [av.AVERROR_HTTP_BAD_REQUEST, { code: 'INPUT_REFUSED', words: 'refused: 400 bad request' }],
  [av.AVERROR_HTTP_TOO_MANY_REQUESTS, { code: 'INPUT_REFUSED', words: 'refused: 429 too many requests' }],
  [av.AVERROR_HTTP_OTHER_4XX, { code: 'INPUT_REFUSED', words: 'refused the request' }],
  [av.AVERROR_HTTP_SERVER_ERROR, { code: 'INPUT_REFUSED', words: 'failed on its server' }],
  [av.AVERROR_INVALIDDATA, { code: 'INPUT_NOT_VIDEO', words: 'is not a video that FFmpeg understands' }],
  [av.AVERROR_EOF, { code: 'INPUT_NOT_VIDEO', words: 'holds no video: it ended at once' }],
  [av.AVERROR_STREAM_NOT_FOUND, { code: 'INPUT_NOT_VIDEO', words: 'holds no video stream' }],
  [av.AVERROR_DECODER_NOT_FOUND, { code: 'INPUT_UNSUPPORTED', words: 'has a codec without a decoder in this build' }],
  [av.AVERROR_DEMUXER_NOT_FOUND, { code: 'INPUT_UNSUPPORTED', words: 'has a format without a demuxer in this build' }],
  [av.AVERROR_PROTOCOL_NOT_FOUND, { code: 'INPUT_UNSUPPORTED', words: 'has a protocol that this build lacks' }],
  [av.AVERROR_PATCHWELCOME, { code: 'INPUT_UNSUPPORTED', words: 'uses a feature that FFmpeg lacks' }],
]);

/** What is wrong with a playlist whose parts cannot be opened. */
const BAD_PLAYLIST: Meaning = {
  code: 'INPUT_NOT_VIDEO',
  words: 'is a playlist of which no part could be read: parts are missing, or where it may not read',
  remedy: 'A playlist on this machine may name local files alone, one from the network none of them.',
};
/** What a network input's garbage means: often an error page or a server of another kind. */
const NOT_THERE: Meaning = { code: 'INPUT_REFUSED', words: 'could not be opened' };

/** A libav error code, met while opening an input, as a NocturneError. `label` has its secrets masked. */
export function openError(code: number, label: string, isNetwork: boolean): NocturneError {
  const isPlaylist = /\.(m3u8?|mpd|ffconcat)([?#].*)?$/i.test(label) && code === av.AVERROR_INVALIDDATA;
  const known = isPlaylist ? BAD_PLAYLIST : MEANINGS.get(code);
  const meaning = known ?? (isNetwork ? NOT_THERE : { code: 'INPUT_UNSUPPORTED', words: 'could not be opened' });
  const detail = known ? '' : `: ${reason(code)}`;
  return new NocturneError({
    code: meaning.code,
    stage: 'ingest',
    message: `${label} ${meaning.words}${detail}.`,
    ...(meaning.remedy === undefined ? {} : { remedy: meaning.remedy }),
  });
}

/** The failure of an input that is over before the start that was asked for. */
export function endsBefore(label: string, startS: number): NocturneError {
  return new NocturneError({ code: 'INPUT_TOO_SHORT', stage: 'ingest', message: `${label} ends before ${startS} s.` });
}

/** A libav error code in words. */
export function reason(code: number): string {
  return FFmpegError.strerror(code);
}
