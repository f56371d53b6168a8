import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { isTensorflowInstalled } from '../../src/infer/tensorflow/native-tensorflow.js';
import { startServe, type ServeProcess } from '../support/command.js';

/** Time until the first frames on a busy machine, milliseconds. */
const START_TIMEOUT_MS = 90_000;

/** Part of the statistics in `/api/streams`. */
interface Stats {
  readonly framesEncoded: number;
  readonly fallbacks: number;
  readonly generator: string;
  readonly engine: string;
  readonly device: string;
  readonly deviceNotice: string;
}

/** The statistics of the only stream, once frames of it were encoded. */
async function statsOf({ url }: ServeProcess): Promise<Stats> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const response = await fetch(new URL('api/streams', url));
    const { streams } = (await response.json()) as { streams: readonly { readonly stats: Stats }[] }; // docs/protocol.md
    const stats = streams[0]?.stats;
    if (stats && stats.framesEncoded > 5 && stats.engine !== '') return stats;
    if (performance.now() > deadline) throw new Error(`no frames: ${JSON.stringify(streams)}`);
    await sleep(200);
  }
}

it(
  'serves a night that TensorFlow makes, and says where it runs and, without the native library, why it is slow',
  async () => {
    const isNative = isTensorflowInstalled();
    if (!isNative) console.warn('@tensorflow/tfjs-node is not installed: serve is tested with WebAssembly');
    const input = 'street:size=320x180,rate=5';
    const serve = await startServe([input, '--generator', 'nightgrid', '--engine', 'tensorflow']);
    try {
      const stats = await statsOf(serve);
      expect(stats).toMatchObject({ engine: isNative ? 'tensorflow' : 'wasm', device: 'cpu', fallbacks: 0 });
      expect(stats.generator).toMatch(isNative ? /^nightgrid .*\(TensorFlow\)$/ : /^nightgrid .*WebAssembly\)$/);
      if (isNative) expect(stats.deviceNotice).toBe('');
      else expect(stats.deviceNotice).toMatch(/runs as WebAssembly.*is installed\. Run: /);
    } finally {
      expect(await serve.stop()).toBe(0);
    }
  },
  2 * START_TIMEOUT_MS,
);
