import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Request headers that only an upgrade uses. */
const UPGRADE_HEADERS = new Set(['upgrade', 'connection', 'http2-settings']);

/** True when a request asks for an upgrade to WebSocket, the only protocol this server upgrades to. */
export function isWebSocketUpgrade(request: IncomingMessage): boolean {
  return /(^|,)\s*websocket\s*(,|$)/i.test(request.headers.upgrade ?? '');
}

/**
 * Ignores a request's offer to upgrade, to HTTP/2 in clear text for instance, and serves the request as plain HTTP: RFC 9110,
 * section 7.8. Takes the socket.
 *
 * Node 20 passes every offer to the `upgrade` listener (`shouldUpgradeCallback` came in 22.21 and 24.9), so this writes the
 * request back to the socket without its upgrade headers and hands the socket to the server as a new connection.
 */
export function declineUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/${request.httpVersion}`];
  const { rawHeaders } = request;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    if (!UPGRADE_HEADERS.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  lines.push('Connection: close', '', '');
  socket.unshift(Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), head]));
  server.emit('connection', socket);
}
