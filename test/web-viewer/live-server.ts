import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { DEFAULT_CONTROLS, type Controls } from '../../src/core/controls.js';
import { silentLogger } from '../../src/core/logger.js';
import { micros, wallClock } from '../../src/core/time.js';
import { AccessPolicy } from '../../src/stream/access-policy.js';
import { ConnectionGuard } from '../../src/stream/connection-guard.js';
import { RefusalLog } from '../../src/stream/refusal-log.js';
import { StreamHub } from '../../src/stream/stream-hub.js';
import { Metrics } from '../../src/stream/metrics.js';
import { CLOSE_CODES } from '../../src/stream/protocol.js';
import { createApi } from '../../src/stream/stream-api.js';
import { loadViewerFiles } from '../../src/stream/viewer-files.js';
import { ViewerUpgrader } from '../../src/stream/viewer-upgrader.js';
import { WrongTokens } from '../../src/stream/wrong-tokens.js';
import type { H264Clip } from './h264-clip.js';

const FRAME_US = 33_333;

/** Options of a {@link LiveServer}. */
export interface LiveServerOptions {
  readonly clip: H264Clip;
  /** Folder of the bundled page. */
  readonly page: string;
  readonly token?: string;
  readonly controlToken?: string;
  readonly names?: readonly string[];
  readonly canControl?: boolean;
  /** Initial controls of the streams. */
  readonly controls?: Controls;
  readonly maxViewers?: number;
  readonly port?: number;
  /** Default: the clip's. */
  readonly codec?: string;
  readonly allowedOrigins?: readonly string[];
  /** Name that requests may use besides its address; default: none. */
  readonly host?: string;
  readonly publicUrl?: string;
  readonly trustedProxies?: readonly string[];
}

/** The real server and streams, with a clip instead of a pipeline. */
export class LiveServer {
  keyframeRequests = 0;
  readonly streams = new Map<string, StreamHub>();
  readonly controlChanges: Partial<Controls>[] = [];
  /** JPEG images a second that viewers ask for. */
  imageDemand = 0;
  readonly #clip: H264Clip;
  readonly #api: ReturnType<typeof createApi>;
  readonly #metrics: Metrics;
  readonly #timers: NodeJS.Timeout[] = [];
  #next = 0;
  #isMuted = false;

  private constructor(options: LiveServerOptions, files: Awaited<ReturnType<typeof loadViewerFiles>>) {
    const {
      token,
      controlToken,
      allowedOrigins = [],
      canControl = true,
      maxViewers = 10,
      clip,
      names = ['street'],
    } = options;
    this.#clip = clip;
    for (const name of names) this.streams.set(name, this.#createStream(name, maxViewers, options));
    const { streams } = this;
    const { host = '127.0.0.1', publicUrl, trustedProxies = [] } = options;
    const policy = new AccessPolicy({ host, token, controlToken, allowedOrigins, publicUrl, trustedProxies });
    const refusals = new RefusalLog(silentLogger);
    const wrongTokens = new WrongTokens(silentLogger);
    const guard = new ConnectionGuard();
    this.#metrics = new Metrics(() => streams.values(), guard);
    this.#api = createApi({ policy, wrongTokens, streams, metrics: this.#metrics, guard, refusals, canControl, files });
    const upgrader = new ViewerUpgrader({
      ...{ policy, wrongTokens, streams, maxViewers, canControl, refusals, logger: silentLogger },
      onJoin: (socket) => guard.admit(socket),
    });
    this.#api.server.on('upgrade', (request, socket, head) => upgrader.upgrade(request, socket, head));
  }

  static async open(options: LiveServerOptions): Promise<LiveServer> {
    const files = await loadViewerFiles(pathToFileURL(`${options.page}/`));
    const server = new LiveServer(options, files);
    await server.#api.listen({ host: '127.0.0.1', port: options.port ?? 0 });
    server.#timers.push(setInterval(() => server.#play(), 1000 / 30));
    server.#timers.push(setInterval(() => server.#each((stream) => stream.sendStats()), 1000));
    return server;
  }

  get port(): number {
    return (this.#api.server.address() as AddressInfo).port; // a TCP server that listens has one
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** The first stream. */
  get stream(): StreamHub {
    return [...this.streams.values()][0]!;
  }

  /** Pauses or resumes the packets. */
  setMuted(isMuted: boolean): void {
    this.#isMuted = isMuted;
  }

  /** Sends a packet to every viewer. */
  publish(data: Uint8Array<ArrayBuffer>, isKeyframe: boolean): void {
    const pts = micros(this.#next * FRAME_US);
    this.#each((stream) =>
      stream.publish({ data, isKeyframe, pts, duration: micros(FRAME_US), capturedAt: wallClock() }),
    );
  }

  /** Closes every connection with this code. */
  closeAll(code: number): void {
    this.#each((stream) => stream.closeViewers(code, 'test'));
  }

  /** Terminates every connection without a closing handshake. */
  dropAll(): void {
    this.#each((stream) => stream.terminateViewers());
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.closeAll(CLOSE_CODES.SHUTDOWN);
    this.dropAll();
    await this.#api.close();
    this.#metrics[Symbol.dispose]();
  }

  #createStream(name: string, maxViewers: number, options: LiveServerOptions): StreamHub {
    const { codec = this.#clip.codec, controls = DEFAULT_CONTROLS } = options;
    const stream = new StreamHub({
      name,
      controls,
      onControls: (change) => this.controlChanges.push(change),
      onKeyframeRequest: () => {
        this.keyframeRequests++;
        this.#next = 0; // the clip begins with a keyframe
      },
      onImageDemand: (perSecond) => {
        this.imageDemand = perSecond;
      },
      maxViewers,
    });
    const { width, height } = this.#clip;
    stream.setState('live', '');
    stream.setFormat({ codec, width, height, sampleAspect: [1, 1], frameRate: 30 });
    return stream;
  }

  #play(): void {
    const { accessUnits } = this.#clip;
    if (this.#isMuted) return;
    const unit = accessUnits[this.#next++ % accessUnits.length];
    if (unit) this.publish(unit.data, unit.isKeyframe);
    const times = { pts: micros(this.#next * FRAME_US), capturedAt: wallClock() };
    if (this.imageDemand > 0) this.#each((stream) => stream.images.publish({ data: this.#clip.jpeg, ...times }));
  }

  #each(visit: (stream: StreamHub) => void): void {
    for (const stream of this.streams.values()) visit(stream);
  }
}
