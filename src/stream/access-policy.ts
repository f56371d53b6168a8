import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { TrustedProxies, type Client } from './trusted-proxies.js';

/** Options of an {@link AccessPolicy}. */
export interface AccessPolicyOptions {
  /** Address the server binds. */
  readonly host: string;
  /** Secret required for API, metrics and viewer connections; undefined: none. */
  readonly token: string | undefined;
  /** Secret required to change controls; undefined: whoever may watch may change them. */
  readonly controlToken?: string | undefined;
  /** Web origins allowed in addition to the server's own, for instance `https://traffic.example`. */
  readonly allowedOrigins: readonly string[];
  /** The page's address where a reverse proxy has another: its origin is allowed too. */
  readonly publicUrl?: string | undefined;
  /** IP addresses and networks of reverse proxies whose `X-Forwarded-*` headers count; default none. */
  readonly trustedProxies?: readonly string[];
  /** The server itself speaks TLS; default false. */
  readonly isTls?: boolean;
}

/** What a request may do. `control` includes `watch`. */
export type Access = 'none' | 'watch' | 'control';

/** Why the server refuses a request, whatever its token. */
export interface Refusal {
  readonly reason: 'host not allowed' | 'origin not allowed';
  /** The origin that would have to be allowed; undefined when the request names none. */
  readonly origin: string | undefined;
}

/** Decides which requests the server accepts: by host, origin and token. */
export class AccessPolicy {
  /** True when requests need a token to watch. */
  readonly needsToken: boolean;
  /** True when changes of controls need a token of their own. */
  readonly needsControlToken: boolean;
  readonly #tokenHash: Buffer | undefined;
  readonly #controlTokenHash: Buffer | undefined;
  readonly #origins: ReadonlySet<string>;
  /** Host names that requests may use; undefined: any. */
  readonly #hosts: ReadonlySet<string> | undefined;
  readonly #proxies: TrustedProxies;
  /** Requests may use any IP address of this machine. */
  readonly #allowsAddresses: boolean;

  /**
   * Throws TypeError for an allowed origin that is not an origin, for a public URL or trusted proxy that is none, for an empty token, and for
   * two equal ones.
   */
  constructor(options: AccessPolicyOptions) {
    const { host, token, controlToken, allowedOrigins, publicUrl } = options;
    if (token === '' || controlToken === '') throw new TypeError('a token must not be empty: it would admit everyone');
    if (token !== undefined && token === controlToken) {
      throw new TypeError('the control token must differ from the token');
    }
    this.needsToken = token !== undefined;
    this.needsControlToken = controlToken !== undefined;
    this.#tokenHash = token === undefined ? undefined : hash(token);
    this.#controlTokenHash = controlToken === undefined ? undefined : hash(controlToken);
    this.#proxies = new TrustedProxies(options.trustedProxies ?? [], options.isTls ?? false);
    const origins = [
      ...allowedOrigins.map(parseOrigin),
      ...(publicUrl === undefined ? [] : [parsePublicUrl(publicUrl)]),
    ];
    this.#origins = new Set(origins.map((origin) => origin.origin));
    this.#allowsAddresses = !isLoopback(host);
    const own = isLoopback(host) ? ['127.0.0.1', '[::1]'] : [hostname(), `${hostname()}.local`];
    const hosts = ['localhost', host, ...own, ...origins.map((origin) => origin.hostname)];
    this.#hosts =
      this.#allowsAddresses && this.needsToken ? undefined : new Set(hosts.map((name) => name.toLowerCase()));
  }

  /** Why the request is refused; undefined when its host and its origin are allowed. */
  refusalOf(request: IncomingMessage): Refusal | undefined {
    const { origin } = request.headers;
    const client = this.clientOf(request);
    const { host } = client;
    if (!this.#isHostAllowed(host)) {
      return { reason: 'host not allowed', origin: origin ?? parseUrl(`${client.scheme}://${host ?? ''}`)?.origin };
    }
    return this.#isOriginAllowed(origin, client) ? undefined : { reason: 'origin not allowed', origin };
  }

  /** Who sent the request: the client itself, or whom a trusted proxy names. */
  clientOf(request: IncomingMessage): Client {
    return this.#proxies.clientOf(request);
  }

  /**
   * What the request may do by its token, from `Authorization: Bearer` or `?token=`. A wrong token gives no access, also where
   * watching needs none: it is a guess of the control token. Compares in constant time.
   */
  accessOf(request: IncomingMessage): Access {
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const given = bearer ?? requestUrl(request)?.searchParams.get('token') ?? undefined;
    const givenHash = hash(given ?? '');
    const isToken = this.#tokenHash !== undefined && timingSafeEqual(givenHash, this.#tokenHash);
    const isControlToken = this.#controlTokenHash !== undefined && timingSafeEqual(givenHash, this.#controlTokenHash);
    if (isControlToken) return 'control';
    if (!this.needsControlToken) return isToken || !this.needsToken ? 'control' : 'none';
    return isToken || (!this.needsToken && given === undefined) ? 'watch' : 'none';
  }

  /** Origins that may embed the page, in the syntax of Content-Security-Policy. */
  get frameAncestors(): string {
    return ["'self'", ...this.#origins].join(' ');
  }

  /**
   * True when the `Host` header names this server: after DNS rebinding, a foreign page reaches the server but still sends its
   * own host name. It needs a name for that, so that an address is safe. Where the server is open to a network and has a
   * token, any name will do: the page does not know the token.
   */
  #isHostAllowed(host: string | undefined): boolean {
    if (!this.#hosts || host === undefined) return true; // HTTP/1.0, so no browser
    const name = parseUrl(`http://${host}`)?.hostname;
    if (name === undefined) return false;
    return this.#hosts.has(name) || (this.#allowsAddresses && isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0);
  }

  /**
   * True when the page that makes the request may do so: one of the server's own address and scheme, or of a listed origin. A
   * request without `Origin` comes from no page: only the token guards it.
   */
  #isOriginAllowed(origin: string | undefined, { host, scheme }: Client): boolean {
    if (origin === undefined) return true;
    const url = parseUrl(origin);
    return (
      url !== null && (url.origin === parseUrl(`${scheme}://${host ?? ''}`)?.origin || this.#origins.has(url.origin))
    );
  }
}

/** What allows a refused request; no sentence. Shortens what the client sent. */
export function remedyOf({ origin }: Refusal): string {
  return `start the server with --allow-origin ${origin?.slice(0, 200) ?? 'and the origin of the page'}`;
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

function parsePublicUrl(text: string): URL {
  const url = parseUrl(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new TypeError(`a public URL must have the form https://example.org/night/, got ${JSON.stringify(text)}`);
  }
  return url;
}
