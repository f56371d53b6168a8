import { LAYOUT_NAMES } from '../augment/dataset.js';
import { DIAL_NAMES, DIALS, LIGHTING_DIALS, VIEW_MODES, type Controls, type DialName } from '../core/controls.js';
import { FILE_CODECS, FILE_PRESETS } from '../output/file-options.js';
import {
  choice,
  flag,
  integer,
  list,
  number,
  text,
  type CommandName,
  type NumberSetting,
  type SettingValue,
} from './setting.js';

const serveAndRender = ['serve', 'render'] as const;
const serve = ['serve'] as const;
const serveAndProbe = ['serve', 'probe'] as const;
const render = ['render'] as const;
const evaluation = ['eval'] as const;
const augment = ['augment'] as const;
const renderAndAugment = ['render', 'augment'] as const;
const night = ['serve', 'render', 'eval'] as const;
const anyNight = ['serve', 'render', 'eval', 'augment'] as const;
const queue = ['augment', 'worker', 'jobs'] as const;
const worker = ['worker'] as const;
const all = ['serve', 'render', 'probe', 'eval', 'augment', 'worker', 'jobs'] as const;

/** Dials of each time of day. In a deep night most windows are dark. */
export const TIMES = {
  day: { sunElevation: 10 },
  golden: { sunElevation: 3 },
  dusk: { sunElevation: -3 },
  'blue-hour': { sunElevation: -7 },
  night: { sunElevation: -18 },
  'deep-night': { sunElevation: -18, windows: 0.3 },
} as const satisfies Record<string, Partial<Record<DialName, number>>>;

/** Names of {@link TIMES}. */
const TIME_NAMES = Object.keys(TIMES) as (keyof typeof TIMES)[]; // Object.keys widens to string[]

