import { maskUrl } from '../core/mask-url.js';

/** Lines with a failure that are kept, the first ones: the first names the cause. */
const MAX_FAILURES = 8;
/** Columns of a line in a message. */
const MAX_COLUMNS = 200;

/** What ffmpeg writes under `-loglevel level+info`: every line states its level. */
export const LOG_OPTIONS = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+info'] as const;

/** Lines that follow a failure and say no more than that. */
const ECHOES =
  /^(Conversion failed|Exiting|Error opening (input|output)( files?)?|Task finished|Terminating thread)\b/i;

/** Collects the failures that an ffmpeg reports on stderr, without secrets. */
export class FfmpegLog {
  readonly #secret: { readonly url: string; readonly label: string } | undefined;
  readonly #failures: string[] = [];

  /** @param secret an address of the command line, and the name that messages give it. */
  constructor(secret?: { readonly url: string; readonly label: string }) {
    this.#secret = secret;
  }

  /** Adds a line; returns its text without level and component, and true where it reports a failure. */
  add(line: string): { readonly text: string; readonly isFailure: boolean } {
    const isFailure = /\[(error|fatal|panic)\]/.test(line);
    const text = this.#mask(line.replace(/^(\[[^\]]*\]\s*)*/, '').trimEnd());
    if (isFailure && text !== '' && this.#failures.length < MAX_FAILURES) this.#failures.push(text);
    return { text, isFailure };
  }

  /** Why it failed, a clause without a full stop; undefined when it reported nothing. */
  get reason(): string | undefined {
    const telling = this.#failures.filter((text) => !ECHOES.test(text));
    return (telling[0] ?? this.#failures[0])?.replace(/[.\s]+$/, '').slice(0, MAX_COLUMNS);
  }

  /** All failures so far as one text, to find out what kind they are. */
  get all(): string {
    return this.#failures.join('\n');
  }

  #mask(text: string): string {
    const named = this.#secret ? text.replaceAll(this.#secret.url, this.#secret.label) : text;
    return named.replaceAll(/[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, maskUrl);
  }
}
