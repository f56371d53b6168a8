import { AV_LOG_PANIC } from 'node-av/constants';
import { FFmpegError, Log } from 'node-av/lib';
import { NocturneError, type ErrorCode } from '../core/errors.js';

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
