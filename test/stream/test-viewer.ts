import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { DEFAULT_CONTROLS } from '../../src/core/controls.js';
import type { Packet, VideoFormat } from '../../src/core/packet.js';
import { micros } from '../../src/core/time.js';
import { StreamHub } from '../../src/stream/stream-hub.js';
import type { StreamHubOptions } from '../../src/stream/stream-hub.js';
import { SUBPROTOCOL, parsePacket } from '../../src/stream/protocol.js';
import type { ServerMessage, ReceivedPacket } from '../../src/stream/protocol.js';
import type { StreamServer } from '../../src/stream/stream-server.js';

export const FORMAT: VideoFormat = {
  codec: 'avc1.42C01E',
  width: 320,
  height: 240,
  sampleAspect: [1, 1],
  frameRate: 30,
};

/** A stream that records the keyframe requests and control changes it passes on. */
export function createTestStream(options: Partial<StreamHubOptions> = {}) {
  const requests = { keyframes: 0, controls: [] as unknown[] };
  const stream = new StreamHub({
    name: 'street',
    controls: DEFAULT_CONTROLS,
    onControls: (change) => requests.controls.push(change),
    onKeyframeRequest: () => requests.keyframes++,
    maxViewers: 4,
    ...options,
  });
  return { stream, requests };
}

/** A packet of zeros. */
export function blankPacket(n: number, isKeyframe: boolean, bytes = 100): Packet {
  return {
    data: new Uint8Array(bytes),
    pts: micros(n * 33_333),
    duration: micros(33_333),
    capturedAt: micros(1),
    isKeyframe,
  };
}

/** A real WebSocket client that records what it receives, in order. */
export class TestViewer {
  readonly socket: WebSocket;
  readonly received: (ServerMessage | ReceivedPacket)[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #check: (() => void) | undefined;

  constructor(server: Pick<StreamServer, 'port'>, path = '/ws/street', options: ClientOptions = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, SUBPROTOCOL, options);
    this.socket.binaryType = 'arraybuffer';
    this.socket.on('message', (data, isBinary) => {
      if (isBinary)
        this.received.push(parsePacket(data as ArrayBuffer)); // by binaryType
      else this.received.push(JSON.parse((data as Buffer).toString('utf8')) as ServerMessage); // ws passes texts as buffers; JSON of this server
      this.#check?.();
    });
    this.socket.on('error', () => undefined); // tests check the close code
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  get packets(): ReceivedPacket[] {
    return this.received.filter((item) => 'sequence' in item);
  }

  get messages(): ServerMessage[] {
    return this.received.filter((item) => 'type' in item);
  }

  /** Resolves once the received messages and packets satisfy the condition. */
  async until(condition: (viewer: this) => boolean): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#check = () => {
        if (condition(this)) resolve();
      };
      this.#check();
    });
    this.#check = undefined;
    return this;
  }

  /** Resolves once the server sent hello and state. */
  async joined(): Promise<this> {
    return this.until(({ messages }) => messages.some(({ type }) => type === 'state'));
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }
}
