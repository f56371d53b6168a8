// What it costs to put 100,000 images into the queue: seconds, and bytes of Redis. Starts its own redis-server.
// Usage: node bench/augment-queue-plan.mjs [IMAGES]
import { enqueueUnits } from '../dist/augment/queue/enqueue-units.js';
import { openQueue } from '../dist/augment/queue/queue-worker.js';
import { listRuns } from '../dist/augment/queue/queued-runs.js';
import { connectQueue } from '../dist/augment/queue/redis-connection.js';
import { RunRegistry } from '../dist/augment/queue/run-registry.js';
import { startRedis } from './redis-process.mjs';

const images = Number(process.argv[2] ?? 100_000);
const logger = { debug() {}, info() {}, warn: console.warn, error: console.error };
const { signal } = new AbortController();
const run = {
  input: '/data/sets/kitti',
  output: '/data/sets/kitti-night',
  settings: {
    ...{ layout: 'kitti', recipe: '{}', seed: 1, variants: 1, smoothing: 0, rejects: 'bin', nights: 'copy' },
    model: { generator: 'lit', style: 'city-led', device: 'cpu', threads: 1 },
    ...{ hasLamps: false, hasLightMasks: false, hasSceneMasks: false },
  },
  origin: { recipe: 'plain', recipeSha256: '', generator: 'lit', generatorVersion: '1', cardSha256: '', nocturne: '0' },
  createdMs: Date.now(),
};

for (const size of [16, 1]) {
  const redis = await startRedis();
  const connection = await connectQueue(redis.address, logger);
  const queue = openQueue(connection);
  const runs = new RunRegistry(connection.redis);
  const used = async () => Number(/^used_memory:(\d+)/m.exec(await connection.redis.info('memory'))[1]);
  const units = Array.from({ length: Math.ceil(images / size) }, (_, index) => ({
    ...{ index, kind: 'images' },
    items: Array.from({ length: Math.min(size, images - index * size) }, (_, item) => {
      const name = `training/image_2/${String(index * size + item).padStart(6, '0')}`;
      return {
        id: `${name}.png`,
        kind: 'image',
        source: `${name}.png`,
        output: `${name}.png`,
        labels: [`${name}.txt`],
      };
    }),
  }));
  const copies = units.flatMap(({ items }) => items.map(({ labels: [path] }) => ({ path, role: 'label' })));
  const what = {
    queue,
    runs,
    name: 'rbench',
    run: { ...run, units: units.length, items: images },
    units,
    copies,
    signal,
  };
  const add = async () => {
    const startMs = performance.now();
    await enqueueUnits({ ...what, isDone: () => false, stamp: '20260101000000000', restartsFinished: true });
    return (performance.now() - startMs) / 1000;
  };
  const before = await used();
  const seconds = await add();
  const bytes = (await used()) - before;
  const again = await add();
  const startMs = performance.now();
  const [{ states }] = await listRuns(queue, runs);
  const listed = (performance.now() - startMs) / 1000;
  console.log(
    `${images} images in units of ${size}: ${seconds.toFixed(1)} s to add, ${(bytes / 2 ** 20).toFixed(0)} MiB of Redis, ` +
      `${again.toFixed(1)} s to add again (${states.waiting} of ${units.length} units wait), ${listed.toFixed(2)} s to list`,
  );
  await queue.close();
  connection[Symbol.dispose]();
  await redis.stop();
}
