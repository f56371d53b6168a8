import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseSceneCard } from '../../../src/infer/model-card.js';
import { readModelFile } from '../../../src/infer/model-file.js';
import { SHIPPED_SCENE_MODEL } from '../../../src/scene/scene-reader.js';
import { exportRun } from '../../../src/train/export/export-run.js';
import { trainScene } from '../../../src/train/scene/train-scene.js';

const OPTIONS = { width: 96, height: 64, cropWidth: 96, cropHeight: 64, batch: 2, synthCount: 12, nonStreetCount: 1 };

describe('a training of the scene network', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nocturne-train-scene-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('records in the card which network it started from, also after it was resumed', async () => {
    const run = join(folder, 'run');
    const task = { source: 'synth', run, backend: 'wasm' } as const;
    const schedule = { warmUp: 1, wholeSteps: 0, validateEvery: 2, checkpointEvery: 1, logEvery: 1 };
    await trainScene({
      ...task,
      isResumed: false,
      init: SHIPPED_SCENE_MODEL,
      options: { ...OPTIONS, ...schedule, steps: 1 },
    });
    const { checkpoint } = await trainScene({ ...task, isResumed: true, options: { steps: 2 } });
    const out = join(folder, 'mine');
    await exportRun({ from: checkpoint, out, name: 'mine', version: '1.0.0', licence: 'MIT' });
    const { name, version, sha256 } = (await readModelFile(SHIPPED_SCENE_MODEL, parseSceneCard)).card;
    const card = parseSceneCard(await readFile(join(out, 'mine.json'), 'utf8'));
    expect(card.training?.init).toEqual({ name, version, sha256 });
  });
});
