import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { NocturneError } from '../core/errors.js';
import { silentLogger } from '../core/logger.js';
import type { Logger } from '../core/logger.js';
import { AccessPolicy, isLoopback, type ServerTokens, type StreamTokens } from './access-policy.js';
import { ConnectionGuard } from './connection-guard.js';
import type { HttpServer } from './http-server.js';
import { declineUpgrade, isWebSocketUpgrade } from './http-upgrade.js';
import type { StreamDirectory } from './live-stream.js';
import type { StreamAdmin } from './stream-admin.js';
import { Metrics } from './metrics.js';
import { CLOSE_CODES } from './protocol.js';
import { createApi } from './stream-api.js';
import { hubsOf } from './hub-directory.js';
import type { HubDirectory } from './hub-directory.js';
import { RefusalLog } from './refusal-log.js';
import { loadViewerFiles } from './viewer-files.js';
import { ViewerUpgrader } from './viewer-upgrader.js';
import { WrongTokens } from './wrong-tokens.js';

/** Options of {@link startServer}. */
export interface StreamServerOptions {
  /** Address to bind; default `127.0.0.1`, reachable from this machine only. */
  readonly host?: string;
  /** Port to bind; 0 for any free one. */
  readonly port: number;
  /** Secret required for API, metrics and viewer connections; default none. Never logged. */
  readonly token?: string;
  /**
   * Secret required to change controls; it may also watch. Default none: whoever may watch may change controls. Without
   * `token`, anyone may watch. Never logged.
   */
  readonly controlToken?: string;
  /** Web origins whose pages may connect, in addition to the server's own. A reverse proxy's origin is one of them. */
  readonly allowedOrigins?: readonly string[];
  /** The page's address behind a reverse proxy, for instance `https://night.example/cam/`; its origin is allowed. */
  readonly publicUrl?: string;
  /** IP addresses and networks of reverse proxies whose `X-Forwarded-For`, `-Host` and `-Proto` count; default none. */
  readonly trustedProxies?: readonly string[];
  /** Speaks TLS: certificate and private key in PEM. Default: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Viewers and the API may change controls; default true. */
  readonly canControl?: boolean;
  /** The `live` of each stream, by name. Read at each request: streams may be added and removed. */
  readonly streams: StreamDirectory;
  /** Maximum number of viewers at a time, over all streams; default 200. A function is asked at each viewer. */
  readonly maxViewers?: number | (() => number);
  /** Secrets of single streams, read at each request; default none. Never logged. */
  readonly streamTokens?: () => Iterable<StreamTokens>;
  /** Adds, changes and removes streams for the API, whose clients need the control token; default: the API cannot. */
  readonly admin?: StreamAdmin;
  /**
   * Interval of the pings to viewers, milliseconds; default 15 000. A viewer without a sign of life for three makes room for another when the
   * server is full; after nine it is cut off.
   */
  readonly heartbeatMs?: number;
  readonly logger?: Logger;
}

/** A running server. */
export interface StreamServer extends AsyncDisposable {
  /** Address of the viewer page, without the token: the public one, else that on this machine. */
  readonly url: string;
  /** The bound port. */
  readonly port: number;
  /**
   * Replaces the secrets of the server, and disconnects every viewer: those whose token is still right reconnect by themselves. Throws
   * TypeError as {@link startServer} does.
   */
  setTokens(tokens: ServerTokens): void;
  /**
   * Stops listening and closes viewers: with code 1001, or with 4410 and the rest of their queue where the stream has ended.
   * Takes up to 1.5 s. Idempotent, never throws.
   */
  close(): Promise<void>;
}

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_MAX_VIEWERS = 200;
const DEFAULT_HEARTBEAT_MS = 15_000;
/** Interval of the statistics sent to viewers, milliseconds. */
const STATS_INTERVAL_MS = 1000;
/** Timeout for viewers to disconnect at a shutdown, milliseconds. */
const SHUTDOWN_TIMEOUT_MS = 1500;
/** Interval at which a shutdown checks whether all viewers have left, milliseconds. */
const SHUTDOWN_POLL_MS = 20;

/**
 * Starts a server of streams. Throws NocturneError `PORT_TAKEN` or `ADDRESS_UNAVAILABLE`; TypeError for a malformed origin, for
 * streams of another kind, for an empty or equal token, and for a control token where nobody can control.
 */
