import { checkControls } from '../../core/controls.js';
import { NocturneError } from '../../core/errors.js';
import type { GeneratorChange, LiveStream } from '../live-stream.js';
import type { ApiOptions } from './api-options.js';
import { readRecord } from './request-body.js';
import { json, type Call, type Route } from './route.js';
import {
  ControlsAnswer,
  ControlsChange,
  GeneratorAnswer,
  GeneratorChangeBody,
  StreamAnswer,
  StreamsAnswer,
} from './schemas.js';

/** The streams, their controls and generators, and the metrics. */
export function streamRoutes(options: ApiOptions): Route[] {
  const { streams, metrics, policy } = options;
  return [
    {
      ...{ method: 'get', path: '/metrics', id: 'getMetrics', access: 'watch' },
      summary:
        'Metrics of the server and of every stream, for Prometheus. A token of the server is needed where it has one.',
      answers: { 200: { description: 'Metrics.', content: { type: 'text/plain', schema: { type: 'string' } } } },
      handle: async (context) => {
        context.header('content-type', metrics.contentType);
        return context.body(await metrics.text());
      },
    },
    {
      ...{ method: 'get', path: '/api/streams', id: 'listStreams', access: 'known' },
      summary: 'The streams that the token may watch.',
      answers: { 200: json('Streams with state and statistics.', StreamsAnswer) },
      handle: (context) => {
        const visible = [...streams.values()].filter(
          ({ name }) => policy.accessOf(context.env.incoming, name) !== 'none',
        );
        return context.json({ streams: visible.map(describe) });
      },
    },
    {
      ...{ method: 'get', path: '/api/streams/{name}', id: 'getStream', access: 'watch' },
      summary: 'One stream.',
      answers: { 200: json('State and statistics.', StreamAnswer) },
      handle: (context) => {
        const stream = streams.get(nameOf(context));
        return stream ? context.json(describe(stream)) : noSuchStream(context);
      },
    },
    {
      ...{ method: 'get', path: '/api/streams/{name}/controls', id: 'getControls', access: 'watch' },
      summary: 'The controls of a stream.',
      answers: { 200: json('All controls.', ControlsAnswer) },
      handle: (context) => {
        const stream = streams.get(nameOf(context));
        return stream ? context.json(stream.controls) : noSuchStream(context);
      },
    },
    ...(['put', 'patch'] as const).map((method): Route => ({
      ...{ method, path: '/api/streams/{name}/controls', id: `${method}Controls`, access: 'control' },
      summary: 'Changes some controls for every viewer.',
      body: ControlsChange,
      answers: { 200: json('All controls, after the change.', ControlsAnswer) },
      handle: async (context) => {
        const change = await readRecord(context.env.incoming);
        const stream = streams.get(nameOf(context));
        if (!stream) return noSuchStream(context);
        const refusal = refuseControl(context, options, 'changing controls needs the control token');
        if (refusal) return refusal;
        stream.setControls(checkControls(change));
        return context.json(stream.controls);
      },
    })),
    ...generatorRoutes(options),
  ];
}

function generatorRoutes(options: ApiOptions): Route[] {
  const { streams, canControl, policy } = options;
  const path = '/api/streams/{name}/generator';
  return [
    {
      ...{ method: 'get', path, id: 'getGenerator', access: 'control' },
      summary: 'What makes the night of a stream, and what else may.',
      answers: { 200: json('The generator and the menu.', GeneratorAnswer) },
      handle: (context) => {
        const generator = streams.get(nameOf(context))?.generator;
        if (!generator) return noSuchStream(context);
        // Its names may be paths of the machine, which those who only watch need not know.
        if (!canControl || policy.accessOf(context.env.incoming, nameOf(context)) !== 'control') {
          return context.json({ error: 'reading the generators needs the control token' }, 403);
        }
        return context.json(generator);
      },
    },
    ...(['put', 'patch'] as const).map((method): Route => ({
      ...{ method, path, id: `${method}Generator`, access: 'control' },
      summary: 'Changes generator, style or both while the stream runs.',
      body: GeneratorChangeBody,
      answers: { 200: json('The generator and the menu, once the change is made.', GeneratorAnswer) },
      refusals: [409],
      handle: async (context) => {
        const change = checkGenerator(await readRecord(context.env.incoming));
        const stream = streams.get(nameOf(context));
        if (!stream?.generator) return noSuchStream(context);
        const refusal = refuseControl(context, options, 'changing the generator needs the control token');
        if (refusal) return refusal;
        return (await refuseChange(context, stream.changeGenerator(change))) ?? context.json(stream.generator);
      },
    })),
  ];
}

/** The answer to a request that may not control its stream; undefined when it may. */
export function refuseControl(context: Call, { canControl, policy }: ApiOptions, error: string): Response | undefined {
  if (!canControl) return context.json({ error: 'controls are read-only on this server' }, 403);
  const mayControl = policy.accessOf(context.env.incoming, nameOf(context)) === 'control';
  return mayControl ? undefined : context.json({ error }, 403);
}

/** The answer to a change of the generator that the stream refuses; undefined once it is made. */
export async function refuseChange(context: Call, change: Promise<void>): Promise<Response | undefined> {
  try {
    await change;
    return undefined;
  } catch (error) {
    if (error instanceof NocturneError) return context.json({ error: error.toLine() }, 409);
    throw error;
  }
}

/** NAME of the request's path. */
export function nameOf(context: Call): string {
  return context.req.param('name') ?? '';
}

/** A stream as the API shows it. */
export function describe(stream: LiveStream): object {
  const { name, state, message, format, controls, stats, generator } = stream;
  const likePhotos = generator?.likePhotos ?? 0;
  return { name, state, message, format: format ?? null, controls, likePhotos, stats };
}

/** The answer for an unknown name. */
export function noSuchStream(context: Call): Response {
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
