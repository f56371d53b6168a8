import type { LightingControls } from '../core/controls.js';
import { Backoff } from '../core/backoff.js';
import { NocturneError } from '../core/errors.js';
import { silentLogger, type Logger } from '../core/logger.js';
import type { Thumbnail } from '../image/thumbnail.js';
import type { GrainSigma } from '../look/grain-sigma.js';
import type { Look } from '../look/look.js';
import type { Motion } from '../temporal/motion.js';
import type { FallbackGenerator } from './fallback-generator.js';
import type { Generator } from './generator.js';
import { LastGoodLook } from './last-good-look.js';

/** One way to make the night; the ladder prefers the first. */
export interface Rung {
  /** What viewers read: `nightgrid on webgpu`. */
  readonly name: string;
  /** Throws as `openGenerator` does. */
  open(): Promise<Generator>;
}

/** Options of {@link LadderGenerator.open}. */
export interface LadderOptions {
  /** From the best to the last but one: the ladder ends in `last`. */
  readonly rungs: readonly Rung[];
  /** Makes looks where no rung can; it always works. Taken. */
  readonly last: Generator;
  /**
   * Whether the ladder may open on a lower rung, because viewers watch already; default false: opening then throws what the first rung throws,
   * so that a user learns of a mistake.
   */
  readonly startsAnywhere?: boolean;
  readonly logger?: Logger;
}

/** How long a rung may fail before the next one takes over, milliseconds: single bad frames need no other night. */
const FAILING_MS = 500;
/** Pauses between tries of a better rung, milliseconds. */
const RETRY = { firstMs: 1000, maxMs: 30_000 } as const;
/** A rung that has worked this long since the last climb is tried after the first pause again, milliseconds. */
const HEALTHY_AFTER_MS = 60_000;

/**
 * A generator that never fails: when its network does, viewers first get its last good look, then the looks of the next rung, and a better rung
 * takes over again once it works. For live streams: which rung makes a look depends on time.
 */
export class LadderGenerator implements FallbackGenerator {
  readonly #rungs: readonly Rung[];
  /** Open generators by rung; one that could not be opened is absent. */
  readonly #open = new Map<number, Generator>();
  readonly #last: Generator;
  readonly #logger: Logger;
  readonly #backoff = new Backoff(RETRY);
  readonly #lastGood = new LastGoodLook();
  /** Index of the rung that makes the looks; their number: the last generator does. */
  #active = 0;
  #failingSinceMs: number | undefined;
  #reason = '';
  #fallbacks = 0;
  #isChanging = false;
  #retryAtMs = 0;
  #climbedMs = 0;
  #lighting: LightingControls | undefined;
  #isClosed = false;

  private constructor({ rungs, last, logger = silentLogger }: LadderOptions) {
    this.#rungs = rungs;
    this.#last = last;
    this.#logger = logger;
  }

  /** Opens the first rung, or with `startsAnywhere` the first that opens. */
  static async open(options: LadderOptions): Promise<LadderGenerator> {
    const ladder = new LadderGenerator(options);
    for (const [index, rung] of options.rungs.entries()) {
      try {
        ladder.#open.set(index, await rung.open());
        ladder.#active = index;
        break;
      } catch (error) {
        if (!options.startsAnywhere) {
          await options.last.close();
          throw error;
        }
        ladder.#descendTo(index + 1, error);
      }
    }
    return ladder;
  }

  get card(): Generator['card'] {
    return this.#current.card;
  }

  get device(): string {
    return this.#current.device;
  }

  get placement(): Generator['placement'] {
    return this.#current.placement;
  }

  get isElsewhere(): boolean {
    return this.#current.isElsewhere ?? false;
  }

  get wantsDetail(): boolean {
    return this.#current.wantsDetail ?? false;
  }

  get lightsRoad(): boolean {
    return this.#current.lightsRoad ?? false;
  }

  get grain(): GrainSigma | undefined {
    return this.#current.grain;
  }

  get scene(): Generator['scene'] {
    return this.#current.scene;
  }

  get fallbacks(): number {
    return this.#fallbacks;
  }

  /** The generator that makes looks when no network can. Lent. */
  get last(): Generator {
    return this.#last;
  }

