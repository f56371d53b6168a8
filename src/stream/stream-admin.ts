import type { JsonSchema } from '../core/json-schema.js';

/** Status of a refused change. 403: the server does not allow it, 507: it cannot be kept. */
export type RefusalStatus = 400 | 403 | 404 | 409 | 503 | 507;

/** Why streams were not changed: they are as before. The message is one line, without secrets. */
export class AdminRefusal extends Error {
  readonly status: RefusalStatus;

  constructor(status: RefusalStatus, message: string) {
    super(message);
    this.name = 'AdminRefusal';
    this.status = status;
  }
}

/**
 * What adds, changes and removes the streams of a server, for its API. A definition is plain JSON. Methods reject with {@link AdminRefusal};
 * nothing has changed then.
 */
export interface StreamAdmin {
  /** Schema of a definition, and of a part of one in which null takes a field away. */
  readonly definitionSchema: JsonSchema;
  readonly changeSchema: JsonSchema;
  /** A stream's definition with its secrets masked, and where it is defined; undefined for an unknown name. */
  definitionOf(name: string): Readonly<Record<string, unknown>> | undefined;
  /** Adds a stream, or replaces one. `mustBeNew`: refuses to replace. Resolves with true when it was added. */
  put(name: string, definition: Readonly<Record<string, unknown>>, mustBeNew: boolean): Promise<boolean>;
  /** Changes fields of a definition. */
  patch(name: string, change: Readonly<Record<string, unknown>>): Promise<void>;
  remove(name: string): Promise<void>;
  /** Opens input, network and encoder again. */
  restart(name: string): Promise<void>;
}
