import { z } from 'zod';
import type { ApiOptions } from './api-options.js';
import type { JsonSchema } from '../../core/json-schema.js';
import { AdminRefusal, type StreamAdmin } from '../stream-admin.js';
import { readRecord } from './request-body.js';
import { json, type Call, type Route } from './route.js';
import { STREAM_NAME_SCHEMA } from './schemas.js';
import { describe, nameOf, noSuchStream } from './stream-routes.js';
import { StreamAnswer } from './schemas.js';

/** A definition as it is shown: with masked secrets. */
const DefinitionAnswer = z.looseObject({
  name: STREAM_NAME_SCHEMA,
  origin: z.enum(['command line', 'config file', 'api']).describe('Where the stream is defined.'),
  input: z.string().describe('With its secrets masked.'),
  hasToken: z.boolean(),
  hasControlToken: z.boolean(),
});

/** Adding, changing, removing and restarting streams. They need the control token of the server. */
export function adminRoutes(options: ApiOptions, admin: StreamAdmin): Route[] {
  const { streams } = options;
  const path = '/api/streams/{name}';
  const managed = (handle: (context: Call) => Promise<Response>) => (context: Call) =>
    refuseManager(context, options) ?? withRefusals(context, handle);
  const definition = (context: Call, status: 200 | 201 = 200): Response => {
    const shown = admin.definitionOf(nameOf(context));
    return shown ? context.json(shown, status) : noSuchStream(context);
  };
  const refusals = [409, 503, 507];
  return [
    {
      ...{ method: 'post', path: '/api/streams', id: 'addStream', access: 'manage' },
      summary: 'Adds a stream under a new name. It is kept over restarts of the server.',
      body: withName(admin.definitionSchema),
      answers: { 201: json('The definition; the stream starts.', DefinitionAnswer) },
      refusals,
      handle: managed(async (context) => {
        const { name, ...body } = await readRecord(context.env.incoming);
        if (typeof name !== 'string') throw new TypeError('name must be a string');
        await admin.put(name, body, true);
        context.header('location', `/api/streams/${name}`);
        return context.json(admin.definitionOf(name) ?? {}, 201);
      }),
    },
    {
      ...{ method: 'get', path: `${path}/definition`, id: 'getDefinition', access: 'manage' },
      summary: 'How a stream is defined, and where; secrets are masked.',
      answers: { 200: json('The definition.', DefinitionAnswer) },
      handle: managed((context) => Promise.resolve(definition(context))),
    },
    {
      ...{ method: 'put', path, id: 'putStream', access: 'manage' },
      summary: 'Adds a stream, or replaces the definition of one that the API has added; its viewers stay.',
      body: admin.definitionSchema,
      answers: {
        200: json('The definition, which replaces one.', DefinitionAnswer),
        201: json('The definition; the stream starts.', DefinitionAnswer),
      },
      refusals,
      handle: managed(async (context) => {
        const isNew = await admin.put(nameOf(context), await readRecord(context.env.incoming), false);
        return definition(context, isNew ? 201 : 200);
      }),
    },
    {
      ...{ method: 'patch', path, id: 'patchStream', access: 'manage' },
      summary: 'Changes fields of a definition; null takes one away.',
      body: admin.changeSchema,
      answers: { 200: json('The definition, after the change.', DefinitionAnswer) },
      refusals,
      handle: managed(async (context) => {
        await admin.patch(nameOf(context), await readRecord(context.env.incoming));
        return definition(context);
      }),
    },
    {
      ...{ method: 'delete', path, id: 'removeStream', access: 'manage' },
      summary: 'Removes a stream that the API has added.',
      answers: { 204: { description: 'It is gone.' } },
      refusals,
      handle: managed(async (context) => {
        await admin.remove(nameOf(context));
        return context.body(null, 204);
      }),
    },
    {
      ...{ method: 'post', path: `${path}/restart`, id: 'restartStream', access: 'manage' },
      summary: 'Opens input, network and encoder of a stream again; its viewers stay.',
      answers: { 200: json('State and statistics.', StreamAnswer) },
      refusals,
      handle: managed(async (context) => {
        await admin.restart(nameOf(context));
        const stream = streams.get(nameOf(context));
        return stream ? context.json(describe(stream)) : noSuchStream(context);
      }),
    },
  ];
}

/** The answer to a request that may not manage streams; undefined when it may. */
function refuseManager(context: Call, { policy }: ApiOptions): Response | undefined {
  if (!policy.needsControlToken) {
    return context.json(
      { error: 'managing streams needs a server with a control token: start it with --control-token' },
      403,
    );
  }
  const mayManage = policy.accessOf(context.env.incoming) === 'control';
  return mayManage ? undefined : context.json({ error: 'managing streams needs the control token of the server' }, 403);
}

async function withRefusals(context: Call, handle: (context: Call) => Promise<Response>): Promise<Response> {
  try {
    return await handle(context);
  } catch (error) {
    if (error instanceof AdminRefusal) return context.json({ error: error.message }, error.status);
    throw error;
  }
}

function withName(schema: JsonSchema): JsonSchema {
  const properties = { name: z.toJSONSchema(STREAM_NAME_SCHEMA), ...(schema['properties'] as object) }; // an object's schema
  return { ...schema, properties, required: ['name', ...(schema['required'] as string[])] }; // entries have a required input
}
