import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What {@link AccessPolicy} is made from. */
export interface AccessPolicyOptions {
  /** Address the server is bound to. */
  readonly host: string;
  /** Secret asked for on every API, metrics and viewer connection; undefined: none. */
  readonly token: string | undefined;
  /** Web origins beside the server's own, for instance `https://traffic.example`. */
  readonly allowedOrigins: readonly string[];
}

/** Who may talk to the server. */
export class AccessPolicy {
  /** True when a token is asked for. */
  readonly needsToken: boolean;
  readonly #tokenHash: Buffer | undefined;
  readonly #origins: ReadonlySet<string>;
  /** Host names a request may be for; undefined when any is right. */
  readonly #hosts: ReadonlySet<string> | undefined;

  /** Throws TypeError for an allowed origin that is none. */
  constructor(options: AccessPolicyOptions) {
    this.needsToken = options.token !== undefined;
    this.#tokenHash = options.token === undefined ? undefined : hash(options.token);
    const origins = options.allowedOrigins.map(parseOrigin);
    this.#origins = new Set(origins.map((origin) => origin.origin));
    this.#hosts = isLoopback(options.host)
      ? new Set(['localhost', '127.0.0.1', '[::1]', options.host, ...origins.map((origin) => origin.hostname)])
      : undefined;
  }

  /**
   * Whether the `Host` header names this server. Checked on loopback: a foreign page whose name was pointed at 127.0.0.1
   * (DNS rebinding) still says its own name there.
   */
  isHostAllowed(request: IncomingMessage): boolean {
    if (!this.#hosts) return true;
    const url = parseUrl(`http://${request.headers.host ?? ''}`);
    return url !== null && this.#hosts.has(url.hostname);
  }

  /** Whether the page that makes the request may. A request without `Origin` comes from no page and is held to the token alone. */
  isOriginAllowed(request: IncomingMessage): boolean {
    const { origin, host } = request.headers;
    if (origin === undefined) return true;
    const url = parseUrl(origin);
    return url !== null && (url.host === host || this.#origins.has(url.origin));
  }

  /** Whether the request carries the token, as `Authorization: Bearer` or `?token=`. Takes the same time for every wrong one. */
  hasValidToken(request: IncomingMessage): boolean {
    if (!this.#tokenHash) return true;
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const given = bearer ?? requestUrl(request)?.searchParams.get('token') ?? '';
    return timingSafeEqual(hash(given), this.#tokenHash);
  }

  /** Origins that may hold the page in a frame, as a Content-Security-Policy spells them. */
  get frameAncestors(): string {
    return ["'self'", ...this.#origins].join(' ');
  }
}

/** The address asked for; null when it is none. Its host is not to be trusted. */
export function requestUrl(request: IncomingMessage): URL | null {
  return parseUrl(request.url ?? '', 'http://host.invalid');
}

/** Whether a server bound to this address can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function parseUrl(text: string, base?: string): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null;
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function parseOrigin(text: string): URL {
  const url = parseUrl(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/') {
    throw new TypeError(`an allowed origin must look like https://example.org, got ${JSON.stringify(text)}`);
  }
  return url;
}
