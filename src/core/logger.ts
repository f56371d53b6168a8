/** What the product logs through; pino fits it. Fields come first, then one plain sentence. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const ignore = (): void => undefined;

/** A logger that says nothing; the library's default. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
