import { z } from 'zod';
import type { JsonSchema } from '../../core/json-schema.js';
import type { Answer, Route } from './route.js';
import { ErrorAnswer, STREAM_NAME_SCHEMA } from './schemas.js';

/** When the server answers with each status that refuses. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The request is malformed: a query, a body or a value in it.',
  401: 'The token is wrong or missing.',
  403: 'The token does not allow this, or the host or origin of the request is not allowed.',
  404: 'There is no such stream that the token may watch.',
  409: 'The state of the server does not allow this; nothing has changed.',
  413: 'The body is too large.',
  415: 'The content type is not application/json.',
  429: 'Too many requests a second.',
  503: 'Not now: the message says why.',
  507: 'The change cannot be kept; nothing has changed.',
};

const TOKEN_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A token of the server or of a stream.' },
  query: { type: 'apiKey', in: 'query', name: 'token', description: 'The same, for what cannot send headers.' },
};

/** Creates the OpenAPI 3.1 document of routes, from what they are made of. */
export function openApiDocument(routes: readonly Route[], version: string): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operationOf(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Nocturne',
      version,
      description:
        'Streams of a nocturne server: their state, controls, images and definitions. docs/streams.md explains them.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: { securitySchemes: TOKEN_SCHEMES, schemas: { Error: schemaOf(ErrorAnswer, 'output') } },
  };
}

function operationOf(route: Route): JsonSchema {
  const { id, summary, access, body, upload, query = {} } = route;
  const hasName = route.path.includes('{name}');
  const parameters = [
    ...(hasName ? [{ name: 'name', in: 'path', required: true, schema: schemaOf(STREAM_NAME_SCHEMA, 'input') }] : []),
    ...Object.entries(query).map(([name, { schema, description }]) => ({
      ...{ name, in: 'query', description, required: false },
      schema: schemaOf(schema, 'input'),
    })),
  ];
  return {
    operationId: id,
    summary,
    ...(access === 'anybody' ? { security: [] } : { security: [{ bearer: [] }, { query: [] }] }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: contentOf('application/json', body, 'input') } } : {}),
    ...(upload ? { requestBody: { required: true, content: uploadOf(upload) } } : {}),
    responses: responsesOf(route),
    'x-access': access,
  };
}

function uploadOf(upload: NonNullable<Route['upload']>): JsonSchema {
  return Object.fromEntries(Object.entries(upload).map(([type, schema]) => [type, { schema }]));
}

function responsesOf(route: Route): JsonSchema {
  const { answers, refusals = [], access, body, upload, query, path } = route;
  const ofAccess = access === 'anybody' ? [403] : [401, 403, 429];
  const ofBody = body || upload ? [400, 413, 415] : [];
  const ofQuery = query ? [400] : [];
  const ofPath = path.includes('{name}') ? [404] : [];
  const statuses = [...new Set([...ofAccess, ...ofBody, ...ofQuery, ...ofPath, ...refusals])].sort((a, b) => a - b);
  const refused = statuses.map((status) => [
    status,
    {
      description: REFUSALS[status],
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    },
  ]);
  return Object.fromEntries([
    ...Object.entries(answers).map(([status, answer]) => [status, responseOf(answer)]),
    ...refused,
  ]) as JsonSchema; // entries by status
}

function responseOf({ description, content }: Answer): JsonSchema {
  return { description, ...(content ? { content: contentOf(content.type, content.schema, 'output') } : {}) };
}

function contentOf(type: string, schema: z.ZodType | JsonSchema, io: 'input' | 'output'): JsonSchema {
  return { [type]: { schema: schemaOf(schema, io) } };
}

function schemaOf(schema: z.ZodType | JsonSchema, io: 'input' | 'output'): JsonSchema {
  if (!(schema instanceof z.ZodType)) return schema;
  const { $schema, ...rest } = z.toJSONSchema(schema, { io });
  return $schema === undefined ? {} : rest; // the document names the dialect
}
