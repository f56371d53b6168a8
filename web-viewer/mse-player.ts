import type { VideoFormat } from '../src/core/packet.js';
import type { ReceivedPacket } from '../src/stream/protocol.js';
import type { CanvasRenderer } from './canvas-renderer.js';
import type { FrameTimes } from './frame-times.js';
import { LiveEdge } from './live-edge.js';
import { MediaBuffer, mediaType } from './media-buffer.js';
import { MediaTimeline } from './media-timeline.js';
import { fragment, initSegment } from './mp4-boxes.js';
import { splitAccessUnit } from './nal-units.js';
import type { CreatePlayer, PlayerCounts, PlayerEvents, VideoPlayer } from './video-player.js';

/** Interval at which playback is kept at the live edge, milliseconds. */
const EDGE_INTERVAL_MS = 100;
/** Shortest interval between keyframe requests, milliseconds. */
const MIN_KEYFRAME_REQUEST_INTERVAL_MS = 1000;
/** Media sources in a row that fail without a frame before another player is tried, and the pause after each, milliseconds. */
const MAX_FAILURES = 3;
const RESTART_MS = 300;
/** Frames whose times are kept until they are shown: 20 s at 30 frames/s. */
const MAX_TIMES = 600;
/** A frame is shown at its own time on the timeline, up to the rounding of a browser's clock, microseconds. */
const TIME_TOLERANCE_US = 2000;

/** Plays with Media Source: the page muxes packets to fragmented MP4, one fragment a frame, for a video element whose frames the canvas shows. */
export const createMsePlayer: CreatePlayer = (renderer, events) => new MsePlayer(renderer, events);

class MsePlayer implements VideoPlayer {
  readonly #renderer: CanvasRenderer;
  readonly #events: PlayerEvents;
  readonly #video = document.createElement('video');
  readonly #edgeTimer: ReturnType<typeof setInterval>;
  #frameCallback = 0;
  #edge = new LiveEdge();
  #timeline = new MediaTimeline();
  #buffer: MediaBuffer | undefined;
  #format: VideoFormat | undefined;
  /** Times of the frames on the timeline, by their place on it in order. */
  #times: { readonly at: number; readonly times: FrameTimes }[] = [];
  #parameterSets = '';
  #fragments = 0;
  #lastSequence: number | undefined;
  #needsKeyframe = true;
  #failures = 0;
  #isPaused = false;
  #hasStarted = false;
  #keyframeRequestedAtMs = Number.NEGATIVE_INFINITY;
  #decodedBefore = 0;
  #drops = 0;
  #skipped = 0;
  #errors = 0;
  #keyframeRequests = 0;

  constructor(renderer: CanvasRenderer, events: PlayerEvents) {
    this.#renderer = renderer;
    this.#events = events;
    const video = this.#video;
    video.className = 'decoding-video';
    video.muted = true;
    video.playsInline = true;
    video.disableRemotePlayback = true; // iPhones have ManagedMediaSource only for videos that stay on the phone
    video.setAttribute('aria-hidden', 'true');
    video.tabIndex = -1;
    document.body.prepend(video);
    video.addEventListener('waiting', () => {
      if (this.#hasStarted) this.#edge.onStall(performance.now());
    });
    video.addEventListener('error', () => this.#fail());
    this.#awaitFrame();
    this.#edgeTimer = setInterval(() => this.#keepEdge(), EDGE_INTERVAL_MS);
  }

  get counts(): PlayerCounts {
    return {
      framesDecoded: this.#decodedBefore + this.#decodedNow,
      drops: this.#drops + (this.#buffer?.drops ?? 0),
      skipped: this.#skipped,
      errors: this.#errors,
      keyframeRequests: this.#keyframeRequests,
    };
  }

  /** Frames that are buffered and not shown yet. */
  get queueSize(): number {
    const position = this.#video.currentTime * 1e6;
    return this.#times.reduce((count, { at }) => count + (at > position ? 1 : 0), 0);
  }

  configure(format: VideoFormat): void {
    this.#format = format;
    this.#timeline.frameRate = format.frameRate;
    this.#needsKeyframe = true;
    this.#parameterSets = '';
    const type = mediaType(format.codec);
    if (type === undefined) this.#events.onUnsupported(format.codec);
    else if (this.#buffer) this.#buffer.changeType(type);
    else this.#open(type);
  }

  decode(packet: ReceivedPacket): void {
    const isContinuous = this.#lastSequence === undefined || packet.sequence === (this.#lastSequence + 1) >>> 0;
    this.#lastSequence = packet.sequence;
    if (this.#isPaused) {
      this.#skipped++;
      return;
    }
    if (packet.isKeyframe) this.#needsKeyframe = false;
    else if (packet.discontinuity || !isContinuous) this.#needsKeyframe = true;
    if (this.#needsKeyframe || !this.#buffer) {
      this.#drops++;
      this.#requestKeyframe();
      return;
    }
    this.#append(packet, this.#buffer);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#play(); // browsers pause the video of a hidden page
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#needsKeyframe = true;
    this.#requestKeyframe();
  }

  reset(): void {
    this.#lastSequence = undefined;
    this.#format = undefined;
    this.#close();
  }

  close(): void {
    clearInterval(this.#edgeTimer);
    this.#video.cancelVideoFrameCallback(this.#frameCallback);
    this.reset();
    this.#video.remove();
  }

  get #decodedNow(): number {
    return this.#video.getVideoPlaybackQuality().totalVideoFrames;
  }

  #open(type: string): void {
    this.#buffer = new MediaBuffer(this.#video, type, {
      onFailed: () => this.#fail(),
      onOverflow: () => {
        this.#needsKeyframe = true;
        this.#requestKeyframe();
      },
    });
    this.#play();
  }

