/** The logger interface of Nocturne; a pino logger satisfies it. Fields come first, then one plain sentence. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Levels of a {@link Logger}, least severe first. */
type LogLevel = keyof Logger;

/** One log line as plain data, for messages from a worker or thread to the owner of the logger. */
export interface LogLine {
  readonly level: LogLevel;
  readonly fields: object;
  readonly message: string;
}

const noop = (): void => undefined;

/** Writes nothing; the default of the library. */
export const silentLogger: Logger = { debug: noop, info: noop, warn: noop, error: noop };

/** Creates a logger that passes its lines to `send`, for a process or thread without a real one. */
export function createForwardingLogger(send: (line: LogLine) => void): Logger {
  const forward = (level: LogLevel) => (fields: object, message: string) => send({ level, fields, message });
  return { debug: forward('debug'), info: forward('info'), warn: forward('warn'), error: forward('error') };
}
