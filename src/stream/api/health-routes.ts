import type { IncomingMessage } from 'node:http';
import type { ApiOptions } from './api-options.js';
import { json, type Route } from './route.js';
import { HealthAnswer } from './schemas.js';

/** Paths of the health checks. A probe may call the server by any name. */
export const HEALTH_CHECKS = ['/healthz', '/readyz'];

/** Liveness and readiness. They need no token, and name only streams that anybody may watch, to hosts that are allowed. */
export function healthRoutes({ streams, policy }: ApiOptions): Route[] {
  const states = (request: IncomingMessage): object => {
    if (policy.needsToken || policy.refusalOf(request) !== undefined) return {};
    const open = [...streams.values()].filter(({ name }) => policy.accessOf(request, name) !== 'none');
    return { streams: Object.fromEntries(open.map(({ name, state }) => [name, state])) };
  };
  return [
    {
      ...{ method: 'get', path: '/healthz', id: 'getHealth', access: 'anybody' },
      summary:
        'Liveness: 200 also when a stream has failed or stalled, since a restart of the server does not repair its input.',
      answers: { 200: json('The server runs.', HealthAnswer) },
      handle: (context) => {
        const isDegraded = [...streams.values()].some(({ state }) => state === 'failed' || state === 'stalled');
        return context.json({ status: isDegraded ? 'degraded' : 'ok', ...states(context.env.incoming) });
      },
    },
    {
      ...{ method: 'get', path: '/readyz', id: 'getReadiness', access: 'anybody' },
      summary: 'Readiness: 503 until every stream has frames to watch, or starts with its first viewer.',
      answers: {
        200: json('Every stream can be watched.', HealthAnswer),
        503: json('Some stream cannot be watched yet.', HealthAnswer),
      },
      handle: (context) => {
        const isReady = [...streams.values()].every(({ state }) => READY.includes(state));
        const status = isReady ? 'ready' : 'not ready';
        return context.json({ status, ...states(context.env.incoming) }, isReady ? 200 : 503);
      },
    },
  ];
}

/** States of a stream that keeps the server from nothing. */
const READY: readonly string[] = ['live', 'ended', 'idle'];
