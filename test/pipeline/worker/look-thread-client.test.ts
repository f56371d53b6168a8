import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CONTROLS, lightingOf } from '../../../src/core/controls.js';
import { silentLogger, type Logger } from '../../../src/core/logger.js';
import { fromSeconds } from '../../../src/core/time.js';
import { copyLookInto, emptyLook, type Look } from '../../../src/look/look.js';
import { openGenerator } from '../../../src/infer/open-generator.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH, type Thumbnail } from '../../../src/image/thumbnail.js';
import { LookThreadChannel, openLookThread } from '../../../src/pipeline/worker/look-thread-client.js';
import { streetThumbnail } from '../../infer/grade/street-thumbnail.js';
import { asThumbnail, noiseThumbnail, paint, rampThumbnail } from '../../infer/synthetic-thumbnails.js';
import { writeSceneModel } from '../../support/scene-model.js';
import { writeTinyModel } from '../../infer/tiny-model.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nocturne-thread-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const days = [streetThumbnail(), noiseThumbnail(), rampThumbnail(), streetThumbnail()];

function copyOf(look: Look): Look {
  const copy = emptyLook();
  copyLookInto(look, copy);
  return copy;
}

describe('a look thread', () => {
  it.each([
    ['grade', () => 'grade'],
    ['an ONNX model', () => writeTinyModel(folder)],
  ])('returns the looks of %s bit for bit without smoothing', async (_, generator) => {
    await using inline = await openGenerator({ generator: generator() });
    await using threaded = await openLookThread({ generator: generator() });
    expect([threaded.card, threaded.placement]).toEqual([inline.card, inline.placement]);
    expect(threaded.wantsDetail).toBe(false);
    for (const day of days) {
      const wanted = copyOf(await inline.translate(asThumbnail(day)));
      const { look, lookMs, steadyMs } = await threaded.make(asThumbnail(day), 0);
      expect(Math.min(lookMs ?? 0, steadyMs)).toBeGreaterThan(0);
      expect(copyOf(look)).toEqual(wanted);
    }
  });

  it('passes details and lighting on to a generator that reads them', async () => {
    const options = { generator: await writeSceneModel(folder), style: 'village', seed: 4 };
    await using inline = await openGenerator(options);
    await using threaded = await openLookThread(options);
    expect(threaded.wantsDetail).toBe(true);
    const dusk = { ...lightingOf(DEFAULT_CONTROLS), sunElevation: -4 };
    const detail = new Float32Array(3 * DETAIL_WIDTH * DETAIL_HEIGHT).map((_, i) => (i % 97) / 97);
    /** Of a frame of a video: a still is read otherwise. */
    const translate = async (thumbnail: Thumbnail): Promise<Look> => {
      inline.advance?.(thumbnail, undefined, 0);
      return copyOf(await inline.translate(thumbnail));
    };
    const night = await translate(asThumbnail(days[0]!));
    inline.setLighting?.(dusk);
    const wanted = await translate({ ...asThumbnail(days[0]!), detail });
    const first = asThumbnail(days[0]!, fromSeconds(1), true);
    expect(copyOf((await threaded.make(first, 0)).look).grid).toEqual(night.grid);
    const second = { ...asThumbnail(days[0]!, fromSeconds(2), true), detail };
    const made = copyOf((await threaded.make(second, 0, dusk)).look);
    expect(made.grid).toEqual(wanted.grid);
    expect(made.lights).toEqual(wanted.lights);
  });

  it('accepts a second thumbnail while the first look is pending, and keeps them apart', async () => {
    await using inline = await openGenerator({ generator: 'grade' });
    const wanted: Look[] = [];
    for (const day of days) wanted.push(copyOf(await inline.translate(asThumbnail(day))));
    await using threaded = await openLookThread({ generator: 'grade' });
    const lent = new Float32Array(days[0]!);
    let next = threaded.make(asThumbnail(lent), 0);
    lent.fill(0); // it was copied
    for (const [i, look] of wanted.entries()) {
      const now = next;
      const day = days[i + 1];
      if (day) next = threaded.make(asThumbnail(day), 0);
      expect(copyOf((await now).look)).toEqual(look);
    }
  });

  it('refuses a third pending look', async () => {
    await using thread = await openLookThread({ generator: 'grade' });
    const looks = [0, 1].map(() => thread.make(asThumbnail(streetThumbnail()), 0));
    await expect(thread.make(asThumbnail(streetThumbnail()), 0)).rejects.toThrow(RangeError);
    await Promise.all(looks);
    await thread.make(asThumbnail(streetThumbnail()), 0);
  });

  it('falls back when its network fails, counts it and logs it to the caller’s logger', async () => {
    const lines: string[] = [];
    const logger: Logger = { ...silentLogger, warn: (_, message) => lines.push(message) };
    const model = writeTinyModel(folder, 'root', { hasSqrtLights: true });
    await using thread = await openLookThread({ generator: model, logger });
    const wanted = copyOf(
      (
        await thread.make(
          asThumbnail(
            paint(() => [0.5, 0, 0]),
            fromSeconds(1),
          ),
          0,
        )
      ).look,
    );
    const dark = paint(() => [0.1, 0, 0]); // its lights are NaN
    const held = await thread.make(asThumbnail(dark, fromSeconds(1.04)), 0);
    expect(copyOf(held.look)).toEqual(wanted);
    expect(thread.counts.fallbacks).toBe(1);
    await using grade = await openGenerator({ generator: 'grade' });
    const late = await thread.make(asThumbnail(dark, fromSeconds(3)), 0);
    expect(copyOf(late.look)).toEqual(copyOf(await grade.translate(asThumbnail(dark))));
    expect(thread.counts.fallbacks).toBe(2);
    expect(lines).not.toHaveLength(0); // one line a second at most: a slow machine logs both failures
    for (const line of lines) expect(line).toContain('MODEL_FAILED');
  });

  it('reports in one line why it cannot be opened', async () => {
    await expect(openLookThread({ generator: 'moonlight' })).rejects.toMatchObject({
      name: 'NocturneError',
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining('moonlight') as string, // vitest types matchers as any
    });
    await expect(openLookThread({ generator: writeTinyModel(folder), threads: 0 })).rejects.toMatchObject({
      name: 'NocturneError',
      message: expect.stringContaining('threads') as string, // as above
    });
  });

  it('finishes pending looks when closed, twice', async () => {
    const thread = await openLookThread({ generator: 'grade' });
    const looks = [0, 1].map(() => thread.make(asThumbnail(streetThumbnail()), 0));
    await Promise.all([thread.close(), thread.close()]);
    expect(await Promise.all(looks)).toHaveLength(2);
    await thread.close();
    await expect(thread.make(asThumbnail(streetThumbnail()), 0)).rejects.toThrow(TypeError);
  });
});

describe('a look thread that dies', () => {
  const started = (code: string): LookThreadChannel => {
    const ask = `require('node:worker_threads').parentPort.once('message', () => { ${code} })`;
    return new LookThreadChannel(new Worker(ask, { eval: true }), silentLogger);
  };

  it.each([
    ['process.exit(3)', /ended unexpectedly: exit code 3/],
    ['throw new Error("out of night")', /ended unexpectedly: out of night/],
  ])('rejects every request with WORKER_DIED: %s', async (code, message) => {
    const thread = started(code);
    const answers = [thread.receive(), thread.receive()];
    thread.post({ type: 'close' });
    for (const answer of answers) await expect(answer).rejects.toMatchObject({ code: 'WORKER_DIED', stage: 'infer' });
    await thread.exited;
    await expect(thread.receive()).rejects.toThrow(message);
  });

  it('is terminated when it does not end by itself', async () => {
    const thread = started('for (;;);');
    thread.post({ type: 'close' });
    await thread.end(50);
    await expect(thread.receive()).rejects.toMatchObject({ code: 'WORKER_DIED' });
  });
});
