import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestUrl } from './access-policy.js';
import type { ViewerFile } from './viewer-files.js';

/** Options of a {@link ViewerPage}. */
export interface ViewerPageOptions {
  readonly files: ReadonlyMap<string, ViewerFile>;
  /** Headers of every response. */
  readonly headers: Readonly<Record<string, string>>;
  /** Origins that may embed the page, in the syntax of Content-Security-Policy. */
  readonly frameAncestors: string;
}

/**
 * Sends the files of the viewer page. Every client gets them, whatever its host, origin or token: they hold no secrets, and the
 * page is what explains to a user why the server refuses it.
 */
export class ViewerPage {
  readonly #options: ViewerPageOptions;
  /** The scripts inside index.html, as Content-Security-Policy names them. */
  readonly #inlineScripts: string;

  constructor(options: ViewerPageOptions) {
    this.#options = options;
    const html = options.files.get('index.html')?.bytes.toString('utf8') ?? '';
    const scripts = [...html.matchAll(/<script>([^]*?)<\/script>/g)].map(([, script = '']) => script);
    this.#inlineScripts = scripts.map((script) => ` 'sha256-${sha256(script)}'`).join('');
  }

  /** Sends the file that the request names; false when it names none, and for a malformed host. */
  send(request: IncomingMessage, response: ServerResponse): boolean {
    const { host } = request.headers;
    const path = request.url?.startsWith('//') ? '' : (requestUrl(request)?.pathname ?? ''); // `//host` is no path
    const file = this.#options.files.get(path === '/' ? 'index.html' : path.slice(1));
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!file || !isRead || (host !== undefined && !/^[\w.:[\]-]+$/.test(host))) return false;
    response.writeHead(200, {
      ...this.#options.headers,
      'content-type': file.type,
      'content-length': file.bytes.length,
      'cache-control': 'no-cache',
      'content-security-policy': this.#contentSecurityPolicy(host),
      'cross-origin-opener-policy': 'same-origin',
    });
    response.end(request.method === 'HEAD' ? undefined : file.bytes);
    return true;
  }

  /** Allows scripts, styles and sockets of this server only. Safari before 15.4 does not match sockets with 'self', so it lists them. */
  #contentSecurityPolicy(host: string | undefined): string {
    const sockets = host === undefined ? '' : ` ws://${host} wss://${host}`;
    return [
      "default-src 'self'",
      `script-src 'self'${this.#inlineScripts}`,
      `connect-src 'self'${sockets}`,
      "img-src 'self' data: blob:",
      "media-src 'self' blob:", // a Media Source
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      `frame-ancestors ${this.#options.frameAncestors}`,
    ].join('; ');
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