export async function startServer(options: StreamServerOptions): Promise<StreamServer> {
  const { host = DEFAULT_HOST, canControl = true, maxViewers = DEFAULT_MAX_VIEWERS, logger = silentLogger } = options;
  const streams = checkStreams(options.streams);
  const { token, controlToken, allowedOrigins = [], publicUrl, trustedProxies = [], tls } = options;
  if (controlToken !== undefined && !canControl) throw new TypeError('controlToken needs canControl, got false');
  const { streamTokens, admin } = options;
  const policy = new AccessPolicy({
    ...{ host, token, controlToken, allowedOrigins, publicUrl, trustedProxies, isTls: tls !== undefined },
    ...(streamTokens ? { streamTokens } : {}),
  });
  const refusals = new RefusalLog(logger);
  const wrongTokens = new WrongTokens(logger);
  const guard = new ConnectionGuard({ logger });
  const metrics = new Metrics(() => streams.values(), guard);
  const api = createApi({
    ...{ policy, wrongTokens, streams, metrics, guard, refusals, canControl, admin, tls },
    files: await loadViewerFiles(),
  });
  const onJoin = (socket: Duplex): void => guard.admit(socket);
  const upgrader = new ViewerUpgrader({
    policy,
    wrongTokens,
    streams,
    maxViewers,
    canControl,
    refusals,
    onJoin,
    logger,
  });
  handleUpgrades(api.server, upgrader);
  try {
    await listen(api, host, options.port);
  } catch (error) {
    await api.close();
    metrics[Symbol.dispose]();
    throw error;
  }
  const timers = startTimers(streams, options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS);
  const { port } = api;
  if (!isLoopback(host) && !policy.needsToken) {
    logger.warn({ host }, 'Anyone who can reach this address can watch. Set a token to prevent that.');
  }
  logger.info({ host, port }, 'The server is listening.');

  const shutDown = async (): Promise<void> => {
    for (const timer of timers) clearInterval(timer);
    upgrader.close();
    await disconnectViewers(streams);
    await api.close();
    metrics[Symbol.dispose]();
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= shutDown());
  const setTokens = (tokens: ServerTokens): void => {
    if (tokens.controlToken !== undefined && !canControl)
      throw new TypeError('controlToken needs canControl, got false');
    policy.setTokens(tokens);
    for (const stream of streams.values()) stream.closeViewers(CLOSE_CODES.SHUTDOWN, 'the token has changed');
  };
  const url = publicUrl ?? pageUrl(tls ? 'https' : 'http', host, port);
  return { url, port, setTokens, close, [Symbol.asyncDispose]: close };
}

/** The hubs behind the streams. Throws TypeError when there are none: programs without types call this too. */
function checkStreams(streams: StreamDirectory): HubDirectory {
  if (typeof (streams as Partial<StreamDirectory> | undefined)?.values !== 'function') {
    throw new TypeError('streams must be a Map from name to stream, got none');
  }
  const hubs = hubsOf(streams);
  hubs.values(); // throws for objects of another kind
  return hubs;
}

function handleUpgrades(server: Server, upgrader: ViewerUpgrader): void {
  server.on('upgrade', (request, socket, head) => {
    if (isWebSocketUpgrade(request)) upgrader.upgrade(request, socket, head);
    else declineUpgrade(server, request, socket, head);
  });
}

async function listen(api: HttpServer, host: string, port: number): Promise<void> {
  try {
    await api.listen({ host: host.replace(/^\[(.*)\]$/, '$1'), port });
  } catch (error) {
    throw listenFailure(error, host, port);
  }
}

function startTimers(streams: HubDirectory, heartbeatMs: number): NodeJS.Timeout[] {
  const sendStats = (): void => {
    for (const stream of streams.values()) stream.sendStats();
  };
  const checkAlive = (): void => {
    for (const stream of streams.values()) stream.checkAlive();
  };
  return [setInterval(sendStats, STATS_INTERVAL_MS), setInterval(checkAlive, heartbeatMs)];
}

/** Closes every viewer; cuts those that stay longer than the timeout. */
async function disconnectViewers(streams: HubDirectory): Promise<void> {
  for (const stream of streams.values()) stream.closeViewers(CLOSE_CODES.SHUTDOWN, 'server is shutting down');
  const deadlineMs = performance.now() + SHUTDOWN_TIMEOUT_MS;
  while ([...streams.values()].some((stream) => stream.viewerCount > 0) && performance.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, SHUTDOWN_POLL_MS));
  }
  for (const stream of streams.values()) stream.terminateViewers();
}

/** URL of the viewer page on this machine. A wildcard address is reached through loopback. */
function pageUrl(scheme: string, host: string, port: number): string {
  const isWildcard = host === '0.0.0.0' || host === '::' || host === '[::]';
  const shown = isWildcard ? DEFAULT_HOST : host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${scheme}://${shown}:${port}/`;
}

function listenFailure(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new NocturneError({
        code: 'PORT_TAKEN',
        stage: 'stream',
        message: `Port ${port} on ${host} is already in use.`,
        cause: error,
      });
    case 'EACCES':
      return new NocturneError({
        code: 'ADDRESS_UNAVAILABLE',
        stage: 'stream',
        message: `No permission to listen on port ${port} of ${host}.`,
        remedy: 'Choose a --port of 1024 or more.',
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return new NocturneError({
        code: 'ADDRESS_UNAVAILABLE',
        stage: 'stream',
        message: `${host} is not an address of this machine.`,
        cause: error,
      });
    default:
      return error;
  }
}
