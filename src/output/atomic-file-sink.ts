import { stat } from 'node:fs/promises';
import { abortedError, NocturneError } from '../core/errors.js';
import type { Frame, FrameFormat } from '../core/frame.js';
import { micros, type Micros } from '../core/time.js';
import type { AtomicFile } from './atomic-file.js';
import type { FileSink, FramePlace, SinkReport } from './file-options.js';
import { areaFor } from './frame-fit.js';
import { outputFailure } from './output-error.js';

/** What the first frame decides for the whole file. */
export interface FileStart {
  readonly frameFormat: FrameFormat;
  /** Time of the source at which the file begins. */
  readonly start: Micros;
}

/** Encodes and muxes to the temporary path of a file. One call at a time, but for {@link VideoFileWriter.interrupt}. */
export interface VideoFileWriter {
  /** The time of the source at which the file begins, by its first frame. */
  startOf(first: Frame): number;
  /** Borrows the frame. @param pts in the file. */
  write(frame: Frame, pts: Micros, start: FileStart): Promise<void>;
  /** Writes what remains, so that the file at the temporary path is complete, and closes. There was at least one frame. */
  finish(): Promise<Omit<SinkReport, 'path' | 'bytes'>>;
  /** Makes a call in flight settle soon. Never throws. */
  interrupt(): Promise<void> | void;
  /** Frees all memory, no call is in flight. Idempotent, never throws. */
  close(): Promise<void> | void;
}

/** A file sink on a writer: the order of calls, and a file that appears complete or not at all. */
export class AtomicFileSink implements FileSink {
  readonly #path: string;
  readonly #file: AtomicFile;
  readonly #writer: VideoFileWriter;
  #first: FileStart | undefined;
  #hasFrames = false;
  #isOver = false;
  #inFlight: Promise<unknown> = Promise.resolve();
  #stopping: Promise<void> = Promise.resolve();

  /** Takes file and writer. @param path as the user names it. */
  constructor(path: string, file: AtomicFile, writer: VideoFileWriter) {
    this.#path = path;
    this.#file = file;
    this.#writer = writer;
  }

  placeOf(frame: Frame): FramePlace {
    const { frameFormat, start } = this.#firstOr(frame);
    return { ...areaFor(frame, frameFormat), pts: micros(frame.pts - start) };
  }

  write(frame: Frame): Promise<void> {
    const written = this.#write(frame).finally(() => frame.close());
    this.#inFlight = written.catch(() => undefined);
    return written;
  }

  async finish(): Promise<SinkReport> {
    if (this.#isOver) throw new TypeError('cannot finish twice, or after abort');
    const finishing = this.#finishAfter(this.#inFlight);
    this.#inFlight = finishing.catch(() => undefined);
    try {
      return await finishing;
    } catch (error) {
      await this.abort();
      throw outputFailure(this.#path, error);
    }
  }

  async abort(): Promise<void> {
    if (!this.#isOver) this.#stopping = this.#stop();
    await this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.abort();
  }

  async #finishAfter(written: Promise<unknown>): Promise<SinkReport> {
    await written;
    const path = this.#path;
    if (!this.#hasFrames) {
      const message = `Cannot write ${path}: the input has no frames.`;
      throw new NocturneError({ code: 'OUTPUT_FAILED', stage: 'output', message });
    }
    const report = await this.#writer.finish();
    if (this.#isOver) throw abortedError(`${path} was complete`, 'output');
    await this.#file.commit();
    this.#isOver = true;
    const { size } = await stat(this.#file.path);
    return { path, bytes: size, ...report };
  }

  async #stop(): Promise<void> {
    this.#isOver = true;
    await this.#writer.interrupt();
    await this.#inFlight;
    await this.#writer.close();
    await this.#file.discard();
  }

  async #write(frame: Frame): Promise<void> {
    if (this.#isOver) throw new TypeError('cannot write after finish or abort');
    try {
      await this.#writer.write(frame, this.placeOf(frame).pts, this.#firstOr(frame));
      this.#hasFrames = true;
    } catch (error) {
      throw outputFailure(this.#path, error);
    }
  }

  #firstOr(frame: Frame): FileStart {
    if (this.#first) return this.#first;
    const { width, height, color, sampleAspect } = frame;
    const start = micros(this.#writer.startOf(frame));
    return (this.#first = { frameFormat: { width, height, color, sampleAspect }, start });
  }
}
