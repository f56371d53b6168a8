import { redact } from '../core/secrets.js';
import type { SourceInfo } from '../ingest/frame-source.js';
import type { NightStream, StreamEnd } from '../pipeline/main/night-stream.js';

/** Prints the start and the end of each stream, after the server's address. */
export class StreamAnnouncer {
  readonly #stop: AbortSignal;
  #announce: () => void = () => undefined;
  readonly #announced = new Promise<void>((resolve) => {
    this.#announce = resolve;
  });

  /** @param stop ends that follow it are not printed. */
  constructor(stop: AbortSignal) {
    this.#stop = stop;
  }

  /** Prints the address; what streams print follows. */
  printAddress(url: string): void {
    process.stdout.write(`nocturne: listening on ${url}\n`);
    this.#announce();
  }

  /** Follows one stream to its end. @param printsFailure whether to print that it could not be opened. */
  async follow(stream: NightStream, printsFailure: boolean): Promise<{ info: SourceInfo | undefined } & StreamEnd> {
    const info = await stream.opened.catch(() => undefined);
    if (info) {
      await this.#announced;
      const { width, height, frameRate, description } = info;
      const size = `${width}x${height} at ${frameRate.toFixed(2)} frames/s`;
      process.stdout.write(`  ${stream.name}: ${redact(description)}, ${size}\n`);
    }
    const { error } = await stream.ended;
    if (error && !info && printsFailure) {
      process.stderr.write(`nocturne: ${stream.name}: ${redact(error.toLine())}\n`);
    }
    if (!error && !this.#stop.aborted && !stream.isClosed) {
      process.stdout.write(`  ${stream.name}: ended${info?.isLive === false ? ' (--loop restarts a file)' : ''}\n`);
    }
    return { info, error };
  }
}
