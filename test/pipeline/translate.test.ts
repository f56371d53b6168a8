import { expect, it } from 'vitest';
import { DEFAULT_CONTROLS } from '../../src/core/controls.js';
import { Frame } from '../../src/core/frame.js';
import { createGrade } from '../../src/infer/grade.js';
import type { FrameSource } from '../../src/ingest/frame-source.js';
import { StageTimes } from '../../src/pipeline/stage-times.js';
import { translate } from '../../src/pipeline/translate.js';
import { openRenderer } from '../../src/render/wasm-renderer.js';
import { createSteadier } from '../../src/temporal/exponential-steadier.js';
import { paintedFrame } from '../stream/painted-frame.js';

it('lets the sink finish the frame it was given when the source fails', async () => {
  const source = {
    async *frames() {
      yield paintedFrame();
      await Promise.resolve();
      throw new Error('the source broke');
    },
  } as unknown as FrameSource; // the part that translate uses
  let isWritten = false;
  const sink = {
    write: async (frame: Frame) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      frame.close();
      isWritten = true;
    },
  };
  const before = Frame.liveCount;
  await using generator = await createGrade();
  using renderer = await openRenderer();
  using steadier = createSteadier();
  const parts = { source, sink, generator, renderer, steadier, times: new StageTimes() };
  const journey = translate({ ...parts, controls: () => DEFAULT_CONTROLS }, new AbortController().signal);
  await expect(journey).rejects.toThrow('the source broke');
  expect(isWritten).toBe(true);
  expect(Frame.liveCount).toBe(before);
});
