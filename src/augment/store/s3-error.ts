import { NocturneError, type ErrorCode } from '../../core/errors.js';

/** What was done with an object when it failed. */
export type S3Direction = 'read' | 'write';

/** What a failure of S3 means for a user. */
interface Meaning {
  readonly read: ErrorCode;
  readonly write: ErrorCode;
  /** A clause. */
  readonly reason: string;
  readonly remedy?: string;
}

const REFUSED = { read: 'INPUT_REFUSED', write: 'OUTPUT_FAILED' } as const;
const DENIED = { read: 'INPUT_NO_PERMISSION', write: 'OUTPUT_NO_PERMISSION' } as const;
const MISSING = { read: 'INPUT_NOT_FOUND', write: 'OUTPUT_FAILED' } as const;
const CHECK_KEYS = 'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_PROFILE.';
const WRONG_KEYS: Meaning = { ...DENIED, reason: 'the server does not accept the access key', remedy: CHECK_KEYS };
const NO_ACCESS: Meaning = {
  ...DENIED,
  reason: 'access denied',
  remedy: 'Give this access key permission to list, read, write and delete there, or choose another.',
};
const NO_OBJECT: Meaning = { ...MISSING, reason: 'it does not exist' };
const LOST = { read: 'INPUT_LOST', write: 'INPUT_LOST' } as const; // no item's own fault: its unit is tried again
const NO_SERVER: Meaning = {
  ...LOST,
  reason: 'the server cannot be reached',
  remedy: 'Check AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, AWS_REGION and the network.',
};

/** By name of the error, as S3, its client or Node.js gives it. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  NoSuchBucket: { ...MISSING, reason: 'there is no such bucket', remedy: 'Check the name, or create the bucket.' },
  NoSuchKey: NO_OBJECT,
  NotFound: NO_OBJECT,
  AccessDenied: NO_ACCESS,
  Forbidden: NO_ACCESS,
  AllAccessDisabled: NO_ACCESS,
  InvalidAccessKeyId: WRONG_KEYS,
  XAdminUserNotFound: WRONG_KEYS, // Versity's gateway
  SignatureDoesNotMatch: WRONG_KEYS,
  InvalidToken: WRONG_KEYS,
  ExpiredToken: { ...DENIED, reason: 'the credentials have expired', remedy: 'Get new ones, then run it again.' },
  CredentialsProviderError: { ...DENIED, reason: 'there are no credentials', remedy: CHECK_KEYS },
  PermanentRedirect: {
    ...REFUSED,
    reason: 'the bucket is in another region',
    remedy: 'Set AWS_REGION to the region of the bucket.',
  },
  ECONNREFUSED: NO_SERVER,
  ECONNRESET: NO_SERVER,
  EHOSTUNREACH: NO_SERVER,
  ENETUNREACH: NO_SERVER,
  ENOTFOUND: NO_SERVER,
  EAI_AGAIN: NO_SERVER,
  ETIMEDOUT: NO_SERVER,
  TimeoutError: NO_SERVER,
  ENOSPC: { read: 'INPUT_REFUSED', write: 'OUTPUT_NO_SPACE', reason: 'the disk for temporary files is full' },
};

/** Translates a failure of S3 for users. @param named the address as the user wrote it. */
export function s3Failure(named: string, direction: S3Direction, cause: unknown): NocturneError {
  if (cause instanceof NocturneError) return cause;
  const meaning = meaningOf(cause) ?? { ...(isPassing(cause) ? LOST : REFUSED), reason: oneLine(cause) };
  const verb = direction === 'read' ? 'read' : 'written';
  return new NocturneError({
    code: meaning[direction],
    stage: direction === 'read' ? 'ingest' : 'output',
    message: `${named} cannot be ${verb}: ${meaning.reason}.`,
    cause,
    ...(meaning.remedy === undefined ? {} : { remedy: meaning.remedy }),
  });
}

/** True when S3 says that an object is not there; a bucket that is not there is another matter. */
export function isMissingObject(cause: unknown): boolean {
  return meaningOf(cause) === NO_OBJECT;
}

/** True for what a retry may cure: the network, a busy server, an answer that ended early. */
export function isPassing(cause: unknown): boolean {
  const meaning = meaningOf(cause);
  const status = statusOf(cause);
  if (status !== undefined) return status >= 500 || status === 429;
  return meaning === undefined || meaning === NO_SERVER;
}

function meaningOf(cause: unknown): Meaning | undefined {
  for (const name of namesOf(cause)) if (Object.hasOwn(MEANINGS, name)) return MEANINGS[name];
  const status = statusOf(cause); // HEAD has no body that names the error
  if (status === 404) return NO_OBJECT;
  return status === 403 ? NO_ACCESS : undefined;
}

/** Names of an error and its causes; an AggregateError is what Node.js gives when no address of a host answers. */
function namesOf(cause: unknown): string[] {
  if (!(cause instanceof Error)) return [];
  const code = 'code' in cause && typeof cause.code === 'string' ? [cause.code] : [];
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause.cause;
  return [cause.name, ...code, ...namesOf(first)];
}

function statusOf(cause: unknown): number | undefined {
  const metadata = cause instanceof Error && '$metadata' in cause ? cause.$metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

function oneLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message || cause.name : String(cause);
  return text.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
}