  /** One sentence for people while another rung than the first makes the looks, with the reason; else empty. */
  get degraded(): string {
    if (this.#active === 0) return '';
    return `${this.#reason} ${this.#nameOf(this.#active)} makes the night until ${this.#nameOf(0)} works again.`;
  }

  setLighting(lighting: LightingControls): void {
    this.#lighting = lighting;
    this.#current.setLighting?.(lighting);
  }

  advance(thumbnail: Thumbnail, motion: Motion | undefined, seconds: number): void {
    this.#current.advance?.(thumbnail, motion, seconds);
  }

  async translate(thumbnail: Thumbnail, signal?: AbortSignal): Promise<Look> {
    if (thumbnail.discontinuity) this.#lastGood.forget();
    this.#climb(thumbnail);
    const index = this.#active;
    const generator = this.#current;
    if (generator === this.#last) return this.#fallbackLook(thumbnail, signal);
    try {
      const look = await generator.translate(thumbnail, signal);
      if (index !== this.#active) return look; // a better rung has taken over meanwhile
      this.#lastGood.keep(look, thumbnail.pts);
      this.#failingSinceMs = undefined;
      if (index > 0) this.#fallbacks++;
      return look;
    } catch (error) {
      if (!(error instanceof NocturneError) || error.code !== 'MODEL_FAILED') throw error;
      this.#onFailed(index, error);
      return this.#fallbackLook(thumbnail, signal);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#open.values()].map((generator) => generator.close()));
    await this.#last.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #current(): Generator {
    return this.#open.get(this.#active) ?? this.#last;
  }

  #nameOf(index: number): string {
    return this.#rungs[index]?.name ?? this.#last.card.name;
  }

  async #fallbackLook(thumbnail: Thumbnail, signal: AbortSignal | undefined): Promise<Look> {
    this.#fallbacks++;
    return this.#lastGood.at(thumbnail.pts) ?? this.#last.translate(thumbnail, signal);
  }

  /** Opens the next rung once this one has failed for a while. */
  #onFailed(index: number, error: NocturneError): void {
    if (index !== this.#active) return;
    const nowMs = performance.now();
    this.#failingSinceMs ??= nowMs;
    if (nowMs - this.#failingSinceMs < FAILING_MS || this.#isChanging) return;
    this.#isChanging = true;
    void this.#descend(index + 1, error).finally(() => {
      this.#isChanging = false;
    });
  }

  async #descend(index: number, error: unknown): Promise<void> {
    const rung = this.#rungs[index];
    if (rung && !this.#open.has(index)) {
      try {
        await this.#openRung(index, rung);
      } catch {
        return this.#descend(index + 1, error); // the first failure is what people need to know
      }
    }
    this.#descendTo(index, error);
  }

  /** Makes a lower rung the active one. Logs why. */
  #descendTo(index: number, error: unknown): void {
    const nowMs = performance.now();
    if (nowMs - this.#climbedMs > HEALTHY_AFTER_MS) this.#backoff.reset();
    this.#reason = sentenceOf(error);
    this.#activate(index);
    this.#retryAtMs = nowMs + this.#backoff.nextMs();
    this.#logger.debug({ code: error instanceof NocturneError ? error.code : 'INTERNAL' }, this.degraded); // the main process announces it
  }

  #activate(index: number): void {
    this.#active = index;
    this.#failingSinceMs = undefined;
    if (this.#lighting) this.#current.setLighting?.(this.#lighting);
  }

  async #openRung(index: number, rung: Rung): Promise<Generator> {
    const generator = await rung.open();
    if (this.#isClosed) {
      await generator.close();
      throw new TypeError('the ladder is closed');
    }
    this.#open.set(index, generator);
    return generator;
  }

  /** Closes a generator that failed again; the next try opens another, since a device that is lost does not work again. */
  #drop(index: number): void {
    const generator = this.#open.get(index);
    this.#open.delete(index);
    generator?.close().catch(() => undefined); // not awaited: a driver may hang
  }

  /** Tries the better rungs on a copy of a frame, the best first, when it is time; looks come from the active one meanwhile. */
  #climb({ data, detail, pts, discontinuity }: Thumbnail): void {
    if (this.#active === 0 || this.#isChanging || performance.now() < this.#retryAtMs) return;
    this.#isChanging = true;
    const day = { data: data.slice(), pts, discontinuity, ...(detail ? { detail: detail.slice() } : {}) };
    void this.#tryBetter(day).finally(() => {
      this.#isChanging = false;
    });
  }

  async #tryBetter(day: Thumbnail): Promise<void> {
    for (let index = 0; index < this.#active && !this.#isClosed; index++) {
      const rung = this.#rungs[index];
      if (!rung) break;
      try {
        const generator = this.#open.get(index) ?? (await this.#openRung(index, rung));
        await generator.translate(day);
        this.#activate(index);
        this.#climbedMs = performance.now();
        this.#logger.debug({ rung: rung.name }, 'A better generator makes the night again.');
        if (index === 0) return;
        break;
      } catch (error) {
        if (index === 0) this.#reason = sentenceOf(error);
        this.#drop(index);
      }
    }
    this.#retryAtMs = performance.now() + this.#backoff.nextMs();
  }
}

/** What went wrong, for viewers: without the folders of the machine. */
function sentenceOf(error: unknown): string {
  const { cause } = error instanceof Error ? error : {};
  const first = cause instanceof NocturneError ? cause : error;
  const message = first instanceof Error ? first.message : String(first);
  const line = message
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\S*[/\\](?=\S)/g, '')
    .trim();
  const sentence = line.startsWith('the ') ? `The ${line.slice(4)}` : line;
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}
