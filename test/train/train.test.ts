import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isFiniteLook } from '../../src/look/look.js';
import { openGenerator } from '../../src/infer/open-generator.js';
import { readCheckpoint } from '../../src/train/checkpoint.js';
import { exportRun } from '../../src/train/export/export-run.js';
import { readLossLog } from '../../src/train/report/loss-log.js';
import { train, type TrainRunResult, type TrainRunOptions } from '../../src/train/train.js';
import { streetThumbnail } from '../infer/grade/street-thumbnail.js';
import { asThumbnail } from '../infer/synthetic-thumbnails.js';

const folder = mkdtempSync(join(tmpdir(), 'nocturne-train-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A CycleGAN small enough for a test: some 20,000 weights per generator. */
const SMALL = {
  generator: 'unet',
  ngf: 8,
  downs: 3,
  ngfB: 8,
  downsB: 3,
  ndf: 8,
  layersD: 2,
  lambdaIdentity: 0,
  rateG: 1e-3,
  rateD: 1e-3,
  averageDecay: 0.98,
};
/** The look network with a small adversary. */
const LOOKS = { batch: 1, lambdaSteady: 1, ngfB: 8, downsB: 3, ndf: 8, layersD: 2, scalesD: '1' };

function trainSynth(
  run: string,
  options: Readonly<Record<string, unknown>>,
  runOptions: Partial<TrainRunOptions> = {},
): Promise<TrainRunResult> {
  const every = options['steps'];
  return train({
    source: 'synth',
    run: join(folder, run),
    backend: 'wasm',
    options: runOptions.isResumed
      ? options
      : { logEvery: 1, validateEvery: every, sampleEvery: every, checkpointEvery: every, ...options },
    isResumed: false,
    ...runOptions,
  });
}

describe('train on the procedural street', () => {
  it('gets 40 % nearer to night from random weights', { timeout: 300_000 }, async () => {
    const untrained = await trainSynth('untrained', { ...SMALL, steps: 1, rateG: 0 });
    const trained = await trainSynth('trained', { ...SMALL, steps: 100, logEvery: 30, validateEvery: 50 });
    const validated = (await readLossLog(join(folder, 'trained'))).filter(({ metrics }) => metrics);
    expect(validated.map(({ step }) => step)).toEqual([50, 100]);
    expect(validated.every(({ losses }) => Object.values(losses).some(Number.isFinite))).toBe(true);
    expect(validated.map(({ step }) => step)).toContain(trained.best?.step);
    // Both distances, each as a share of the day's: what the best checkpoint is chosen by. One of them alone swings with the data.
    const [before, after] = [untrained.best?.score ?? NaN, trained.best?.score ?? NaN];
    console.log(`distance from the rendered night, 2 is the day's: untrained ${before}, trained ${after}`);
    expect(after).toBeLessThan(0.6 * before);
    expect(trained.best?.swd).toBeLessThan(untrained.best?.swd ?? NaN);
  });

  it.each([
    ['a classic generator with its pools', { ...SMALL, batch: 2 }],
    ['the look network, from distillation into adversarial training', { ...LOOKS, distillSteps: 3 }],
  ])('resumes bit for bit after an abort: %s', { timeout: 120_000 }, async (name, options) => {
    const [whole, parts] = [`whole ${name}`, `parts ${name}`];
    await trainSynth(whole, { ...options, steps: 5 });
    const stop = new AbortController();
    const stopped = trainSynth(
      parts,
      { ...options, steps: 5 },
      {
        signal: stop.signal,
        onProgress: ({ step }) => {
          if (step === 2) stop.abort();
        },
      },
    );
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    await trainSynth(parts, {}, { isResumed: true });
    const [one, other] = [await lastOf(whole), await lastOf(parts)];
    expect(other.arrays).toEqual(one.arrays);
    expect({ ...other.header, seconds: 0 }).toEqual({ ...one.header, seconds: 0 });
  });

  it('trains a model that the pipeline opens, and names its backend', { timeout: 120_000 }, async () => {
    const backend = { name: 'wasm', device: 'one CPU core (WebAssembly)' };
    let started: unknown;
    const options = { ...LOOKS, steps: 2, distillSteps: 1 };
    const { checkpoint } = await trainSynth('looks', options, {
      onStart: (start) => (started = { name: start.backend.name, device: start.backend.device }),
    });
    expect(started).toEqual(backend);
    expect(JSON.parse(readFileSync(join(folder, 'looks', 'options.json'), 'utf8'))).toMatchObject({
      backend,
      ...options,
    });
    const model = join(folder, 'my-night');
    await exportRun({
      from: checkpoint,
      out: model,
      name: 'my-night',
      version: '1.0.0',
      description: 'a test',
      licence: 'MIT',
    });
    await using generator = await openGenerator({ generator: model });
    expect(generator.card.name).toBe('my-night');
    expect(isFiniteLook(await generator.translate(asThumbnail(streetThumbnail())))).toBe(true);
    await expect(trainSynth('looks', { steps: 4 }, { isResumed: true })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('was started with steps=2, got steps=4') as string,
    });
    const page = readFileSync(join(folder, 'looks', 'index.html'), 'utf8');
    expect(page).toContain('held back');
    expect(page).toMatch(/backend.{0,40}wasm.*device.{0,40}one CPU core \(WebAssembly\)/);
  });

  it('rejects a folder that holds a run, and an unknown option', { timeout: 60_000 }, async () => {
    await expect(trainSynth('looks', { steps: 1 })).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    await expect(trainSynth('typo', { steps: 1, step: 1 })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'unknown training option step.',
    });
    await expect(trainSynth('nothing', {}, { isResumed: true })).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
  });
});

function lastOf(run: string): ReturnType<typeof readCheckpoint> {
  return readCheckpoint(join(folder, run, 'last.ckpt'));
}
