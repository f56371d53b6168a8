import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Options of an {@link AccessPolicy}. */
export interface AccessPolicyOptions {
  /** Address the server binds. */
  readonly host: string;
  /** Secret required for API, metrics and viewer connections; undefined: none. */
  readonly token: string | undefined;
  /** Web origins allowed in addition to the server's own, for instance `https://traffic.example`. */
  readonly allowedOrigins: readonly string[];
}

/** Decides which requests the server accepts: by host, origin and token. */
export class AccessPolicy {
  /** True when requests need a token. */
  readonly needsToken: boolean;
  readonly #tokenHash: Buffer | undefined;
  readonly #origins: ReadonlySet<string>;
  /** Host names that requests may use; undefined: any. */
  readonly #hosts: ReadonlySet<string> | undefined;

  /** Throws TypeError for an allowed origin that is not an origin. */
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
   * True when the `Host` header names this server. Checked on loopback only: after DNS rebinding, a foreign page reaches
   * 127.0.0.1 but still sends its own host name.
   */
  isHostAllowed(request: IncomingMessage): boolean {
    if (!this.#hosts) return true;
    const url = parseUrl(`http://${request.headers.host ?? ''}`);
    return url !== null && this.#hosts.has(url.hostname);
  }

  /** True when the page that makes the request may do so. A request without `Origin` comes from no page: only the token guards it. */
  isOriginAllowed(request: IncomingMessage): boolean {
    const { origin, host } = request.headers;
    if (origin === undefined) return true;
    const url = parseUrl(origin);
    return url !== null && (url.host === host || this.#origins.has(url.origin));
  }

  /** True when the request carries the token, as `Authorization: Bearer` or `?token=`. Compares in constant time. */
  hasValidToken(request: IncomingMessage): boolean {
    if (!this.#tokenHash) return true;
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const token = bearer ?? requestUrl(request)?.searchParams.get('token') ?? '';
    return timingSafeEqual(hash(token), this.#tokenHash);
  }

  /** Origins that may embed the page, in the syntax of Content-Security-Policy. */
  get frameAncestors(): string {
    return ["'self'", ...this.#origins].join(' ');
  }
}

/** The requested URL; null when it is malformed. Its host is a placeholder. */
export function requestUrl(request: IncomingMessage): URL | null {
  return parseUrl(request.url ?? '', 'http://host.invalid');
}

/** True when a server bound to this address is reachable from this machine only. */
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
    throw new TypeError(`an allowed origin must have the form https://example.org, got ${JSON.stringify(text)}`);
  }
  return url;
}
