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
  /** Secrets of single streams, read at each request; default none. */
  readonly streamTokens?: () => Iterable<StreamTokens>;
}

/** Secrets of one stream, in addition to those of the server. */
export interface StreamTokens {
  readonly name: string;
  /** Watches this stream; undefined: the stream is as open as the server. */
  readonly token: string | undefined;
  /** Watches this stream and changes its controls. */
  readonly controlToken: string | undefined;
}

/** The secrets of a server. */
export interface ServerTokens {
  readonly token: string | undefined;
  readonly controlToken?: string | undefined;
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
  #tokenHash: Buffer | undefined;
  #controlTokenHash: Buffer | undefined;
  readonly #streamTokens: () => Iterable<StreamTokens>;
  readonly #origins: ReadonlySet<string>;
  /** Host names that requests may use, where they may not use any. */
  readonly #hosts: ReadonlySet<string>;
  readonly #proxies: TrustedProxies;
  /** Requests may use any IP address of this machine. */
  readonly #allowsAddresses: boolean;

  /**
   * Throws TypeError for an allowed origin that is not an origin, for a public URL or trusted proxy that is none, for an empty token, and for
   * two equal ones.
   */
  constructor(options: AccessPolicyOptions) {
    const { host, token, controlToken, allowedOrigins, publicUrl, streamTokens = () => [] } = options;
    this.setTokens({ token, controlToken });
    this.#streamTokens = streamTokens;
    this.#proxies = new TrustedProxies(options.trustedProxies ?? [], options.isTls ?? false);
    const origins = [
      ...allowedOrigins.map(parseOrigin),
      ...(publicUrl === undefined ? [] : [parsePublicUrl(publicUrl)]),
    ];
    this.#origins = new Set(origins.map((origin) => origin.origin));
    this.#allowsAddresses = !isLoopback(host);
    const own = isLoopback(host) ? ['127.0.0.1', '[::1]'] : [hostname(), `${hostname()}.local`];
    const hosts = ['localhost', host, ...own, ...origins.map((origin) => origin.hostname)];
    this.#hosts = new Set(hosts.map((name) => name.toLowerCase()));
  }

  /** True when requests need a token to watch. */
  get needsToken(): boolean {
    return this.#tokenHash !== undefined;
  }

  /** True when changes of controls need a token of their own. */
  get needsControlToken(): boolean {
    return this.#controlTokenHash !== undefined;
  }

  /** Replaces the secrets of the server. Throws TypeError for an empty token, and for two equal ones. */
  setTokens({ token, controlToken }: ServerTokens): void {
    if (token === '' || controlToken === '') throw new TypeError('a token must not be empty: it would admit everyone');
    if (token !== undefined && token === controlToken) {
      throw new TypeError('the control token must differ from the token');
    }
    this.#tokenHash = hashOf(token);
    this.#controlTokenHash = hashOf(controlToken);
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
   * What the request may do by its token, from `Authorization: Bearer` or `?token=`: with all streams, or with the one that is named, whose
   * own tokens then count too. A wrong token gives no access, also where watching needs none: it is a guess. Compares in constant time.
   * A stream with a token of its own is watched with that or a token of the server, never without.
   */
  accessOf(request: IncomingMessage, stream?: string): Access {
    const given = tokenOf(request);
    const givenHash = hash(given ?? '');
    if (isSecret(givenHash, this.#controlTokenHash)) return 'control';
    const own = this.#tokensOf(stream);
    if (isSecret(givenHash, hashOf(own?.controlToken))) return 'control';
    const everyViewerControls = !this.needsControlToken && own?.controlToken === undefined;
    const isToken = isSecret(givenHash, this.#tokenHash) || isSecret(givenHash, hashOf(own?.token));
    const isOpen = !this.needsToken && own?.token === undefined && (given === undefined || everyViewerControls);
    if (!isToken && !isOpen) return 'none';
    return everyViewerControls ? 'control' : 'watch';
  }

  /** True when the request's token is right for the server or any stream, or when none is needed for all that has no token of its own. */
  isKnown(request: IncomingMessage): boolean {
    if (this.accessOf(request) !== 'none') return true;
    return [...this.#streamTokens()].some(({ name }) => this.accessOf(request, name) !== 'none');
  }

  /** True when the request gives a token that is right for the server or for some stream, whichever it asks for: it is no guess. */
  givesRightToken(request: IncomingMessage): boolean {
    const given = tokenOf(request);
    if (given === undefined) return false;
    const own = [...this.#streamTokens()].flatMap(({ token, controlToken }) => [hashOf(token), hashOf(controlToken)]);
    const givenHash = hash(given);
    return [this.#tokenHash, this.#controlTokenHash, ...own].some((secret) => isSecret(givenHash, secret));
  }

  #tokensOf(stream: string | undefined): StreamTokens | undefined {
    return stream === undefined ? undefined : [...this.#streamTokens()].find(({ name }) => name === stream);
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
    if (this.#allowsAddresses && this.needsToken) return true;
    if (host === undefined) return true; // HTTP/1.0, so no browser
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

/** The token that a request gives. */
function tokenOf(request: IncomingMessage): string | undefined {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return bearer ?? requestUrl(request)?.searchParams.get('token') ?? undefined;
}

function isSecret(givenHash: Buffer, secretHash: Buffer | undefined): boolean {
  return secretHash !== undefined && timingSafeEqual(givenHash, secretHash);
}

function hashOf(secret: string | undefined): Buffer | undefined {
  return secret === undefined ? undefined : hash(secret);
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
