import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, resolve } from 'node:path';
import { abortedError, NocturneError, type ErrorCode, type Stage } from '../core/errors.js';
import { maskUrl } from '../core/mask-url.js';
import { LibavError } from '../encode/av-error.js';

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const NO_PERMISSION = new Set(['EACCES', 'EPERM', 'EROFS']);

/** What a muxer itself never gives for a stream that its container does not take. */
const DISK_FAILURES = new Set([...NO_SPACE, 'EIO', 'EROFS']);

/** Gives the status of a header back; throws {@link LibavError} when it is the disk that failed, and not the container. */
export function checkHeader(status: number): number {
  const failure = new LibavError(status, 'write the header');
  if (status < 0 && DISK_FAILURES.has(errnoName(failure))) throw failure;
  return status;
}

/** A failure to write `path`, whether libav or the file system said so, as a person reads it. */
export function outputFailure(path: string, cause: unknown): NocturneError {
  const stage: Stage = 'output';
  // Whatever was stopped on the way, what the user waited for is the output.
  if (cause instanceof NocturneError)
    return cause.code === 'ABORTED' ? abortedError(`${path} was complete`, stage) : cause;
  const { code, what, remedy } = outputFault(path, cause);
  const message = `Cannot write ${path}: ${what}.`;
  return new NocturneError({ code, stage, message, cause, ...(remedy === undefined ? {} : { remedy }) });
}

function outputFault(path: string, cause: unknown): { code: ErrorCode; what: string; remedy?: string } {
  const name = errnoName(cause);
  if (NO_SPACE.has(name)) return { code: 'OUTPUT_NO_SPACE', what: 'the disk is full' };
  if (NO_PERMISSION.has(name)) return { code: 'OUTPUT_NO_PERMISSION', what: 'no permission to write there' };
  if (name === 'ENOENT' || name === 'ENOTDIR') {
    // /proc and its like say so of a new file, too.
    if (existsSync(dirname(resolve(path)))) {
      return { code: 'OUTPUT_NO_PERMISSION', what: 'no file can be made in its folder' };
    }
    return { code: 'OUTPUT_FAILED', what: 'its folder does not exist', remedy: 'Make it first.' };
  }
  return { code: 'OUTPUT_FAILED', what: cause instanceof Error ? cause.message : String(cause) };
}

/** A failure to read the input whose sound and subtitles are copied, as a person reads it. */
export function inputFailure(path: string, cause: unknown): NocturneError {
  const name = errnoName(cause);
  const code: ErrorCode =
    name === 'ENOENT' ? 'INPUT_NOT_FOUND' : NO_PERMISSION.has(name) ? 'INPUT_NO_PERMISSION' : 'INPUT_UNSUPPORTED';
  const detail = cause instanceof Error ? cause.message : String(cause);
  const message = `Cannot copy sound from ${maskUrl(path)}: ${detail}.`;
  return new NocturneError({ code, stage: 'output', message, cause });
}

function errnoName(cause: unknown): string {
  if (cause instanceof LibavError) {
    return Object.entries(constants.errno).find(([, number]) => cause.status === -number)?.[0] ?? '';
  }
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
}
