/** The public API of the package: what the command line itself uses. */
export { DEFAULT_CONTROLS, DIALS, VIEWS, type Controls, type DialName, type View } from './core/controls.js';
export { ERROR_CODES, NocturneError, type ErrorCode } from './core/errors.js';
export { silentLogger, type Logger } from './core/logger.js';
export type { Packet, VideoFormat } from './core/packet.js';
export { fromSeconds, micros, toSeconds, type Micros } from './core/time.js';
export type { SourceInfo } from './ingest/frame-source.js';
export { openStream, startStream } from './pipeline/open-stream.js';
export type { NightStream, OpenStreamOptions, StreamEnd } from './pipeline/night-stream.js';
export { render, type RenderOptions } from './pipeline/render.js';
export type { RenderProgress, RenderReport } from './pipeline/worker-messages.js';
export { probeInput } from './ingest/probe.js';
export { startServer } from './stream/stream-server.js';
