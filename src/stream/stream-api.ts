import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { checkControls } from '../core/controls.js';
import type { AccessPolicy } from './access-policy.js';
import type { LiveStream } from './live-stream.js';
import type { Metrics } from './metrics.js';
import { MAX_CLIENT_MESSAGE_BYTES } from './protocol.js';
import type { ViewerFile } from './viewer-files.js';
import type { StreamDirectory } from './viewer-gate.js';

/** A whole request must have come within this, milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;
/** How often Node looks for requests that are late, milliseconds; its own 30 s would let them be that much later. */
const CONNECTION_CHECK_MS = 1000;
/** An idle connection is kept open for the next request this long, milliseconds. */
const KEEP_ALIVE_MS = 5_000;

/** What {@link createApi} takes. */
export interface ApiOptions {
  readonly policy: AccessPolicy;
  readonly streams: StreamDirectory;
  readonly files: ReadonlyMap<string, ViewerFile>;
  readonly metrics: Metrics;
  readonly canControl: boolean;
}

/** The HTTP side of the server, not listening yet: the page, health, streams, controls, metrics. */
export function createApi(init: ApiOptions): FastifyInstance {
  const api = Fastify({
    logger: false, // it would log addresses, and with them tokens
    bodyLimit: MAX_CLIENT_MESSAGE_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: CONNECTION_CHECK_MS },
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    return503OnClosing: true,
    frameworkErrors: (error, _, reply: FastifyReply) => void reply.code(statusOf(error)).send({ error: error.message }),
  });
  api.removeContentTypeParser('text/plain'); // JSON alone: a page elsewhere cannot send it without asking first
  api.addHook('onRequest', (request, reply) => guard(init.policy, request, reply));
  api.setNotFoundHandler((_, reply) => reply.code(404).send({ error: 'not found' }));
  api.setErrorHandler((error, _, reply) => {
    const status = statusOf(error);
    return reply
      .code(status)
      .send({ error: status < 500 && error instanceof Error ? error.message : 'internal error' });
  });
  addPage(api, init);
  addStreams(api, init);
  return api;
}

/** Answers who may not ask; headers that hold for every answer. */
async function guard(policy: AccessPolicy, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer', // the page's address may hold the token
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  if (!policy.isHostAllowed(request.raw)) {
    await reply.code(403).send({ error: 'this server answers for its own name only' });
  } else if (!policy.isOriginAllowed(request.raw)) {
    await reply.code(403).send({ error: 'origin not allowed' });
  } else if (needsToken(request) && !policy.hasValidToken(request.raw)) {
    await reply.code(401).header('www-authenticate', 'Bearer').send({ error: 'wrong or missing token' });
  }
}

/** The page itself and the health check hold nothing secret; all else does. */
function needsToken(request: FastifyRequest): boolean {
  const { url } = request.routeOptions;
  return url === undefined || url.startsWith('/api/') || url === '/metrics';
}

function addPage(api: FastifyInstance, { files, policy }: ApiOptions): void {
  for (const [name, file] of files) {
    const send = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
      reply
        .headers({
          'content-type': file.type,
          'cache-control': 'no-cache',
          'content-security-policy': contentSecurityPolicy(request.headers.host, policy.frameAncestors),
          'cross-origin-opener-policy': 'same-origin',
        })
        .send(file.bytes);
    api.get(`/${name}`, send);
    if (name === 'index.html') api.get('/', send);
  }
}

/** Scripts, styles and sockets of this server alone. Safari before 15.4 does not count sockets as 'self', so they are named. */
function contentSecurityPolicy(host: string | undefined, frameAncestors: string): string {
  const sockets = host !== undefined && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'self'",
    `connect-src 'self'${sockets}`,
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frameAncestors}`,
  ].join('; ');
}

function addStreams(api: FastifyInstance, { streams, metrics, canControl, policy }: ApiOptions): void {
  api.get('/healthz', () => health(streams, policy));
  api.get('/metrics', async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  api.get('/api/streams', () => ({ streams: [...streams.values()].map(describe) }));
  api.get<NamedRoute>('/api/streams/:name', (request, reply) => {
    const stream = streams.get(request.params.name);
    return stream ? describe(stream) : noSuchStream(reply);
  });
  api.get<NamedRoute>('/api/streams/:name/controls', (request, reply) => {
    return streams.get(request.params.name)?.controls ?? noSuchStream(reply);
  });
  api.route<NamedRoute>({
    method: ['PUT', 'PATCH'],
    url: '/api/streams/:name/controls',
    handler: (request, reply) => {
      const stream = streams.get(request.params.name);
      if (!stream) return noSuchStream(reply);
      if (!canControl) return reply.code(403).send({ error: 'the controls may not be changed here' });
      stream.changeControls(checkControls(bodyRecord(request.body)));
      return stream.controls;
    },
  });
}

interface NamedRoute {
  Params: { name: string };
}

/** Alive is enough for a 200: a stream that reconnects is not mended by restarting the server. */
function health(streams: StreamDirectory, policy: AccessPolicy): object {
  const states = Object.fromEntries([...streams.values()].map((stream) => [stream.name, stream.state]));
  return policy.needsToken ? { status: 'ok' } : { status: 'ok', streams: states };
}

function describe(stream: LiveStream): object {
  const { name, state, message, format, controls, stats } = stream;
  return { name, state, message, format: format ?? null, controls, stats };
}

function noSuchStream(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ error: 'no such stream' });
}

function bodyRecord(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new TypeError('the body must be a JSON object of controls');
  }
  return Object.fromEntries(Object.entries(body));
}

function statusOf(error: unknown): number {
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') return error.statusCode;
  return error instanceof TypeError || error instanceof RangeError ? 400 : 500;
}
