import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { RequestListener } from 'node:http';
import type { JsonSchema } from '../core/json-schema.js';
import { packageVersion } from '../core/package-version.js';
import { remedyOf } from './access-policy.js';
import { AddressLimiter } from './address-limiter.js';
import { adminRoutes } from './api/admin-routes.js';
import type { ApiOptions } from './api/api-options.js';
import { HEALTH_CHECKS, healthRoutes } from './api/health-routes.js';
import { imageRoutes } from './api/image-routes.js';
import { likeRoutes } from './api/like-routes.js';
import { openApiDocument } from './api/openapi.js';
import { RequestBodyError, type BodyStatus } from './api/request-body.js';
import { json, type Api, type Call, type NodeEnv, type Route } from './api/route.js';
import { nameOf, noSuchStream, streamRoutes } from './api/stream-routes.js';
import { HttpServer } from './http-server.js';
import { MESSAGE_RATE } from './rate-limiter.js';
import { ViewerPage } from './viewer-page.js';

type ErrorStatus = BodyStatus | 500;

/** Headers of every response. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer', // the page's URL may contain the token
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Creates the HTTP server, not yet listening: viewer page, health checks, streams, controls, images, metrics, definitions of streams. */
export function createApi(options: ApiOptions): HttpServer {
  const { policy, admin } = options;
  const api: Api = new Hono();
  api.use(setHeaders, checkHostAndOrigin(options));
  const open = healthRoutes(options);
  const guarded = [
    ...[...streamRoutes(options), ...likeRoutes(options), ...imageRoutes(options)],
    ...(admin ? adminRoutes(options, admin) : []),
  ];
  const routes = [...open, ...guarded];
  const document = documentRoute(() => routes);
  routes.push(document);
  addRoutes(api, open);
  refuseOtherMethods(api, open);
  api.use(checkToken(options), limitRate(options)); // for every route below, and for unknown ones
  for (const path of ['/api/streams/:name/*', '/streams/:name/*']) api.use(path, checkStream(options));
  api.use('/metrics', async (context, next) => {
    const { incoming } = context.env;
    const names = [undefined, ...[...options.streams.values()].map(({ name }) => name)];
    if (names.every((name) => policy.accessOf(incoming, name) !== 'none')) return next();
    return context.json({ error: 'the metrics show every stream: they need a token of the server' }, 403);
  });
  addRoutes(api, [...guarded, document]);
  refuseOtherMethods(api, routes);
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
    frameAncestors: policy.frameAncestors,
  });
  const handle: RequestListener = (request, response) => {
    if (!page.send(request, response)) void listener(request, response);
  };
  return new HttpServer(handle, options.guard, options.tls);
}

/** The document of all routes, itself included. */
function documentRoute(routes: () => readonly Route[]): Route {
  let document: JsonSchema | undefined;
  return {
    ...{ method: 'get', path: '/api/openapi.json', id: 'getDocument', access: 'known' },
    summary: 'This document.',
    answers: { 200: json('An OpenAPI 3.1 document.', { type: 'object' }) },
    handle: (context) => context.json((document ??= openApiDocument(routes(), packageVersion()))),
  };
}

function addRoutes(api: Api, routes: readonly Route[]): void {
  for (const { method, path, handle } of routes) api.on(method.toUpperCase(), honoPath(path), handle);
}

/** Answers 405 to methods that a path does not have. */
function refuseOtherMethods(api: Api, routes: readonly Route[]): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map(({ method }) => method.toUpperCase());
    if (methods.includes('GET')) methods.push('HEAD');
    api.all(honoPath(path), (context) => {
      context.header('allow', methods.join(', '));
      return context.json({ error: `the method must be one of ${methods.join(', ')}` }, 405);
    });
  }
}

/** `/api/streams/{name}` as Hono writes it. */
function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

const setHeaders = createMiddleware<NodeEnv>(async (context, next) => {
  for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
  await next();
});

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
    return policy.isKnown(context.env.incoming) ? next() : refuseToken(context, { policy, wrongTokens });
  });

/** The answer to a wrong or missing token, held back when many have come from its address. */
async function refuseToken(
  context: Call,
  { policy, wrongTokens }: Pick<ApiOptions, 'policy' | 'wrongTokens'>,
): Promise<Response> {
  const { incoming } = context.env;
  if (!(await wrongTokens.add(policy.clientOf(incoming).address))) incoming.socket.destroy();
  context.header('www-authenticate', 'Bearer');
  return context.json({ error: 'wrong or missing token' }, 401);
}

/**
 * Rejects requests for a stream that their token may not watch: as unknown where the token is right for others, so that nobody learns names.
 * Here, not in the routes, so that none can forget it.
 */
const checkStream = ({ policy, wrongTokens }: ApiOptions) =>
  createMiddleware<NodeEnv>(async (context, next) => {
    const { incoming } = context.env;
    if (policy.accessOf(incoming, nameOf(context)) !== 'none') return next();
    if (policy.givesRightToken(incoming)) return noSuchStream(context);
    return refuseToken(context, { policy, wrongTokens });
  });

/** Limits the requests of an address as the messages of a viewer are. */
const limitRate = ({ policy }: ApiOptions) => {
  const limiter = new AddressLimiter(MESSAGE_RATE);
  return createMiddleware<NodeEnv>(async (context, next) => {
    if (limiter.tryAcquire(policy.clientOf(context.env.incoming).address)) return next();
    context.header('retry-after', '1');
    return context.json({ error: 'too many requests a second' }, 429);
  });
};

function statusOf(error: unknown): ErrorStatus {
  if (error instanceof RequestBodyError) return error.status;
  return error instanceof TypeError || error instanceof RangeError ? 400 : 500;
}
