import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CONTROLS } from '../../../src/core/controls.js';
import type { Frame } from '../../../src/core/frame.js';
import { openSource } from '../../../src/ingest/open-source.js';
import { DEFAULT_SOURCE_OPTIONS, type SourceOptions } from '../../../src/ingest/source-options.js';
import { render } from '../../../src/library.js';
import { openLookThread, type LookThread } from '../../../src/pipeline/worker/look-thread-client.js';
import { StageTimes } from '../../../src/pipeline/stage-times.js';
import type { FrameSink } from '../../../src/core/frame-sink.js';
import { runPipeline } from '../../../src/pipeline/worker/run-pipeline.js';
import { openRenderer } from '../../../src/render/wasm-renderer.js';
import { writeSceneModel } from '../../support/scene-model.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const FRAMES = 45;
const folder = temporaryFolder();
const clip = join(folder, 'day.mp4');

/** Hash of the samples, without the padding of rows. */
function hashOf({ y, u, v, width, height, strides }: Frame): string {
  const hash = createHash('sha256');
  const add = (plane: Uint8Array, stride: number, columns: number, rows: number): void => {
    for (let row = 0; row < rows; row++) hash.update(plane.subarray(row * stride, row * stride + columns));
  };
  add(y, strides[0], width, height);
  add(u, strides[1], width / 2, height / 2);
  add(v, strides[2], width / 2, height / 2);
  return hash.digest('hex');
}

/** Hashes of a file's looks and of its nights with grain, frame by frame. */
async function hashes(generator: string, pace: SourceOptions['pace']): Promise<{ looks: string[]; nights: string[] }> {
  const looks: string[] = [];
  const nights: string[] = [];
  const signal = new AbortController().signal;
  await using source = await openSource(clip, { ...DEFAULT_SOURCE_OPTIONS, pace }, signal);
  await using thread = await openLookThread({ generator, seed: 5 });
  const hashing: LookThread = {
    ...thread,
    make: async (...request) => {
      const { look, ...took } = await thread.make(...request);
      looks.push(createHash('sha256').update(look.grid).update(look.lights).update(look.lamps).digest('hex'));
      const made = { look, ...took };
      return made;
    },
  };
  const sink: FrameSink = {
    write: (frame) => {
      nights.push(hashOf(frame));
      frame.close();
      return Promise.resolve();
    },
  };
  using renderer = await openRenderer({ seed: 7 });
  const controls = { ...DEFAULT_CONTROLS, grain: 0.5 };
  await runPipeline(
    { source, looks: hashing, renderer, sink, times: new StageTimes(), controls: () => controls },
    signal,
  );
  return { looks, nights };
}

describe('the looks of a file', () => {
  beforeAll(async () => {
    await render(`street:size=320x180,duration=${FRAMES / 25},rate=25`, clip, { view: 'day', preset: 'ultrafast' });
  });

  it.each([
    ['auto', () => Promise.resolve('auto')],
    ['lit', () => writeSceneModel(folder)],
  ])('by %s are the same twice, and the same in real time; so is every byte of the nights', async (_, model) => {
    const generator = await model();
    const first = await hashes(generator, 'none');
    expect(first.looks.length).toBeGreaterThanOrEqual(FRAMES);
    expect(new Set(first.looks).size).toBe(first.looks.length);
    expect(await hashes(generator, 'none')).toEqual(first);
    expect(await hashes(generator, 'realtime')).toEqual(first);
  });
});
