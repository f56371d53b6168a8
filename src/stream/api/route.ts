import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import type { JsonSchema } from '../../core/json-schema.js';

/** Node's request behind Hono's. */
export interface NodeEnv {
  Bindings: HttpBindings;
}

/** The server's HTTP application. */
export type Api = Hono<NodeEnv>;

/** A request that a route answers. */
export type Call = Context<NodeEnv>;

/**
 * Who may call a route. `anybody`: no token needed. `known`: any right token. `watch`: the right to watch its stream, or the server where it has
 * none. `control`: the right to turn the stream's dials. `manage`: the control token of the server, which must have one.
 */
export type RouteAccess = 'anybody' | 'known' | 'watch' | 'control' | 'manage';

/** What a route answers with a status that means success. */
export interface Answer {
  readonly description: string;
  /** Its content; undefined: none. */
  readonly content?: { readonly type: string; readonly schema: z.ZodType | JsonSchema };
}

/** One route: what answers a request, and all that the OpenAPI document says about it. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/api/streams/{name}`. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly access: RouteAccess;
  readonly query?: Readonly<Record<string, { readonly schema: z.ZodType; readonly description: string }>>;
  /** Schema of its JSON body. */
  readonly body?: z.ZodType | JsonSchema;
  /** Content types of its body, where that is no JSON: its schema by each. */
  readonly upload?: Readonly<Record<string, JsonSchema>>;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of refusals beside those that follow from access and body. */
  readonly refusals?: readonly number[];
  readonly handle: (call: Call) => Response | Promise<Response>;
}

/** Creates an answer in JSON. */
export function json(description: string, schema: z.ZodType | JsonSchema): Answer {
  return { description, content: { type: 'application/json', schema } };
}
