import { NocturneError, type ErrorCode } from '../../core/errors.js';

/** The NocturneError OUTPUT_* for a file system error while a report file is written. */
export function reportFailure(path: string, cause: unknown): NocturneError {
  const reason = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const code: ErrorCode =
    reason === 'EACCES' || reason === 'EPERM' || reason === 'EROFS'
      ? 'OUTPUT_NO_PERMISSION'
      : reason === 'ENOSPC'
        ? 'OUTPUT_NO_SPACE'
        : 'OUTPUT_FAILED';
  const text = cause instanceof Error ? cause.message : String(cause);
  return new NocturneError({ code, stage: 'output', message: `cannot write ${path}: ${text}.`, cause });
}
