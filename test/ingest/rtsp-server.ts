import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll } from 'vitest';

const SDP = [
  ...['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=street', 'c=IN IP4 0.0.0.0', 't=0 0', 'm=video 0 RTP/AVP 96'],
  ...['a=rtpmap:96 H264/90000', 'a=fmtp:96 packetization-mode=1', 'a=control:track', ''],
].join('\r\n');

/** A camera on the loopback: RTSP with RTP interleaved in its TCP connection, fed by a real ffmpeg. One client at a time. */
export class RtspServer {
  /** Transports that clients requested, in order. */
  readonly transports: string[] = [];
  readonly port: number;
  readonly #server: ReturnType<typeof createServer>;
  readonly #credentials: string | undefined;
  readonly #children = new Set<ChildProcess>();
  readonly #clients = new Set<Socket>();

  private constructor(server: ReturnType<typeof createServer>, credentials: string | undefined) {
    this.#server = server;
    this.#credentials = credentials;
    this.port = (server.address() as AddressInfo).port; // a TCP server has a port
    server.on('connection', (socket: Socket) => this.#serve(socket));
    afterAll(() => this.close());
  }

  /** @param credentials `user:password` that clients must send. */
  static async start(credentials?: string): Promise<RtspServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RtspServer(server, credentials);
  }

  /** Drops every connection, as a camera that restarts does. */
  disconnect(): void {
    for (const client of this.#clients) client.destroy();
    for (const child of this.#children) child.kill('SIGKILL');
  }

  close(): void {
    this.disconnect();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.#clients.add(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('close', () => this.#clients.delete(socket));
    socket.on('data', (data) => {
      text += data.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(Math.max(0, text.search(/[A-Z]+ rtsp:/)), end);
        text = text.slice(end + 4);
        void this.#answer(socket, request);
      }
    });
  }

  async #answer(socket: Socket, request: string): Promise<void> {
    const method = request.split(' ', 1)[0] ?? '';
    const sequence = /CSeq: *(\d+)/i.exec(request)?.[1] ?? '0';
    const reply = (status: string, headers: string[] = [], body = ''): void => {
      const length = body === '' ? [] : [`Content-Length: ${body.length}`];
      socket.write([`RTSP/1.0 ${status}`, `CSeq: ${sequence}`, ...headers, ...length, '', body].join('\r\n'));
    };
    const expected = this.#credentials && `Basic ${Buffer.from(this.#credentials).toString('base64')}`;
    if (method === 'DESCRIBE' && expected && !request.includes(expected)) {
      reply('401 Unauthorized', ['WWW-Authenticate: Basic realm="camera"']);
    } else if (method === 'DESCRIBE') {
      reply('200 OK', ['Content-Type: application/sdp'], SDP);
    } else if (method === 'SETUP') {
      const transport = /Transport: *([^\r]+)/i.exec(request)?.[1] ?? '';
      this.transports.push(transport);
      if (transport.includes('TCP')) reply('200 OK', ['Session: 1', 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1']);
      else reply('461 Unsupported Transport');
    } else if (method === 'PLAY') {
      reply('200 OK', ['Session: 1']);
      await this.#play(socket);
    } else {
      reply('200 OK', ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN', 'Session: 1']);
    }
  }

  async #play(client: Socket): Promise<void> {
    const relay = createSocket('udp4').bind(0, '127.0.0.1');
    await once(relay, 'listening');
    const video = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=160x96:rate=25', '-pix_fmt', 'yuv420p'];
    const codec = [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      '-g',
      '10',
      '-payload_type',
      '96',
    ];
    const target = `rtp://127.0.0.1:${relay.address().port}?rtcpport=9`;
    const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', ...video, ...codec, '-f', 'rtp', target], {
      stdio: 'ignore',
    });
    this.#children.add(child);
    relay.on('message', (packet) => {
      if (client.destroyed) return;
      const header = Buffer.from([0x24, 0, packet.length >> 8, packet.length & 0xff]); // RFC 2326, section 10.12
      client.write(Buffer.concat([header, packet]));
    });
    client.once('close', () => {
      child.kill('SIGKILL');
      this.#children.delete(child);
      relay.close();
    });
  }
}
