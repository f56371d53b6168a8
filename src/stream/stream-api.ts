import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { checkControls } from '../core/controls.js';
import type { AccessPolicy } from './access-policy.js';
import type { LiveStream, StreamDirectory } from './live-stream.js';
import type { Metrics } from './metrics.js';
import { MAX_CLIENT_MESSAGE_BYTES } from './protocol.js';
import type { ViewerFile } from './viewer-files.js';

/** Timeout for receiving a whole request, milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Interval at which Node checks the request timeout, milliseconds; its default of 30 s would add up to 30 s. */
const CONNECTION_CHECK_MS = 1000;
/** Time an idle connection stays open for the next request, milliseconds. */
const KEEP_ALIVE_MS = 5_000;

/** Options of {@link createApi}. */
export interface ApiOptions {
  readonly policy: AccessPolicy;
  readonly streams: StreamDirectory;
  readonly files: ReadonlyMap<string, ViewerFile>;
  readonly metrics: Metrics;
  readonly canControl: boolean;
}

/** Creates the HTTP server, not yet listening: viewer page, health checks, streams, controls, metrics. */
export function createApi(options: ApiOptions): FastifyInstance {
  const api = Fastify({
    logger: false, // Fastify logs URLs, and tokens with them
    bodyLimit: MAX_CLIENT_MESSAGE_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: CONNECTION_CHECK_MS },
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    return503OnClosing: true,
    frameworkErrors: (error, _, reply: FastifyReply) => void reply.code(statusOf(error)).send({ error: error.message }),
  });
  api.removeContentTypeParser('text/plain'); // JSON only: a foreign page needs a CORS preflight to send it
  api.addHook('onRequest', (request, reply) => guard(options.policy, request, reply));
  api.setNotFoundHandler((_, reply) => reply.code(404).send({ error: 'not found' }));
  api.setErrorHandler((error, _, reply) => {
    const status = statusOf(error);
    return reply
      .code(status)
      .send({ error: status < 500 && error instanceof Error ? error.message : 'internal error' });
  });
  addPage(api, options);
  addHealthChecks(api, options);
  addStreams(api, options);
  return api;
}

/** Sets the headers of every response; rejects requests that the policy does not allow. */
async function guard(policy: AccessPolicy, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer', // the page's URL may contain the token
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  if (!policy.isHostAllowed(request.raw)) {
    await reply.code(403).send({ error: 'host not allowed' });
  } else if (!policy.isOriginAllowed(request.raw)) {
    await reply.code(403).send({ error: 'origin not allowed' });
  } else if (needsToken(request) && !policy.hasValidToken(request.raw)) {
    await reply.code(401).header('www-authenticate', 'Bearer').send({ error: 'wrong or missing token' });
  }
}

/** True for everything except the viewer page and the health checks, which hold no secrets. */
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

/** Allows scripts, styles and sockets of this server only. Safari before 15.4 does not match sockets with 'self', so it lists them. */
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

function addHealthChecks(api: FastifyInstance, { streams, policy }: ApiOptions): void {
  // The health checks need no token, so they name no streams where the server has one.
  const states = (): object => {
    if (policy.needsToken) return {};
    return { streams: Object.fromEntries([...streams.values()].map(({ name, state }) => [name, state])) };
  };
  // Liveness: 200 also when a stream has failed, since a restart of the server does not repair its input.
  api.get('/healthz', () => {
    const hasFailed = [...streams.values()].some(({ state }) => state === 'failed');
    return { status: hasFailed ? 'degraded' : 'ok', ...states() };
  });
  // Readiness: 503 until every stream has frames to watch.
  api.get('/readyz', (_, reply) => {
    const isReady = [...streams.values()].every(({ state }) => state === 'live' || state === 'ended');
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', ...states() });
  });
}

function addStreams(api: FastifyInstance, { streams, metrics, canControl }: ApiOptions): void {
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
      if (!canControl) return reply.code(403).send({ error: 'controls are read-only on this server' });
      stream.setControls(checkControls(bodyRecord(request.body)));
      return stream.controls;
    },
  });
}

interface NamedRoute {
  Params: { name: string };
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
