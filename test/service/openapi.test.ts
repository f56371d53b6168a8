import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer } from './test-server.js';

const TOKENS = { token: 'watch-everything', controlToken: 'control-everything' };

interface Operation {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, { content?: Record<string, unknown> }>>;
  readonly 'x-access': 'anybody' | 'known' | 'watch' | 'control' | 'manage';
}

/** A request of each operation that has a body: one that succeeds. */
const BODIES: Readonly<Record<string, unknown>> = {
  putControls: { strength: 0.5 },
  patchControls: { view: 'day' },
  putGenerator: { generator: 'grade' },
  patchGenerator: { generator: 'grade' },
  addStream: { name: 'added', input: 'street' },
  putStream: { input: 'street', strength: 0.4 },
  patchStream: { strength: null },
  putLike: {}, // no photo
};
/** Operations that end otherwise for a stream that nobody watches: it has no frame, and no generator that could change. */
const EXPECTED: Readonly<Record<string, number>> = {
  ...{ putGenerator: 409, patchGenerator: 409, deleteLike: 409, putLike: 415, getImages: 400 },
};
/** A series of images has no end, so that a malformed rate is what is asked for. */
const QUERIES: Readonly<Record<string, string>> = { getImages: '?fps=0' };

let running: Awaited<ReturnType<typeof startTestServer>>;
let operations: { method: string; path: string; operation: Operation }[];

beforeAll(async () => {
  running = await startTestServer(
    { gate: { input: 'street', token: 'watch-the-gate', controlToken: 'control-the-gate' } },
    TOKENS,
  );
  await running.call('PUT', '/api/streams/own', { token: TOKENS.controlToken, body: { input: 'street' } });
  const { body } = await running.call('GET', '/api/openapi.json', { token: TOKENS.token });
  const paths = body['paths'] as Record<string, Record<string, Operation>>; // validated below
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
});
afterAll(() => running.close());

/** The request of an operation, of the stream that the API has added. */
function requestOf({ method, path, operation }: (typeof operations)[number], token?: string) {
  const { operationId } = operation;
  const body = operation.requestBody === undefined ? {} : { body: BODIES[operationId] };
  return running.call(method, path.replace('{name}', 'own') + (QUERIES[operationId] ?? ''), {
    ...body,
    ...(token === undefined ? {} : { token }),
  });
}

it('is a valid OpenAPI document, and shows no secret', async () => {
  const { body, type } = await running.call('GET', '/api/openapi.json', { token: TOKENS.token });
  expect(type).toBe('application/json');
  const { valid, errors } = await new Validator().validate(body);
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(operations.length).toBeGreaterThan(15);
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
});

it('has a body for every operation that takes one', () => {
  const taking = operations.filter(({ operation }) => operation.requestBody !== undefined);
  expect(taking.map(({ operation }) => operation.operationId).filter((id) => BODIES[id] === undefined)).toEqual([]);
});

it('answers each operation as documented, and refuses tokens that are not enough for it', async () => {
  for (const each of operations) {
    const { operationId, 'x-access': access, responses } = each.operation;
    const right = await requestOf(each, TOKENS.controlToken);
    const place = `${operationId}: ${JSON.stringify(right.body).slice(0, 200)}`;
    expect(Object.keys(responses), place).toContain(String(right.status));
    expect(right.status, place).toSatisfy((status: number) =>
      operationId in EXPECTED ? status === EXPECTED[operationId] : status < 300 || operationId === 'getFrame',
    );
    const documented = Object.keys(responses[right.status]?.content ?? { '': {} });
    expect(
      documented.some((type) => right.type.startsWith(type)),
      place,
    ).toBe(true);
    if (access === 'control' || access === 'manage') {
      expect((await requestOf(each, TOKENS.token)).status, operationId).toBe(403);
    }
    if (access === 'manage')
      expect((await requestOf(each, 'control-the-gate')).status, operationId).toSatisfy(isRefused);
    if (operationId === 'removeStream')
      await running.call('PUT', '/api/streams/own', { token: TOKENS.controlToken, body: { input: 'street' } });
  }
});

it('answers 401 without a token, and with a wrong one, to every operation that needs one', async () => {
  const guarded = operations.filter(({ operation }) => operation['x-access'] !== 'anybody');
  for (let first = 0; first < guarded.length; first += 8) {
    const some = guarded.slice(first, first + 8); // the server holds back answers to as many guesses at a time
    const answers = await Promise.all(some.map((each, i) => requestOf(each, i % 2 === 0 ? undefined : 'a-guess')));
    expect(answers.map(({ status }) => status)).toEqual(some.map(() => 401));
  }
  for (const { operation } of operations) {
    expect(operation.security?.length === 0, operation.operationId).toBe(operation['x-access'] === 'anybody');
  }
});

it('answers 405 with the methods that there are', async () => {
  const answer = await fetch(`${running.url}/api/streams`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${TOKENS.token}` },
  });
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('GET, POST, HEAD');
});

function isRefused(status: number): boolean {
  return status === 403 || status === 404;
}
