import { NocturneError } from '../core/errors.js';
import { rememberSecret } from '../core/secrets.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** `$${` stands for `${`; else `${NAME}`, `${NAME:-default}`, or a brace that names no variable. */
const PLACEHOLDER = /\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?/g;
/** What precedes a value inside the user info of an address: `rtsp://`, `rtsp://me:`. */
const IN_USER_INFO = /^(?:rtsps?|https?):\/\/[^/?#@]*$/i;

/**
 * Replaces each `${NAME}` in a value of the config file by that environment variable. `${NAME:-text}` gives the text where the variable is
 * unset or empty, `$${` a plain `${`.
 * In the user info of an rtsp or http address, the value is percent-encoded: a password may contain `@` and `/`.
 * @param place where the value stands, for the message: `streams.gate in nocturne.yaml`.
 * @param isSecret whether logs and pages mask the values of the variables.
 * @throws NocturneError CONFIG_INVALID for a variable that is unset or empty.
 */
export function substitute(text: string, environment: Environment, place: string, isSecret: boolean): string {
  return text.replaceAll(
    PLACEHOLDER,
    (found: string, name: string | undefined, fallback: unknown, ...rest: unknown[]) => {
      if (found === '$${') return '${';
      if (name === undefined) {
        throw invalid(`${place} must name a variable as \${NAME}, and write $\${ for a plain \${.`);
      }
      const given = environment[name];
      if (given === undefined || given === '') {
        if (typeof fallback === 'string') return fallback;
        throw invalid(
          `${place} needs the environment variable ${name}, which is ${given === '' ? 'empty' : 'not set'}.`,
        );
      }
      if (isSecret) rememberSecret(given);
      const offset = rest[0] as number; // replaceAll passes the offset after the two groups
      const after = text.slice(offset + found.length);
      const isUserInfo = IN_USER_INFO.test(text.slice(0, offset)) && /^[^/?#]*@/.test(after);
      return isUserInfo ? encodeURIComponent(given) : given;
    },
  );
}

/** True when a value of the config file names a variable. */
export function hasPlaceholder(value: unknown): boolean {
  return typeof value === 'string' && /(?<!\$)\$\{/.test(value);
}

function invalid(message: string): NocturneError {
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message });
}
