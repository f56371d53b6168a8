// Who may import whom: the one table behind .dependency-cruiser.mjs (`npm run check`) and the table of ARCHITECTURE.md.

/**
 * Folders and files from the bottom up. `imports`: what each may import of ours, types included; a path with a dot in it is one
 * file. `packages`: third-party packages that it may import, each with the files that may; none named: all of them.
 */
export const MODULES = {
  'src/core': {
    holds:
      'frame, packet, time, bounded queue, backoff, errors, controls, statistics, the Logger interface, seeded random',
    imports: [],
  },
  'src/image': {
    holds: 'pure pixel maths: thumbnail, top-hat, blur, matrices; image files; every WASM kernel’s source',
    imports: ['src/core'],
    packages: { sharp: ['image-file.ts', 'decode-image.ts', 'photo.ts'] },
  },
  'src/look': { holds: 'the look and its arithmetic', imports: ['src/core', 'src/image'] },
  'src/scene': {
    holds:
      'what stands where in a frame: the scene, the networks that read it, its things over time ([how](docs/scene.md))',
    imports: [
      ...['src/core', 'src/image', 'src/temporal'],
      ...[
        'src/infer/ort-runtime.ts',
        'src/infer/model-file.ts',
        'src/infer/model-card.ts',
        ...['src/infer/network-session.ts', 'src/infer/open-session.ts', 'src/infer/shared/share-messages.ts'],
      ],
    ],
  },
  'src/lighting': {
    holds: 'what shines at night and what it falls on: a scene and a night style to a look',
    imports: ['src/core', 'src/image', 'src/look', 'src/scene'],
    packages: { zod: ['night-style.ts'] },
  },
  'src/synth': {
    holds: 'the procedural street: the demo, test truth (exact flow, boxes, masks), labelled scenes to train on',
    imports: ['src/core', 'src/image'],
  },
  'src/ffmpeg': {
    holds: "the user's own FFmpeg: found, started and ended through fluent-ffmpeg; frames for its pipe",
    imports: ['src/core'],
    packages: { 'fluent-ffmpeg': ['fluent-ffmpeg.ts'], 'node:child_process': [] },
  },
  'src/ingest': {
    holds: 'sources: files, cameras, network, image folders, the street; decode, pacing, reconnect',
    imports: ['src/core', 'src/image', 'src/synth', 'src/ffmpeg'],
    packages: { 'node-av': ['av-*.ts'] },
  },
  'src/infer': {
    holds: 'generators, model cards, device choice; `grade/` is the night from physics',
    imports: ['src/core', 'src/image', 'src/look', 'src/scene', 'src/lighting', 'src/temporal/motion.ts'],
    packages: {
      'onnxruntime-node': ['ort-runtime.ts'],
      '@tensorflow/tfjs-core': ['tensorflow/*.ts'],
      '@tensorflow/tfjs-backend-wasm': ['tensorflow/*.ts'],
      'node:worker_threads': ['shared/network-thread.ts', 'shared/network-thread-entry.ts'],
    },
  },
  'src/temporal': {
    holds: 'motion, scene cuts, steadying a look; warping error, flicker',
    imports: ['src/core', 'src/image', 'src/look'],
  },
  'src/render': {
    holds:
      'a look and dials applied to full-resolution planes, on the CPU or a GPU ([how](docs/apply-kernel.md)); grain, split view',
    imports: ['src/core', 'src/image', 'src/look'],
    packages: { webgpu: ['webgpu/gpu-adapter.ts'] },
  },
  'src/encode': {
    holds: 'the live H.264 encoder',
    imports: ['src/core', 'src/ffmpeg'],
    packages: { 'node-av': ['av-*.ts'] },
  },
  'src/output': {
    holds:
      'video files: encode, mux, copied sound and subtitles, chapters; files of lines; images that appear complete',
    imports: ['src/core', 'src/image', 'src/encode', 'src/ffmpeg'],
    packages: { 'node-av': ['av-*.ts'] },
  },
  'src/stream': {
    holds: 'what serves: HTTP, WebSocket, wire protocol, live stream, GOP cache, viewers',
    imports: ['src/core'],
    packages: {
      ...{ ws: [], hono: [], '@hono/node-server': [], 'prom-client': [] },
      ...{ '@peculiar/x509': ['self-signed.ts'], zod: ['api/*.ts'] },
    },
  },
  'src/pipeline': {
    holds:
      'one stream’s journey, by runtime: `main/`, `worker/` (a process), `look-thread/` (a thread of it), `generator/` (a process that several share), and the messages between them',
    imports: [
      ...['src/core', 'src/image', 'src/look', 'src/ingest', 'src/infer', 'src/temporal', 'src/render'],
      ...['src/encode', 'src/output', 'src/stream', 'src/ffmpeg'],
    ],
    packages: {
      'node:child_process': ['main/worker-process.ts', 'main/generator-process.ts'],
      'node:worker_threads': [
        ...['worker/look-thread-client.ts', 'look-thread/look-thread-entry.ts'],
        ...['worker/parent-watch.ts', 'worker/parent-watch-thread.ts'],
      ],
    },
  },
  'src/evaluate': {
    holds:
      'how near to real nights a night is, what it keeps and invents, what a detector finds in it ([how](docs/evaluation.md)); styles fitted to nights',
    imports: [
      ...['src/core', 'src/image', 'src/look', 'src/scene', 'src/lighting', 'src/synth', 'src/ingest', 'src/infer'],
      ...['src/temporal', 'src/render', 'src/pipeline/look-thread/look-maker.ts', 'src/pipeline/detail-schedule.ts'],
      ...['src/output/atomic-file.ts', 'src/output/atomic-image.ts', 'src/augment/dataset.ts'],
    ],
  },
  'src/train': {
    holds:
      'how networks learn night: data, networks, losses, CycleGAN, backends, ONNX export ([how](docs/training.md))',
    imports: [
      ...['src/core', 'src/image', 'src/look', 'src/synth', 'src/infer', 'src/evaluate', 'src/lighting'],
      ...[
        'src/scene/scene.ts',
        'src/scene/scene-reader.ts',
        'src/scene/scene-tracker.ts',
        'src/scene/vehicle-peaks.ts',
        'src/scene/key-regions.ts',
      ],
      ...['src/render/renderer.ts', 'src/render/wasm-renderer.ts'],
      ...['src/output/atomic-file.ts', 'src/output/atomic-image.ts'],
      ...['src/render/webgpu/gpu-adapter.ts', 'src/render/webgpu/gpu.ts'],
    ],
    packages: {
      '@tensorflow/tfjs-core': [],
      '@tensorflow/tfjs-backend-wasm': ['backends/*.ts'],
      '@tensorflow/tfjs-backend-webgpu': ['backends/*.ts'],
      '@tensorflow/tfjs-node': ['backends/*.ts'],
      '@tensorflow/tfjs-node-gpu': ['backends/*.ts'],
      protobufjs: ['export/*.ts'],
      uplot: ['report/page/*.ts'],
    },
  },
  'src/augment': {
    holds:
      'data sets into night ones: layouts, recipes and draws, units of work, proof, manifest, jobs on one machine or many ([how](docs/datasets.md))',
    imports: [
      ...['src/core', 'src/image', 'src/look', 'src/scene', 'src/lighting', 'src/temporal', 'src/ingest', 'src/infer'],
      ...['src/render', 'src/output', 'src/pipeline', 'src/evaluate', 'src/config', 'src/train/report'],
    ],
    packages: {
      sharp: [],
      zod: [],
      yaml: ['layouts/*.ts', 'recipe/*.ts'],
      'fast-xml-parser': ['layouts/*.ts'],
      'tar-stream': ['layouts/*.ts', 'unit/*.ts', 'store/*.ts'],
      'hyparquet-writer': ['run/*.ts'],
      bullmq: ['queue/*.ts'],
      ioredis: ['queue/*.ts'],
      '@aws-sdk/client-s3': ['store/s3-store.ts'],
      'prom-client': ['queue/*.ts'],
      'node:child_process': ['run/*.ts'],
      uplot: ['proof/page/*.ts'],
    },
  },
  'src/config': {
    holds: 'one schema for flags, environment and config file, and for the streams in it',
    imports: ['src/core', 'src/output/file-options.ts', 'src/augment/dataset.ts'],
    packages: { zod: [], yaml: ['config-file.ts'] },
  },
  'src/library.ts': {
    holds: 'what `import ... from "nocturne"` gives: settings checked, then the work itself',
    imports: ['src/core', 'src/config', 'src/ffmpeg', 'src/ingest', 'src/evaluate', 'src/augment', 'src/pipeline'],
  },
  'src/service': {
    holds:
      'the streams of a server as things that are defined: by command line, config file and API; what runs for them',
    imports: [
      ...['src/core', 'src/config', 'src/ingest', 'src/infer/generator-names.ts', 'src/pipeline', 'src/stream'],
      'src/library.ts',
    ],
    packages: { zod: ['state-file.ts'] },
  },
  'src/index.ts': {
    holds: 'the public API, re-exported',
    imports: ['src/core', 'src/ingest', 'src/evaluate', 'src/pipeline', 'src/stream', 'src/augment', 'src/library.ts'],
  },
  'src/cli': {
    holds: 'one file a command: parse, call, print',
    imports: [
      ...['src/core', 'src/image', 'src/ingest', 'src/infer', 'src/render', 'src/encode', 'src/output', 'src/stream'],
      ...['src/pipeline', 'src/evaluate', 'src/train', 'src/augment', 'src/config', 'src/library.ts', 'src/ffmpeg'],
      ...['src/service', 'src/scene/scene-reader.ts'],
    ],
    packages: { commander: [], pino: [], 'pino-pretty': [], 'node:child_process': ['doctor.ts'] },
  },
  'web-viewer': {
    holds: 'the page: socket, decoder, clock, canvas, panel',
    imports: ['src/core', 'src/stream/protocol.ts'],
  },
};

/** Inside a folder: which of its parts may not import which. */
export const PARTS = [
  { from: 'src/pipeline/main', not: ['src/pipeline/worker', 'src/pipeline/look-thread'] },
  { from: 'src/pipeline/worker', not: ['src/pipeline/main', 'src/pipeline/look-thread', 'src/pipeline/generator'] },
  { from: 'src/pipeline/look-thread', not: ['src/pipeline/main', 'src/pipeline/worker'] },
  { from: 'src/pipeline/generator', not: ['src/pipeline/main', 'src/pipeline/look-thread'] },
];