  /** Discards the media source; the next format opens another. */
  #close(): void {
    this.#decodedBefore += this.#buffer ? this.#decodedNow : 0;
    this.#drops += this.#buffer?.drops ?? 0;
    this.#buffer?.close();
    this.#buffer = undefined;
    this.#timeline = new MediaTimeline();
    this.#times = [];
    this.#parameterSets = '';
    this.#fragments = 0;
    this.#needsKeyframe = true;
    this.#hasStarted = false;
  }

  #append(packet: ReceivedPacket, buffer: MediaBuffer): void {
    const { sps, pps, units } = splitAccessUnit(packet.data);
    if (sps && pps && this.#format) this.#appendInit(sps, pps, this.#format, buffer);
    if (this.#parameterSets === '') {
      this.#drops++;
      this.#needsKeyframe = true;
      return;
    }
    const { decodeTime, duration } = this.#timeline.add(packet.pts);
    const times = { pts: packet.pts, capturedAt: packet.capturedAt, isBacklog: packet.backlog };
    this.#times.push({ at: decodeTime, times });
    if (this.#times.length > MAX_TIMES) this.#times.shift();
    const { isKeyframe } = packet;
    const bytes = fragment(++this.#fragments, { units, isKeyframe, decodeTime, duration });
    buffer.append(bytes, isKeyframe ? decodeTime / 1e6 : undefined);
  }

  /** A new initialization segment where the parameter sets are new. */
  #appendInit(sps: Uint8Array, pps: Uint8Array, format: VideoFormat, buffer: MediaBuffer): void {
    const sets = `${sps.join()};${pps.join()}`;
    if (sets === this.#parameterSets) return;
    this.#parameterSets = sets;
    const { width, height, sampleAspect } = format;
    buffer.append(initSegment({ width, height, sampleAspect, sps, pps }), undefined);
  }

  #keepEdge(): void {
    const range = this.#buffer?.range;
    if (!range) return;
    const video = this.#video;
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      video.currentTime = Math.max(range.start, range.end - this.#edge.target);
      return;
    }
    if (document.hidden || video.seeking) return;
    if (video.paused) this.#play();
    const { rate, seekTo } = this.#edge.action(video.currentTime, range.end, performance.now());
    if (seekTo !== undefined) video.currentTime = Math.max(range.start, seekTo);
    if (video.playbackRate !== rate) video.playbackRate = rate;
    this.#buffer?.trim(video.currentTime);
  }

  #play(): void {
    if (!this.#buffer) return;
    this.#video.play().catch((cause: unknown) => {
      if (cause instanceof DOMException && cause.name === 'NotAllowedError') this.#events.onGestureNeeded();
    });
  }

  /** Draws each frame that the video element presents. */
  #awaitFrame(): void {
    this.#frameCallback = this.#video.requestVideoFrameCallback((_, { mediaTime, width, height }) => {
      const times = this.#takeTimes(mediaTime * 1e6);
      if (times && this.#buffer) {
        this.#failures = 0;
        this.#renderer.draw(this.#video, width, height, times);
      }
      this.#awaitFrame();
    });
  }

  /** The times of the frame at a place of the timeline; forgets those before it. */
  #takeTimes(at: number): FrameTimes | undefined {
    const index = this.#times.findLastIndex((entry) => entry.at <= at + TIME_TOLERANCE_US);
    if (index < 0) return undefined;
    this.#times.splice(0, index);
    return this.#times[0]?.times;
  }

  /** Starts again with a new media source after a while; gives up where several in a row show nothing. */
  #fail(): void {
    if (!this.#buffer) return;
    this.#errors++;
    this.#drops += this.queueSize;
    this.#close();
    const format = this.#format;
    if (++this.#failures >= MAX_FAILURES) {
      this.#events.onUnsupported(format?.codec ?? '');
      return;
    }
    setTimeout(() => {
      if (!format || format !== this.#format || this.#buffer) return;
      this.configure(format);
      this.#requestKeyframe();
    }, RESTART_MS * this.#failures);
  }

  #requestKeyframe(): void {
    const nowMs = performance.now();
    if (nowMs - this.#keyframeRequestedAtMs < MIN_KEYFRAME_REQUEST_INTERVAL_MS) return;
    this.#keyframeRequestedAtMs = nowMs;
    this.#keyframeRequests++;
    this.#events.onKeyframeNeeded();
  }
}
