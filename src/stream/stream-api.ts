import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { IncomingMessage } from 'node:http';
import { checkControls } from '../core/controls.js';
import { NocturneError } from '../core/errors.js';
import { remedyOf, type AccessPolicy } from './access-policy.js';
import { AddressLimiter } from './address-limiter.js';
import type { ConnectionGuard } from './connection-guard.js';
import { HttpServer } from './http-server.js';
import type { HubDirectory } from './hub-directory.js';
import { addImageRoutes } from './image-routes.js';
import type { GeneratorChange, LiveStream } from './live-stream.js';
import type { Metrics } from './metrics.js';
import { MAX_CLIENT_MESSAGE_BYTES } from './protocol.js';
import { MESSAGE_RATE } from './rate-limiter.js';
import type { RefusalLog } from './refusal-log.js';
import type { ViewerFile } from './viewer-files.js';
import { ViewerPage } from './viewer-page.js';
import type { WrongTokens } from './wrong-tokens.js';

/** Options of {@link createApi}. */
export interface ApiOptions {
  readonly policy: AccessPolicy;
  readonly wrongTokens: WrongTokens;
  readonly streams: HubDirectory;
  readonly files: ReadonlyMap<string, ViewerFile>;
  readonly metrics: Metrics;
  /** Bounds the server's connections. */
  readonly guard: ConnectionGuard;
  readonly refusals: RefusalLog;
  readonly canControl: boolean;
}

/** Node's request behind Hono's. */
interface NodeEnv {
  Bindings: HttpBindings;
}
type Api = Hono<NodeEnv>;
type ErrorStatus = 400 | 413 | 415 | 500;

/** Headers of every response. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer', // the page's URL may contain the token
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Creates the HTTP server, not yet listening: viewer page, health checks, streams, controls, metrics. */
export function createApi(options: ApiOptions): HttpServer {
  const api: Api = new Hono();
  api.use(setHeaders, checkHostAndOrigin(options));
  addHealthChecks(api, options);
  api.use(checkToken(options), limitRate()); // for every route below, and for unknown ones
  addStreams(api, options);
  addImageRoutes(api, options);
  api.notFound((context) => context.json({ error: 'not found' }, 404));
  api.onError((error, context) => {
    const status = statusOf(error);
    return context.json({ error: status < 500 ? error.message : 'internal error' }, status);
  });
  const listener = getRequestListener(api.fetch, {
    overrideGlobalObjects: false, // the caller's Request and Response stay Node's
    hostname: 'localhost', // HTTP/1.0 requests may have no Host header
    errorHandler: () => Response.json({ error: 'malformed request' }, { status: 400, headers: HEADERS }),
  });
  const page = new ViewerPage({
    files: options.files,
    headers: HEADERS,
    frameAncestors: options.policy.frameAncestors,
  });
  return new HttpServer((request, response) => {
    if (!page.send(request, response)) void listener(request, response);
  }, options.guard);
}

const setHeaders = createMiddleware<NodeEnv>(async (context, next) => {
  for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
  await next();
});

/** Paths of the health checks. A probe may call the server by any name. */
const HEALTH_CHECKS = ['/healthz', '/readyz'];

/** Rejects requests for other hosts and from pages of other origins. */
const checkHostAndOrigin = ({ policy, refusals }: ApiOptions) =>
  createMiddleware<NodeEnv>(async (context, next) => {
    const refusal = policy.refusalOf(context.env.incoming);
    const isProbe = context.req.header('origin') === undefined && HEALTH_CHECKS.includes(context.req.path);
    if (!refusal || isProbe) return next();
    refusals.add(refusal);
    return context.json({ error: `${refusal.reason}: ${remedyOf(refusal)}` }, 403);
  });

/** Rejects requests without the token. The viewer page and the health checks need none: they hold no secrets. */
const checkToken = ({ policy, wrongTokens }: ApiOptions) =>
  createMiddleware<NodeEnv>(async (context, next) => {
    const { incoming } = context.env;
    if (policy.accessOf(incoming) !== 'none') return next();
    if (!(await wrongTokens.add(incoming.socket.remoteAddress))) incoming.socket.destroy();
    context.header('www-authenticate', 'Bearer');
    return context.json({ error: 'wrong or missing token' }, 401);
  });

/** Limits the requests of an address as the messages of a viewer are. */
const limitRate = () => {
  const limiter = new AddressLimiter(MESSAGE_RATE);
  return createMiddleware<NodeEnv>(async (context, next) => {
    if (limiter.tryAcquire(context.env.incoming.socket.remoteAddress)) return next();
    context.header('retry-after', '1');
    return context.json({ error: 'too many requests a second' }, 429);
  });
};

