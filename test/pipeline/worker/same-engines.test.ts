import { expect, it } from 'vitest';
import { DEFAULT_CONTROLS } from '../../../src/core/controls.js';
import type { FrameSink } from '../../../src/core/frame-sink.js';
import type { Frame } from '../../../src/core/frame.js';
import { isTensorflowInstalled } from '../../../src/infer/tensorflow/native-tensorflow.js';
import { openSource } from '../../../src/ingest/open-source.js';
import { DEFAULT_SOURCE_OPTIONS } from '../../../src/ingest/source-options.js';
import { StageTimes } from '../../../src/pipeline/stage-times.js';
import { openLookThread } from '../../../src/pipeline/worker/look-thread-client.js';
import { runPipeline } from '../../../src/pipeline/worker/run-pipeline.js';
import { openRenderer } from '../../../src/render/wasm-renderer.js';
import { footage } from '../../support/footage.js';

const FRAMES = 12;
/** How far TensorFlow's looks may be from those of ONNX Runtime, as a share of the largest number of a look, or of 1. */
const MAX_DIFFERENCE = 1e-3;

const clip = footage('clips/road-fixed-352p24.mp4');
if (!isTensorflowInstalled())
  console.warn('SKIPPED: @tensorflow/tfjs-node is not installed: its looks are not compared');

/** The looks of the first frames of the clip, steadied, and the luma of their nights. */
async function nightsOf(engine: 'onnx' | 'tensorflow'): Promise<{ looks: Float32Array[]; lumas: Uint8Array[] }> {
  const [looks, lumas]: [Float32Array[], Uint8Array[]] = [[], []];
  const end = new AbortController();
  await using source = await openSource(clip ?? '', { ...DEFAULT_SOURCE_OPTIONS, pace: 'none' }, end.signal);
  await using thread = await openLookThread({ generator: 'nightgrid', engine, seed: 1 });
  expect(thread.placement).toMatchObject({ engine, notice: '' });
  using renderer = await openRenderer({ seed: 1 });
  const sink: FrameSink = {
    write: (frame) => {
      if (lumas.push(lumaOf(frame)) === FRAMES) end.abort();
      frame.close();
      return Promise.resolve();
    },
  };
  const controls = { ...DEFAULT_CONTROLS, grain: 0 };
  const onApplied = (_: unknown, { grid, lights }: { grid: Float32Array; lights: Float32Array }): Promise<void> => {
    looks.push(Float32Array.of(...grid, ...lights));
    return Promise.resolve();
  };
  const stages = {
    source,
    looks: thread,
    renderer,
    sink,
    times: new StageTimes(),
    controls: () => controls,
    onApplied,
  };
  await runPipeline(stages, end.signal);
  return { looks: looks.slice(0, FRAMES), lumas: lumas.slice(0, FRAMES) };
}

it.skipIf(clip === undefined || !isTensorflowInstalled())(
  'TensorFlow makes the nights of real frames that ONNX Runtime makes: looks to 1e-3, pixels to one level',
  async () => {
    const [expected, got] = [await nightsOf('onnx'), await nightsOf('tensorflow')];
    expect(expected.looks).toHaveLength(FRAMES);
    expect(got.looks).toHaveLength(FRAMES);
    const differences = expected.looks.map((look, frame) => {
      const largest = look.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
      return worst(look, got.looks[frame] ?? new Float32Array()) / largest;
    });
    expect(Math.max(...differences)).toBeLessThan(MAX_DIFFERENCE);
    const levels = expected.lumas.map((luma, frame) => worst(luma, got.lumas[frame] ?? new Uint8Array()));
    expect(Math.max(...levels)).toBeLessThanOrEqual(1);
    console.info(`largest difference of a look ${Math.max(...differences)}, of a pixel ${Math.max(...levels)}`);
  },
);

/** The luma of a frame, without the padding of rows. */
function lumaOf({ y, strides: [stride], width, height }: Frame): Uint8Array {
  const luma = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) luma.set(y.subarray(row * stride, row * stride + width), row * width);
  return luma;
}

function worst(a: Float32Array | Uint8Array, b: Float32Array | Uint8Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs((a[i] ?? NaN) - (b[i] ?? NaN)));
  return a.length === b.length ? most : NaN;
}
