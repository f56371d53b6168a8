import { extname } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import type { Frame } from '../../core/frame.js';
import { toSeconds } from '../../core/time.js';
import { isFittedCard } from '../../infer/image-network/image-card.js';
import type { ModelCard } from '../../infer/model-card.js';
import type { Look } from '../../look/look.js';
import { parseInput } from '../../ingest/input-address.js';
import type { FramePlace } from '../../output/file-options.js';
import { LineFile } from '../../output/line-file.js';
import type { RenderSettings } from '../stream-settings.js';
import { lampRecords, type LampRecord } from './lamp-record.js';

const EXTENSION = '.jsonl';

/** The lamps of every rendered frame or image, one JSON line each (docs/lamps.md). The file appears complete or not at all. */
export class LampFile {
  /** Of the generator that makes the looks: it says why their lamps are lit. Undefined: one that reads a scene. */
  card: ModelCard | undefined;
  readonly #lines: LineFile;
  #frames = 0;

  private constructor(lines: LineFile) {
    this.#lines = lines;
  }

  /** Opens the file that the settings name; undefined where they name none. Throws NocturneError. */
  static async open(settings: Pick<RenderSettings, 'lamps' | 'input' | 'overwrite'>): Promise<LampFile | undefined> {
    const { lamps: path, input, overwrite } = settings;
    if (path === undefined) return undefined;
    if (extname(path).toLowerCase() !== EXTENSION) {
      throw new NocturneError({
        code: 'OUTPUT_UNSUPPORTED',
        stage: 'output',
        message: `the list of lamps ${path} must be a ${EXTENSION} file.`,
        remedy: `Pass --lamps with a name that ends with ${EXTENSION}.`,
      });
    }
    return new LampFile(await LineFile.open({ path, overwrite, inputPath: parseInput(input).target }));
  }

  /** Adds the next frame of a video, at its place in the output. Borrows all. Throws NocturneError when it cannot be written. */
  async addFrame(frame: Pick<Frame, 'width' | 'height'>, look: Look, place: FramePlace): Promise<void> {
    const line = { frame: this.#frames++, pts: toSeconds(place.pts), lamps: this.#records(look, frame, place) };
    await this.#lines.write(JSON.stringify(line));
  }

  /** Adds an image by its name. Borrows the look. Throws like {@link addFrame}. */
  async addImage(name: string, size: { readonly width: number; readonly height: number }, look: Look): Promise<void> {
    await this.#lines.write(JSON.stringify({ name, lamps: this.#records(look, size) }));
  }

  #records(look: Look, frame: Pick<Frame, 'width' | 'height'>, area?: FramePlace): LampRecord[] {
    return lampRecords(look, frame, {
      ...(area && { area }),
      isFitted: this.card !== undefined && isFittedCard(this.card),
    });
  }

  /** Writes what is left; the file has its name after {@link commit} only. Throws NocturneError. */
  async finish(): Promise<void> {
    await this.#lines.finish();
  }

  /** Gives the finished file its name. Throws NocturneError. */
  async commit(): Promise<void> {
    await this.#lines.commit();
  }

  /** Removes a file that was not committed. Idempotent, never throws. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines.abort();
  }
}
