/** What the product logs through; pino fits it. Fields come first, then one plain sentence. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Levels of a {@link Logger}, quietest first. */
export type LogLevel = keyof Logger;

/** One log line as plain data: how it crosses from a worker or a thread to the owner of the logger. */
export interface LogLine {
  readonly level: LogLevel;
  readonly fields: object;
  readonly message: string;
}

const ignore = (): void => undefined;

/** A logger that writes nothing; the library's default. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** A logger whose lines go to `send`, for a process or thread that does not own the real one. */
export function createForwardingLogger(send: (line: LogLine) => void): Logger {
  const at = (level: LogLevel) => (fields: object, message: string) => send({ level, fields, message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
