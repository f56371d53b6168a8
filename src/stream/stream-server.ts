import type { AddressInfo } from 'node:net';
import { NocturneError } from '../core/errors.js';
import { silentLogger } from '../core/logger.js';
import type { Logger } from '../core/logger.js';
import { AccessPolicy, isLoopback } from './access-policy.js';
import type { LiveStream } from './live-stream.js';
import { Metrics } from './metrics.js';
import { answerPlainly, asksForWebSocket } from './plain-upgrade.js';
import { CLOSE_CODES } from './protocol.js';
import { createApi } from './stream-api.js';
import { loadViewerFiles } from './viewer-files.js';
import { ViewerGate } from './viewer-gate.js';
import type { StreamDirectory } from './viewer-gate.js';

/** What {@link startServer} takes. */
export interface StreamServerOptions {
  /** Address to bind; default `127.0.0.1`, which only this machine reaches. */
  readonly host?: string;
  /** Port to bind; 0 for any free one. */
  readonly port: number;
  /** Asked for on every API, metrics and viewer connection. Never logged. */
  readonly token?: string;
  /** Web origins beside the server's own whose pages may connect. */
  readonly allowedOrigins?: readonly string[];
  /** Whether viewers and the API may change controls; default true. */
  readonly canControl?: boolean;
  /** Looked at anew at each request: streams may come and go. */
  readonly streams: StreamDirectory;
  /** Most viewers at a time over all streams; default 200. */
  readonly maxViewers?: number;
  /** A viewer that does not answer a ping for this long is cut off, milliseconds; default 15 000. */
  readonly heartbeatMs?: number;
  readonly logger?: Logger;
}

/** A running server. */
export interface StreamServer extends AsyncDisposable {
  /** Address of the page for a person on this machine; without the token. */
  readonly url: string;
  /** The port bound. */
  readonly port: number;
  /** Sends viewers away with code 1001, those of ended streams with what waits for them, gives them a moment, stops listening. Idempotent, never throws. */
  close(): Promise<void>;
}

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_MAX_VIEWERS = 200;
const DEFAULT_HEARTBEAT_MS = 15_000;
/** How often viewers are told the figures, milliseconds. */
const STATS_MS = 1000;
/** Connections beside those of viewers: page loads, scrapes, clients that are being refused. */
const SPARE_CONNECTIONS = 100;
/** How long viewers have to take their leave at a shutdown, milliseconds. */
const CLOSE_PATIENCE_MS = 1500;
/** How often it is looked whether they all did, milliseconds. */
const CLOSE_POLL_MS = 20;

/** Starts to serve streams. Throws NocturneError `PORT_TAKEN` or `ADDRESS_UNAVAILABLE`; TypeError for a bad origin. */
export async function startServer(options: StreamServerOptions): Promise<StreamServer> {
  const { host = DEFAULT_HOST, port, streams, canControl = true, logger = silentLogger } = options;
  // Programs without types call this too.
  if (typeof (streams as Partial<StreamDirectory> | undefined)?.values !== 'function') {
    throw new TypeError('streams must be a Map from name to stream, got none');
  }
  const maxViewers = options.maxViewers ?? DEFAULT_MAX_VIEWERS;
  const policy = new AccessPolicy({ host, token: options.token, allowedOrigins: options.allowedOrigins ?? [] });
  const metrics = new Metrics(() => streams.values());
  const api = createApi({ policy, streams, metrics, canControl, files: await loadViewerFiles() });
  const gate = new ViewerGate({ policy, streams, maxViewers, canControl, logger });
  api.server.maxConnections = maxViewers + SPARE_CONNECTIONS;
  api.server.on('upgrade', (request, socket, head) => {
    if (asksForWebSocket(request)) gate.upgrade(request, socket, head);
    else answerPlainly(api.server, request, socket, head);
  });
  try {
    await api.listen({ host: host.replace(/^\[(.*)\]$/, '$1'), port });
  } catch (error) {
    await api.close();
    metrics[Symbol.dispose]();
    throw listenFailure(error, host, port);
  }
  const timers = [
    setInterval(() => each(streams, (stream) => stream.sendStats()), STATS_MS),
    setInterval(() => each(streams, (stream) => stream.checkAlive()), options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS),
  ];
  const bound = api.server.address() as AddressInfo; // a TCP server that listens has one
  if (!isLoopback(host) && !policy.needsToken) {
    logger.warn({ host }, 'Whoever reaches this address can watch: pass a token to keep strangers out.');
  }
  logger.info({ host, port: bound.port }, 'The server listens.');

  const shutDown = async (): Promise<void> => {
    for (const timer of timers) clearInterval(timer);
    gate.close();
    each(streams, (stream) => stream.closeViewers(CLOSE_CODES.SHUTDOWN, 'server is shutting down'));
    await viewersGone(streams);
    each(streams, (stream) => stream.terminateViewers());
    await api.close();
    metrics[Symbol.dispose]();
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= shutDown());
  return { url: pageUrl(host, bound.port), port: bound.port, close, [Symbol.asyncDispose]: close };
}

function each(streams: StreamDirectory, visit: (stream: LiveStream) => void): void {
  for (const stream of streams.values()) visit(stream);
}

async function viewersGone(streams: StreamDirectory): Promise<void> {
  const deadline = performance.now() + CLOSE_PATIENCE_MS;
  while ([...streams.values()].some((stream) => stream.viewerCount > 0) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, CLOSE_POLL_MS));
  }
}

/** An address to open here: a wildcard is reached through loopback. */
function pageUrl(host: string, port: number): string {
  const isWildcard = host === '0.0.0.0' || host === '::' || host === '[::]';
  const shown = isWildcard ? DEFAULT_HOST : host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `http://${shown}:${port}/`;
}

function listenFailure(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new NocturneError({
        code: 'PORT_TAKEN',
        stage: 'stream',
        message: `Port ${port} of ${host} is taken.`,
        cause: error,
      });
    case 'EACCES':
      return new NocturneError({
        code: 'ADDRESS_UNAVAILABLE',
        stage: 'stream',
        message: `This user may not listen on port ${port} of ${host}.`,
        remedy: 'Pass a --port of 1024 or more.',
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return new NocturneError({
        code: 'ADDRESS_UNAVAILABLE',
        stage: 'stream',
        message: `The address ${host} is not one of this machine.`,
        cause: error,
      });
    default:
      return error;
  }
}