/** Every setting except the dials, which {@link DIALS} describes. A key is also the config file's: `maxViewers` is `--max-viewers` and `NOCTURNE_MAX_VIEWERS`. */
const OWN_SETTINGS = {
  host: text('127.0.0.1', {
    help: 'address to listen on; 0.0.0.0 accepts other machines (set --token then)',
    group: 'Server',
    commands: serve,
    placeholder: 'address',
  }),
  port: integer(
    { min: 0, max: 65535, default: 8090 },
    { help: 'port to listen on; 0 picks a free one', group: 'Server', commands: serve },
  ),
  token: text(undefined, {
    help: 'secret that viewers must send; prefer NOCTURNE_TOKEN, which process lists do not show',
    group: 'Server',
    commands: serve,
    placeholder: 'secret',
  }),
  controlToken: text(undefined, {
    help: 'secret that turning the dials needs; whoever has only --token, or none where it is unset, watches',
    group: 'Server',
    commands: serve,
    placeholder: 'secret',
  }),
  allowOrigin: text(undefined, {
    help: 'other web origins that may use the server, comma-separated: embedding pages, a reverse proxy (https://night.example)',
    group: 'Server',
    commands: serve,
    placeholder: 'origins',
  }),
  publicUrl: text(undefined, {
    help: "the page's address where a reverse proxy gives it another, for example https://night.example/cam/; see docs/viewing.md",
    group: 'Server',
    commands: serve,
    placeholder: 'url',
  }),
  trustedProxy: text(undefined, {
    help: 'reverse proxies whose X-Forwarded-For, -Host and -Proto count: IP addresses and networks, comma-separated',
    group: 'Server',
    commands: serve,
    placeholder: 'addresses',
  }),
  tls: choice(['off', 'self-signed'], 'off', {
    help: 'self-signed: https with a certificate that this machine signs itself and keeps; its fingerprint is printed',
    group: 'Server',
    commands: serve,
    placeholder: 'mode',
  }),
  tlsCert: text(undefined, {
    help: 'https with this certificate (PEM, with its chain); needs --tls-key',
    group: 'Server',
    commands: serve,
    placeholder: 'file',
  }),
  tlsKey: text(undefined, {
    help: 'private key of --tls-cert (PEM, without a password)',
    group: 'Server',
    commands: serve,
    placeholder: 'file',
  }),
  maxViewers: integer(
    { min: 1, max: 10_000, default: 64 },
    { help: 'maximum number of viewers per stream', group: 'Server', commands: serve },
  ),
  viewerDelay: number(
    { min: 0.2, max: 60, default: 1.5 },
    {
      help: 'a slow viewer skips to a keyframe rather than be later than this',
      group: 'Server',
      commands: serve,
      placeholder: 'seconds',
    },
  ),
  readOnly: flag(false, { help: 'do not let viewers turn the dials', group: 'Server', commands: serve }),

  state: text(undefined, {
    help: 'file that keeps the streams that the API adds; unset: nocturne.state.json beside the config file; see docs/streams.md',
    group: 'Streams',
    commands: serve,
    placeholder: 'file',
  }),
  apiInputs: text('network,street', {
    help: 'what inputs of the API may be, comma-separated: network, street, camera, listen, and folders whose files it may open; none: no input',
    group: 'Streams',
    commands: serve,
    placeholder: 'kinds',
  }),
  maxStreams: integer(
    { min: 1, max: 1000, default: 32 },
    { help: 'maximum number of streams that the API adds up to', group: 'Streams', commands: serve },
  ),
  onDemand: flag(false, {
    help: 'open an input and make its night only while somebody watches',
    group: 'Streams',
    commands: serve,
  }),
  idleTimeout: number(
    { min: 0.5, max: 86_400, default: 10 },
    {
      help: 'with --on-demand, a stream that nobody watches ends after this long',
      group: 'Streams',
      commands: serve,
      placeholder: 'seconds',
    },
  ),

  loop: flag(false, { help: 'restart a file when it ends', group: 'Input', commands: serve }),
  listen: flag(false, {
    help: 'wait for a sender to connect (rtmp, srt) instead of connecting to one',
    group: 'Input',
    commands: serveAndProbe,
  }),
  live: flag(undefined, {
    help: 'treat the input as live (drop late frames, reconnect); --no-live treats it as a file',
    group: 'Input',
    commands: serve,
  }),
  reconnect: flag(true, { help: 'reconnect when a live input is lost', group: 'Input', commands: serve }),
  stallTimeout: number(
    { min: 0.5, max: 3600, default: 2 },
    {
      help: 'a live input that sends nothing for this long is lost',
      group: 'Input',
      commands: serve,
      placeholder: 'seconds',
    },
  ),
  openTimeout: number(
    { min: 0.5, max: 3600, default: 10 },
    {
      help: 'give up opening an input after this long; serve keeps waiting for a sender to connect',
      group: 'Input',
      commands: serveAndProbe,
      placeholder: 'seconds',
    },
  ),
  rtspTransport: choice(['tcp', 'udp'], 'tcp', {
    help: 'RTSP transport to try first',
    group: 'Input',
    commands: serveAndProbe,
    placeholder: 'protocol',
  }),
  inputFormat: text(undefined, {
    help: 'force the input format, by its FFmpeg name (like ffmpeg -f)',
    group: 'Input',
    commands: ['serve', 'render', 'probe'],
    placeholder: 'format',
  }),
  imageRate: number(
    { min: 0.01, max: 240, default: 25 },
    {
      help: 'frame rate of an image sequence, in frames per second',
      group: 'Input',
      commands: serveAndRender,
      placeholder: 'rate',
    },
  ),
  decoderThreads: integer(
    { min: 0, max: 64, default: 0 },
    { help: 'threads of the decoder; 0 lets FFmpeg choose', group: 'Input', commands: serveAndRender },
  ),
  hwaccel: choice(['none', 'auto', 'vaapi', 'cuda', 'videotoolbox', 'd3d11va', 'qsv', 'vulkan'], 'none', {
    help: 'device that decodes video: auto takes one where it opens, else the CPU; see docs/devices.md',
    group: 'Input',
    commands: serveAndRender,
    placeholder: 'name',
  }),

  via: choice(['libav', 'ffmpeg'], 'libav', {
    help: 'what decodes and encodes: libav (of the package), or ffmpeg (your own, through the package fluent-ffmpeg); see docs/inputs.md',
    group: 'Input',
    commands: serveAndRender,
    placeholder: 'name',
  }),
  ffmpegPath: text(undefined, {
    help: 'the program that --via ffmpeg starts; unset: ffmpeg on the PATH',
    group: 'Input',
    commands: serveAndRender,
    placeholder: 'file',
  }),

  generator: text('auto', {
    help: 'what makes the night: auto (the best of the package), lit, nightgrid, grade, grade:deep, or the path of a network of your own or of its card',
    group: 'Night',
    commands: anyNight,
    placeholder: 'name|file',
  }),
  rawPixels: flag(false, {
    help: "show the pixels of a generator that makes images, at its own size, in place of the camera's with its look; see docs/models.md",
    group: 'Night',
    commands: serveAndRender,
  }),
  style: text('city-led', {
    help: 'night style of lit: city-led, city-sodium, suburb, motorway, village, or a JSON file; see docs/styles.md',
    group: 'Night',
    commands: anyNight,
    placeholder: 'name|file',
  }),
  like: list({
    help: 'night photos: the night looks like them, as far as they show it; what they do not show is of --style; lit only, see docs/styles.md',
    group: 'Night',
    commands: ['serve', 'render', 'augment'],
    placeholder: 'photo',
  }),
  time: choice(TIME_NAMES, undefined, {
    help: 'time of day with lit: sets --sun-elevation where it is not set, deep-night --windows too; unset: night',
    group: 'Night',
    commands: night,
    placeholder: 'name',
  }),
  device: choice(['auto', 'cpu', 'webgpu', 'cuda', 'tensorrt', 'coreml', 'directml'], 'auto', {
    help: 'device that runs the network; auto: the CPU, or a GPU for a network that gives images; see docs/devices.md',
    group: 'Night',
    commands: anyNight,
    placeholder: 'device',
  }),
  engine: choice(['auto', 'onnx', 'tensorflow'], 'auto', {
    help: 'library that runs the network: ONNX Runtime, or TensorFlow through tfjs-node-gpu or tfjs-node; see docs/devices.md',
    group: 'Night',
    commands: anyNight,
    placeholder: 'name',
  }),
  applyDevice: choice(['auto', 'cpu', 'webgpu'], 'auto', {
    help: 'device that applies looks to frames: cpu, webgpu (needs the webgpu package), or auto: the faster one in serve, cpu in render, where the same seed gives the same bytes',
    group: 'Night',
    commands: serveAndRender,
    placeholder: 'device',
  }),
  threads: integer(
    { min: 1, max: 64, default: 1 },
    { help: 'CPU threads of the network, no more than there are CPU cores', group: 'Night', commands: anyNight },
  ),
  share: choice(['auto', 'on', 'off'], 'auto', {
    help: 'one process that runs the networks of all streams: auto for networks on a GPU and for models of your own; see docs/streams.md',
    group: 'Night',
    commands: serve,
    placeholder: 'mode',
  }),
  batch: integer(
    { min: 1, max: 64, default: undefined },
    {
      help: 'frames of different streams that this process runs together at most; unset: 4 on a GPU, 1 on a CPU',
      group: 'Night',
      commands: serve,
    },
  ),
  generators: text(undefined, {
    help: 'generators beside those of the package that a stream may change to by the API, comma-separated names or files',
    group: 'Night',
    commands: serve,
    placeholder: 'files',
  }),
  seed: integer(
    { min: 0, max: 2 ** 31 - 1, default: 1 },
    {
      help: 'random seed of the grain, of what lit lights, and of the sampling in eval; the same input and seed give the same bytes',
      group: 'Night',
      commands: anyNight,
    },
  ),
  view: choice(VIEW_MODES, 'night', {
    help: 'what to show: the night, the day, both split by a line, or the lights layer alone',
    group: 'Night',
    commands: serveAndRender,
    placeholder: 'mode',
  }),
  split: number(
    { min: 0, max: 1, default: 0.5 },
    {
      help: 'position of the dividing line of the split view, 0 left to 1 right',
      group: 'Night',
      commands: serveAndRender,
    },
  ),

  encoder: text('auto', {
    help: 'H.264 encoder, see nocturne doctor; auto picks a hardware encoder that works, else libx264; for render any video encoder of --via ffmpeg',
    group: 'Encoding',
    commands: serveAndRender,
    placeholder: 'name',
  }),
  bitrate: integer(
    { min: 50, max: 200_000, default: undefined },
    {
      help: 'average bitrate in kbit/s; unset: constant quality (--crf)',
      group: 'Encoding',
      commands: serve,
      placeholder: 'kbit/s',
    },
  ),
  keyframeInterval: number(
    { min: 0.1, max: 60, default: 2 },
    { help: 'maximum time between keyframes', group: 'Encoding', commands: serve, placeholder: 'seconds' },
  ),
  codec: choice(FILE_CODECS, undefined, {
    help: 'video codec of the file; unset: vp9 for .webm, else h264',
    group: 'Encoding',
    commands: render,
    placeholder: 'name',
  }),
  crf: number(
    { min: 0, max: 63, default: undefined },
    {
      help: 'constant quality, lower is better; unset: 23 for serve, by codec for render',
      group: 'Encoding',
      commands: serveAndRender,
    },
  ),
  preset: choice(FILE_PRESETS, undefined, {
    help: 'encoder preset; unset: ultrafast for serve, medium or its equivalent for render',
    group: 'Encoding',
    commands: serveAndRender,
    placeholder: 'name',
  }),

  start: number(
    { min: 0, max: Infinity, default: 0 },
    { help: 'skip this much of the input', group: 'Output', commands: render, placeholder: 'seconds' },
  ),
  duration: number(
    { min: 0.001, max: Infinity, default: undefined },
    { help: 'render this much of the input', group: 'Output', commands: render, placeholder: 'seconds' },
  ),
  lamps: text(undefined, {
    help: 'also list the lamps of each frame or image (.jsonl): kind, place, colour, reason; see docs/lamps.md',
    group: 'Output',
    commands: render,
    placeholder: 'file',
  }),
  overwrite: flag(false, { help: 'replace an existing output', group: 'Output', commands: renderAndAugment }),

  layout: choice(LAYOUT_NAMES, undefined, {
    help: 'layout of the data set; unset: detected, and printed before work starts',
    group: 'Data set',
    commands: augment,
    placeholder: 'name',
  }),
  recipe: text('varied', {
    help: 'what the variants look like: the name of a recipe of the package, or a JSON file; see docs/datasets.md',
    group: 'Data set',
    commands: augment,
    placeholder: 'name|file',
  }),
  variants: integer(
    { min: 1, max: 1000, default: 1 },
    {
      help: 'nights of each image; from 2 on each variant is a whole set in a folder of its own, variant-0 and so on',
      group: 'Data set',
      commands: augment,
    },
  ),
  every: integer(
    { min: 1, max: 1_000_000, default: 1 },
    { help: 'keep every so many frames of a sequence, and their labels', group: 'Data set', commands: augment },
  ),
  fps: number(
    { min: 0.01, max: 240, default: 10 },
    {
      help: 'frames a second of sequences that state no time',
      group: 'Data set',
      commands: augment,
      placeholder: 'rate',
    },
  ),
  nights: choice(['copy', 'translate', 'reject'], 'copy', {
    help: 'what becomes of images that are nights already',
    group: 'Data set',
    commands: augment,
  }),
  rejects: choice(['bin', 'keep'], 'bin', {
    help: 'where nights that fail their check go: the bin nocturne/rejected with their labels, or into the set all the same',
    group: 'Data set',
    commands: augment,
  }),
  realNights: text(undefined, {
    help: 'real nights to judge by; unset: those that the package was measured with',
    group: 'Data set',
    commands: augment,
    placeholder: 'folder',
  }),
  lampLabels: choice(['json', 'coco'], undefined, {
    help: 'also write the lamps of each image, in nocturne/lamps: as JSON, or as JSON and COCO annotations (nocturne/lamps.coco.json)',
    group: 'Data set',
    commands: augment,
    placeholder: 'format',
  }),
  lightMask: flag(false, {
    help: 'also write the light that was added to each image as a mask, in nocturne/light-masks',
    group: 'Data set',
    commands: augment,
  }),
  sceneMasks: flag(false, {
    help: 'also write the surfaces that each image shows as a mask, in nocturne/scenes',
    group: 'Data set',
    commands: augment,
  }),
  report: flag(true, {
    help: 'write a report at the end: nocturne/report.html',
    group: 'Data set',
    commands: augment,
  }),
  jobs: integer(
    { min: 1, max: 256, default: undefined },
    {
      help: 'processes that work at the same time; unset: one for each CPU core',
      group: 'Data set',
      commands: ['augment', 'worker'],
    },
  ),
  shard: text(undefined, {
    help: 'do only part I of N, for example 2/3; the part that ends last writes the manifest of all',
    group: 'Data set',
    commands: augment,
    placeholder: 'I/N',
  }),
  skipExisting: flag(false, {
    help: 'leave images that the output has already as they are, and out of the manifest',
    group: 'Data set',
    commands: augment,
  }),

  queue: text(undefined, {
    help: 'Redis whose workers do the work: redis://host:6379, rediss:// for TLS; prefer NOCTURNE_QUEUE for one with a password',
    group: 'Queue',
    commands: queue,
    placeholder: 'address',
  }),
  detach: flag(false, {
    help: 'return when the work is in the queue; the same command without it waits and writes the manifest',
    group: 'Queue',
    commands: augment,
  }),
  roots: text('.', {
    help: 'folders and s3://bucket/prefix addresses that runs may read and write, models of their own included, comma-separated',
    group: 'Queue',
    commands: worker,
    placeholder: 'paths',
  }),
  metricsPort: integer(
    { min: 0, max: 65535, default: undefined },
    {
      help: 'serve Prometheus metrics on this port, at /metrics; 0 picks a free one',
      group: 'Queue',
      commands: worker,
    },
  ),
  metricsHost: text('127.0.0.1', {
    help: 'address of the metrics; they have no password',
    group: 'Queue',
    commands: worker,
    placeholder: 'address',
  }),

  sheet: text(undefined, {
    help: 'also write a contact sheet (.png, .jpg, .webp): day, grade and result, with real nights below',
    group: 'Evaluation',
    commands: evaluation,
    placeholder: 'file',
  }),
  features: text(undefined, {
    help: 'ONNX feature network, such as Inception, for FID and KID',
    group: 'Evaluation',
    commands: evaluation,
    placeholder: 'file',
  }),
  detector: text(undefined, {
    help: 'ONNX object detector: how much of what it finds by day it finds at night; the input is then a data set',
    group: 'Evaluation',
    commands: evaluation,
    placeholder: 'file',
  }),
  detectorClasses: text(undefined, {
    help: "names of the detector's classes, where it does not state them: a text file with one a line, coco or coco-ids",
    group: 'Evaluation',
    commands: evaluation,
    placeholder: 'file|name',
  }),
  detectorScore: number(
    { min: 0.01, max: 0.99, default: 0.25 },
    {
      help: 'score from which a detection counts as found; AP counts all of them',
      group: 'Evaluation',
      commands: evaluation,
      placeholder: 'score',
    },
  ),
  maxImages: integer(
    { min: 2, max: 10_000, default: 512 },
    {
      help: 'maximum number of images from the input and from each reference, evenly spread',
      group: 'Evaluation',
      commands: evaluation,
    },
  ),

  logLevel: choice(['debug', 'info', 'warn', 'error', 'silent'], 'info', {
    help: 'minimum level of the log on stderr',
    group: 'Logging',
    commands: all,
    placeholder: 'level',
  }),
  logJson: flag(false, { help: 'write the log as JSON lines', group: 'Logging', commands: all }),
  verbose: flag(false, {
    help: 'log everything, and print the stack trace of an error',
    group: 'Logging',
    commands: all,
  }),
};

