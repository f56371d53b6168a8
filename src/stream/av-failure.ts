import { constants } from 'node:os';
import { AV_LOG_PANIC } from 'node-av/constants';
import { FFmpegError, Log } from 'node-av/lib';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { aborted, NocturneError } from '../core/errors.js';
import type { ErrorCode, Stage } from '../core/errors.js';
import { maskUrl } from '../core/mask-url.js';

/** A libav call that failed, with the number it returned; translated to a {@link NocturneError} before it leaves this folder. */
export class LibavError extends Error {
  constructor(
    readonly status: number,
    operation: string,
  ) {
    super(`${operation}: ${FFmpegError.strerror(status)}`);
    this.name = 'LibavError';
  }
}

/** Gives the status back when the call worked; throws {@link LibavError} when it is negative. */
export function checkStatus(status: number, operation: string): number {
  if (status < 0) throw new LibavError(status, operation);
  return status;
}

/** Keeps libav from writing to the terminal: every failure comes back as a status here. The level counts for the whole process. */
export function quietLibav(): void {
  if (Log.getLevel() > AV_LOG_PANIC) Log.setLevel(AV_LOG_PANIC);
}

/** A failure of an encoder, as a person reads it. */
export function encoderFailure(code: ErrorCode, name: string, cause: unknown): NocturneError {
  if (cause instanceof NocturneError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new NocturneError({ code, stage: 'encode', message: `The encoder ${name} failed: ${detail}.`, cause });
}

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
  if (cause instanceof NocturneError) return cause.code === 'ABORTED' ? aborted(`${path} was complete`, stage) : cause;
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
