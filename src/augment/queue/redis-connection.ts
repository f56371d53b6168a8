import { Redis } from 'ioredis';
import { NocturneError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import { maskUrl } from '../../core/mask-url.js';

/** How long Redis may take to answer when a command starts, milliseconds. */
const CONNECT_TIMEOUT_MS = 5000;
/** Longest pause between two tries to reconnect, milliseconds. */
const MAX_PAUSE_MS = 2000;
/** Oldest Redis that runs what BullMQ needs. */
const MIN_VERSION = [6, 2] as const;

/** A connection to the Redis of a queue. */
export interface QueueConnection extends Disposable {
  readonly redis: Redis;
  /** The address, its password masked. */
  readonly label: string;
}

/**
 * Connects to `redis://[user:password@]host[:port][/database]`, or `rediss://` with TLS. A connection that is lost later is opened again for as
 * long as the process runs; commands wait for it. Rejects with NocturneError CONFIG_INVALID, INPUT_REFUSED or INPUT_UNSUPPORTED.
 */
export async function connectQueue(address: string, logger: Logger): Promise<QueueConnection> {
  const label = maskUrl(address);
  if (!/^rediss?:\/\/[^/]/i.test(address) || !URL.canParse(address)) {
    throw new NocturneError({
      code: 'CONFIG_INVALID',
      stage: 'config',
      message: `the queue must be the address of a Redis server, got ${label}.`,
      remedy: 'Write redis://host:6379, or rediss:// for TLS; NOCTURNE_QUEUE keeps a password out of process lists.',
    });
  }
  const redis = new Redis(address, {
    lazyConnect: true,
    maxRetriesPerRequest: null, // commands wait for the server to be back
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (tries) => Math.min(100 * 2 ** Math.min(tries, 10), MAX_PAUSE_MS),
  });
  let reason: Error | undefined;
  const note = (error: Error): void => {
    reason = error;
  };
  redis.on('error', note);
  try {
    await redis.connect();
    await checkServer(redis, label, logger);
  } catch (error) {
    redis.disconnect();
    throw error instanceof NocturneError ? error : refused(label, reason ?? error);
  }
  redis.off('error', note);
  watchConnection(redis, label, logger);
  return { redis, label, [Symbol.dispose]: () => redis.disconnect() };
}

/** Logs once when the server is lost, and once when it is back. */
function watchConnection(redis: Redis, label: string, logger: Logger): void {
  let isLost = false;
  redis.on('error', () => undefined); // each is followed by `close`
  redis.on('close', () => {
    if (!isLost && redis.status !== 'end') logger.warn({ queue: label }, `Lost ${label}: reconnecting.`);
    isLost = true;
  });
  redis.on('end', () => {
    isLost = false;
  });
  redis.on('ready', () => {
    if (isLost) logger.info({ queue: label }, `Reconnected to ${label}.`);
    isLost = false;
  });
}

async function checkServer(redis: Redis, label: string, logger: Logger): Promise<void> {
  const info = await redis.info();
  const [, major = '0', minor = '0'] = /^redis_version:(\d+)\.(\d+)/m.exec(info) ?? [];
  const version = [Number(major), Number(minor)] as const;
  if (version[0] < MIN_VERSION[0] || (version[0] === MIN_VERSION[0] && version[1] < MIN_VERSION[1])) {
    throw new NocturneError({
      code: 'INPUT_UNSUPPORTED',
      stage: 'pipeline',
      message: `${label} is Redis ${version.join('.')}; the queue needs ${MIN_VERSION.join('.')} or newer.`,
      remedy: 'Use a newer Redis or Valkey.',
    });
  }
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy !== undefined && policy !== 'noeviction') {
    logger.warn(
      { queue: label, policy },
      `${label} may drop jobs when its memory is full: set maxmemory-policy to noeviction.`,
    );
  }
}

function refused(label: string, cause: unknown): NocturneError {
  const text = cause instanceof Error ? cause.message || cause.name : String(cause);
  const isDenied = /WRONGPASS|NOAUTH|NOPERM|invalid password/i.test(text);
  const reason = isDenied ? 'it does not accept the password' : text.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
  return new NocturneError({
    code: 'INPUT_REFUSED',
    stage: 'pipeline',
    message: `The queue ${label} cannot be reached: ${reason}.`,
    remedy: isDenied
      ? 'Write redis://:PASSWORD@host, or set NOCTURNE_QUEUE.'
      : 'Check the address and that Redis is running.',
    cause,
  });
}
