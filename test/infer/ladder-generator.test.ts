import { describe, expect, it } from 'vitest';
import { NocturneError } from '../../src/core/errors.js';
import { fromSeconds } from '../../src/core/time.js';
import type { Thumbnail } from '../../src/image/thumbnail.js';
import type { Generator } from '../../src/infer/generator.js';
import { createGrade } from '../../src/infer/grade/grade.js';
import { LadderGenerator, type Rung } from '../../src/infer/ladder-generator.js';
import { emptyLook, type Look } from '../../src/look/look.js';
import { asThumbnail } from './synthetic-thumbnails.js';
import { streetThumbnail } from './grade/street-thumbnail.js';

const data = streetThumbnail();
const { card } = await createGrade();
const failed = (message: string): NocturneError =>
  new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message, fatal: false });

/** A generator whose looks have a mark, and that fails while told to. */
class FragileGenerator implements Generator {
  readonly card = card;
  readonly device = 'cpu';
  isBroken = false;
  isClosed = false;
  readonly #look = emptyLook();

  constructor(mark: number) {
    this.#look.grid[0] = mark;
  }

  translate(): Promise<Look> {
    return this.isBroken
      ? Promise.reject(failed('/models/net.onnx failed: it is broken.'))
      : Promise.resolve(this.#look);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const rung = (name: string, generator: Generator): Rung => ({ name, open: () => Promise.resolve(generator) });

/** Translates frames at 25 a second of video until the looks have the mark. Returns all marks passed. */
async function until(ladder: LadderGenerator, mark: number, timeoutMs = 12_000): Promise<number[]> {
  const marks: number[] = [];
  const started = performance.now();
  for (;;) {
    const seconds = performance.now() / 1000;
    const day: Thumbnail = asThumbnail(data, fromSeconds(seconds), false);
    const [got = NaN] = (await ladder.translate(day)).grid;
    if (marks.at(-1) !== got) marks.push(got);
    if (got === mark) return marks;
    if (performance.now() - started > timeoutMs) throw new Error(`no look of ${mark}: ${marks.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a ladder of generators', () => {
  it('goes down where a generator keeps failing, says so, and climbs again once it works', async () => {
    const [best, second] = [new FragileGenerator(1), new FragileGenerator(2)];
    const rungs = [rung('best', best), rung('second', second)];
    const ladder = await LadderGenerator.open({ rungs, last: new FragileGenerator(9) });
    expect(await until(ladder, 1)).toEqual([1]);
    best.isBroken = true;
    expect(await until(ladder, 2)).toEqual([1, 2]); // the last good look, then the next rung
    expect(ladder.degraded).toBe('net.onnx failed: it is broken. second makes the night until best works again.');
    expect(ladder.fallbacks).toBeGreaterThan(0);
    second.isBroken = true;
    expect((await until(ladder, 9)).at(-1)).toBe(9);
    second.isBroken = false;
    expect((await until(ladder, 2)).at(-1)).toBe(2);
    best.isBroken = false;
    expect((await until(ladder, 1)).at(-1)).toBe(1);
    expect(ladder.degraded).toBe('');
    await ladder.close();
    expect([best.isClosed, second.isClosed]).toEqual([true, true]);
  }, 40_000);

  it('takes no other generator for single bad frames', async () => {
    const best = new FragileGenerator(1);
    const ladder = await LadderGenerator.open({
      rungs: [rung('best', best), rung('second', new FragileGenerator(2))],
      last: new FragileGenerator(9),
    });
    await until(ladder, 1);
    best.isBroken = true;
    expect(await until(ladder, 1)).toEqual([1]);
    best.isBroken = false;
    expect(await until(ladder, 1)).toEqual([1]);
    expect(ladder.degraded).toBe('');
    await ladder.close();
  });

  it('opens another in place of a generator that no longer works, as on a device that was lost, and closes the old one', async () => {
    const opened: FragileGenerator[] = [];
    const best: Rung = {
      name: 'best',
      open: () => {
        const generator = new FragileGenerator(1);
        opened.push(generator);
        return Promise.resolve(generator);
      },
    };
    const ladder = await LadderGenerator.open({ rungs: [best], last: new FragileGenerator(9) });
    await until(ladder, 1);
    opened[0]!.isBroken = true; // for ever
    await until(ladder, 9);
    expect((await until(ladder, 1)).at(-1)).toBe(1);
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    await ladder.close();
    expect(opened[1]?.isClosed).toBe(true);
  }, 40_000);

  it('opens the first generator or reports why, unless viewers watch already', async () => {
    const missing: Rung = { name: 'missing', open: () => Promise.reject(failed('the model is missing.')) };
    const last = new FragileGenerator(9);
    await expect(LadderGenerator.open({ rungs: [missing], last })).rejects.toThrow('the model is missing');
    expect(last.isClosed).toBe(true);
    const ladder = await LadderGenerator.open({
      rungs: [missing, rung('second', new FragileGenerator(2))],
      last: new FragileGenerator(9),
      startsAnywhere: true,
    });
    expect(await until(ladder, 2)).toEqual([2]);
    expect(ladder.degraded).toContain('missing. second makes the night until missing works again.');
    await ladder.close();
  });
});