function addHealthChecks(api: Api, { streams, policy }: ApiOptions): void {
  // They need no token. They name no streams where the server has one, nor to a host that is not allowed.
  const states = (request: IncomingMessage): object => {
    if (policy.needsToken || policy.refusalOf(request) !== undefined) return {};
    return { streams: Object.fromEntries([...streams.values()].map(({ name, state }) => [name, state])) };
  };
  // Liveness: 200 also when a stream has failed or stalled, since a restart of the server does not repair its input.
  api.get('/healthz', (context) => {
    const isDegraded = [...streams.values()].some(({ state }) => state === 'failed' || state === 'stalled');
    return context.json({ status: isDegraded ? 'degraded' : 'ok', ...states(context.env.incoming) });
  });
  // Readiness: 503 until every stream has frames to watch.
  api.get('/readyz', (context) => {
    const isReady = [...streams.values()].every(({ state }) => state === 'live' || state === 'ended');
    const status = isReady ? 'ready' : 'not ready';
    return context.json({ status, ...states(context.env.incoming) }, isReady ? 200 : 503);
  });
}

function addStreams(api: Api, { streams, metrics, canControl, policy }: ApiOptions): void {
  api.get('/metrics', async (context) => {
    context.header('content-type', metrics.contentType);
    return context.body(await metrics.text());
  });
  api.get('/api/streams', (context) => context.json({ streams: [...streams.values()].map(describe) }));
  api.get('/api/streams/:name', (context) => {
    const stream = streams.get(context.req.param('name'));
    return stream ? context.json(describe(stream)) : noSuchStream(context);
  });
  api.get('/api/streams/:name/controls', (context) => {
    const stream = streams.get(context.req.param('name'));
    return stream ? context.json(stream.controls) : noSuchStream(context);
  });
  api.get('/api/streams/:name/generator', (context) => {
    const generator = streams.get(context.req.param('name'))?.generator;
    if (!generator) return noSuchStream(context);
    // Its names may be paths of the machine, which those who only watch need not know.
    if (!canControl || policy.accessOf(context.env.incoming) !== 'control') {
      return context.json({ error: 'reading the generators needs the control token' }, 403);
    }
    return context.json(generator);
  });
  api.on(['PUT', 'PATCH'], '/api/streams/:name/generator', async (context) => {
    const change = checkGenerator(await readRecord(context.env.incoming));
    const stream = streams.get(context.req.param('name'));
    if (!stream?.generator || !stream.changeGenerator) return noSuchStream(context);
    if (!canControl) return context.json({ error: 'controls are read-only on this server' }, 403);
    if (policy.accessOf(context.env.incoming) !== 'control') {
      return context.json({ error: 'changing the generator needs the control token' }, 403);
    }
    try {
      await stream.changeGenerator(change);
    } catch (error) {
      if (error instanceof NocturneError) return context.json({ error: error.toLine() }, 409);
      throw error;
    }
    return context.json(stream.generator ?? {});
  });
  api.on(['PUT', 'PATCH'], '/api/streams/:name/controls', async (context) => {
    const change = await readRecord(context.env.incoming);
    const stream = streams.get(context.req.param('name'));
    if (!stream) return noSuchStream(context);
    if (!canControl) return context.json({ error: 'controls are read-only on this server' }, 403);
    if (policy.accessOf(context.env.incoming) !== 'control') {
      return context.json({ error: 'changing controls needs the control token' }, 403);
    }
    stream.setControls(checkControls(change));
    return context.json(stream.controls);
  });
}

function describe(stream: LiveStream): object {
  const { name, state, message, format, controls, stats } = stream;
  return { name, state, message, format: format ?? null, controls, stats };
}

function noSuchStream(context: Context<NodeEnv>): Response {
  return context.json({ error: 'no such stream' }, 404);
}

/** Throws TypeError for anything but a generator, a style or both. */
function checkGenerator(change: Record<string, unknown>): Partial<GeneratorChange> {
  const entries = Object.entries(change).map(([name, value]): [string, string] => {
    if (name !== 'generator' && name !== 'style') throw new TypeError(`unknown field ${name}; known: generator, style`);
    if (typeof value !== 'string') throw new TypeError(`${name} must be a string, got ${typeof value}`);
    return [name, value];
  });
  if (entries.length === 0) throw new TypeError('the body must have a generator, a style or both');
  return Object.fromEntries(entries);
}

/** Why a request's body is not accepted. */
class RequestBodyError extends Error {
  readonly status: ErrorStatus;

  constructor(status: ErrorStatus, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads the JSON object of a request. JSON only: a foreign page needs a CORS preflight to send it. */
async function readRecord(request: IncomingMessage): Promise<Record<string, unknown>> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new RequestBodyError(415, 'the content type must be application/json');
  }
  const text = await readText(request);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new RequestBodyError(400, 'the body must be JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RequestBodyError(400, 'the body must be a JSON object');
  }
  return Object.fromEntries(Object.entries(body));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer; // no encoding is set
    length += bytes.length;
    if (length > MAX_CLIENT_MESSAGE_BYTES) throw new RequestBodyError(413, 'the body is too large');
    chunks.push(bytes);
  }
  return new TextDecoder().decode(Buffer.concat(chunks)); // without a byte order mark
}

function statusOf(error: unknown): ErrorStatus {
  if (error instanceof RequestBodyError) return error.status;
  return error instanceof TypeError || error instanceof RangeError ? 400 : 500;
}
