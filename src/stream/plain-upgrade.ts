import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Headers that speak of the offer alone. */
const OFFER_HEADERS = new Set(['upgrade', 'connection', 'http2-settings']);

/** Whether an upgrade request asks for a WebSocket, the only thing this server upgrades to. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  return /(^|,)\s*websocket\s*(,|$)/i.test(request.headers.upgrade ?? '');
}

/**
 * Answers a request whose offer to upgrade (HTTP/2 in clear text, say) is not taken as if it had made none: RFC 9110,
 * section 7.8. Node 20 hands every offer to the `upgrade` listener and cannot be asked to ignore one, so the request is put
 * back on the socket without it. Takes the socket.
 */
export function answerPlainly(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/${request.httpVersion}`];
  const { rawHeaders } = request;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    if (!OFFER_HEADERS.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  lines.push('Connection: close', '', '');
  socket.unshift(Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), head]));
  server.emit('connection', socket);
}
