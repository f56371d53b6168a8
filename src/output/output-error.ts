import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, resolve } from 'node:path';
import { abortedError, NocturneError, type ErrorCode, type Stage } from '../core/errors.js';
import { maskUrl } from '../core/mask-url.js';
import { LibavError } from '../encode/av-error.js';

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const NO_PERMISSION = new Set(['EACCES', 'EPERM', 'EROFS']);

/** Errors of the disk; a muxer returns none of them for a stream that its container does not support. */
const DISK_FAILURES = new Set([...NO_SPACE, 'EIO', 'EROFS']);

/** Returns the status of writing a header. Throws {@link LibavError} when the disk failed, not the muxer. */
export function checkHeader(status: number): number {
  const failure = new LibavError(status, 'write the header');
  if (status < 0 && isDiskFailure(failure)) throw failure;
  return status;
}

/** True when the disk failed, not the muxer. */
export function isDiskFailure(cause: unknown): boolean {
  return DISK_FAILURES.has(errnoName(cause));
}

/** Translates a failure to write `path`, of libav or the file system, for users. */
export function outputFailure(path: string, cause: unknown): NocturneError {
  const stage: Stage = 'output';
  // Whichever step was aborted, the user waits for the output.
  if (cause instanceof NocturneError)
    return cause.code === 'ABORTED' ? abortedError(`${path} was complete`, stage) : cause;
  const { code, reason, remedy } = describeFailure(path, cause);
  const message = `Cannot write ${path}: ${reason}.`;
  return new NocturneError({ code, stage, message, cause, ...(remedy === undefined ? {} : { remedy }) });
}

function describeFailure(path: string, cause: unknown): { code: ErrorCode; reason: string; remedy?: string } {
  const name = errnoName(cause);
  if (name === 'ENAMETOOLONG') return { code: 'OUTPUT_FAILED', reason: 'the name is too long', remedy: 'Shorten it.' };
  if (NO_SPACE.has(name)) return { code: 'OUTPUT_NO_SPACE', reason: 'the disk is full' };
  if (NO_PERMISSION.has(name)) return { code: 'OUTPUT_NO_PERMISSION', reason: 'permission denied' };
  if (name === 'ENOENT' || name === 'ENOTDIR') {
    // /proc and similar file systems return these for a new file too.
    if (existsSync(dirname(resolve(path)))) {
      return { code: 'OUTPUT_NO_PERMISSION', reason: 'its folder does not accept new files' };
    }
    return { code: 'OUTPUT_FAILED', reason: 'its folder does not exist', remedy: 'Create the folder first.' };
  }
  return { code: 'OUTPUT_FAILED', reason: cause instanceof Error ? cause.message : String(cause) };
}

/** Translates a failure to read the input of a stream copy, for users. */
export function inputFailure(path: string, cause: unknown): NocturneError {
  const name = errnoName(cause);
  const code: ErrorCode =
    name === 'ENOENT' ? 'INPUT_NOT_FOUND' : NO_PERMISSION.has(name) ? 'INPUT_NO_PERMISSION' : 'INPUT_UNSUPPORTED';
  const detail = cause instanceof Error ? cause.message : String(cause);
  const message = `Cannot copy audio from ${maskUrl(path)}: ${detail}.`;
  return new NocturneError({ code, stage: 'output', message, cause });
}

/** Name of an errno, such as `ENOENT`; empty for other causes. */
function errnoName(cause: unknown): string {
  if (cause instanceof LibavError) {
    return Object.entries(constants.errno).find(([, number]) => cause.status === -number)?.[0] ?? '';
  }
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
}