const isLightingDial = (name: DialName): boolean => LIGHTING_DIALS.some((dial) => dial === name);

/** Eval measures looks, which other dials do not change; augment draws all but the smoothing from its recipe. */
function commandsOfDial(name: DialName): readonly CommandName[] {
  if (name === 'smoothing') return ['serve', 'render', 'augment'];
  return isLightingDial(name) ? night : serveAndRender;
}

const DIAL_SETTINGS = Object.fromEntries(
  DIAL_NAMES.map((name) => {
    return [name, number(DIALS[name], { help: DIALS[name].help, group: 'Night', commands: commandsOfDial(name) })];
  }),
) as Record<DialName, NumberSetting<number>>; // one per dial

/** Every setting by its config-file key. */
export const SETTINGS = { ...OWN_SETTINGS, ...DIAL_SETTINGS };

type SettingsTable = typeof SETTINGS;

/** Name of a setting. */
export type SettingName = keyof SettingsTable;

/** Values of all settings after flags, environment, config file and defaults. */
export type Settings = { readonly [K in SettingName]: SettingValue<SettingsTable[K]> };

/** Names of all settings. */
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[]; // Object.keys widens to string[]

/** The flag of a setting: `maxViewers` is `--max-viewers`. */
export function flagName(name: SettingName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The environment variable of a setting: `maxViewers` is `NOCTURNE_MAX_VIEWERS`. */
export function environmentName(name: SettingName): string {
  return `NOCTURNE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The initial controls of a stream or a render. */
export function controlsOf(settings: Settings): Controls {
  const dials = Object.fromEntries(DIAL_NAMES.map((name) => [name, settings[name]])) as Record<DialName, number>; // one per dial
  return { ...dials, view: settings.view, split: settings.split };
}
