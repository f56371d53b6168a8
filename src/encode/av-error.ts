import { AV_LOG_PANIC } from 'node-av/constants';
import { FFmpegError, Log } from 'node-av/lib';
import { NocturneError, type ErrorCode } from '../core/errors.js';

/** A failed libav call, with its status. Callers translate it to a {@link NocturneError}. */
export class LibavError extends Error {
  constructor(
    readonly status: number,
    operation: string,
  ) {
    super(`${operation}: ${FFmpegError.strerror(status)}`);
    this.name = 'LibavError';
  }
}

/** Returns the status of a libav call. Throws {@link LibavError} when it is negative. */
export function checkStatus(status: number, operation: string): number {
  if (status < 0) throw new LibavError(status, operation);
  return status;
}

/** Stops libav from writing to the terminal, for the whole process. Failures still return a status. */
export function silenceLibavLog(): void {
  if (Log.getLevel() > AV_LOG_PANIC) Log.setLevel(AV_LOG_PANIC);
}

/** Translates a failure of the encoder `name` for users; returns a NocturneError as it is. */
export function encoderFailure(code: ErrorCode, name: string, cause: unknown): NocturneError {
  if (cause instanceof NocturneError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new NocturneError({ code, stage: 'encode', message: `The encoder ${name} failed: ${detail}.`, cause });
}
