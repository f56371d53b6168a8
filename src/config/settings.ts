import type { z } from 'zod';
import { DIAL_NAMES, DIALS, VIEW_MODES, type Controls, type DialName } from '../core/controls.js';
import { FILE_CODECS, FILE_PRESETS } from '../output/file-options.js';
import { choice, flag, integer, number, text, type Setting } from './setting.js';

const both = ['serve', 'render'] as const;
const serve = ['serve'] as const;
const input = ['serve', 'probe'] as const;
const render = ['render'] as const;
const evaluation = ['eval'] as const;
const night = ['serve', 'render', 'eval'] as const;
const all = ['serve', 'render', 'probe', 'eval'] as const;

/** Every setting but the dials, which {@link DIALS} holds. Keys are the config file's; `maxViewers` is `--max-viewers` and `NOCTURNE_MAX_VIEWERS`. */
const OWN_SETTINGS = {
  host: text('127.0.0.1', {
    help: 'address to listen on; 0.0.0.0 lets other machines in: set a token then',
    group: 'Server',
    commands: serve,
    placeholder: 'address',
  }),
  port: integer(
    { min: 0, max: 65535, default: 8090 },
    { help: 'port to listen on; 0 takes any free one', group: 'Server', commands: serve },
  ),
  token: text(undefined, {
    help: 'secret that viewers must bring; better in NOCTURNE_TOKEN than on a command line',
    group: 'Server',
    commands: serve,
    placeholder: 'secret',
  }),
  allowOrigin: text(undefined, {
    help: 'other web origins that may embed the stream, comma-separated',
    group: 'Server',
    commands: serve,
    placeholder: 'origins',
  }),
  maxViewers: integer(
    { min: 1, max: 10_000, default: 64 },
    { help: 'most viewers of each stream', group: 'Server', commands: serve },
  ),
  readOnly: flag(false, { help: 'viewers watch and cannot turn the dials', group: 'Server', commands: serve }),

  loop: flag(false, { help: 'start a file again at its end', group: 'Input', commands: serve }),
  listen: flag(false, {
    help: 'wait for a sender (rtmp, srt) instead of calling one',
    group: 'Input',
    commands: input,
  }),
  live: flag(undefined, {
    help: 'treat the input as live (drop late frames, reconnect) or, with --no-live, as a file',
    group: 'Input',
    commands: serve,
  }),
  reconnect: flag(true, { help: 'come back when a live input is lost', group: 'Input', commands: serve }),
  stallTimeout: number(
    { min: 0.5, max: 3600, default: 2 },
    {
      help: 'a live input silent for so many seconds is lost',
      group: 'Input',
      commands: serve,
      placeholder: 'seconds',
    },
  ),
  openTimeout: number(
    { min: 0.5, max: 3600, default: 10 },
    {
      help: 'give up opening an input after so many seconds; serve waits on for a sender that calls',
      group: 'Input',
      commands: input,
      placeholder: 'seconds',
    },
  ),
  rtspTransport: choice(['tcp', 'udp'], 'tcp', { help: 'RTSP transport tried first', group: 'Input', commands: input }),
  inputFormat: text(undefined, {
    help: 'input format as FFmpeg names it, where it cannot be guessed',
    group: 'Input',
    commands: ['serve', 'render', 'probe'],
    placeholder: 'name',
  }),
  pictureRate: number(
    { min: 0.01, max: 240, default: 25 },
    { help: 'pictures a second of a folder of pictures', group: 'Input', commands: both },
  ),
  decoderThreads: integer(
    { min: 0, max: 64, default: 0 },
    { help: 'threads of the decoder; 0 lets FFmpeg choose', group: 'Input', commands: both },
  ),

  generator: text('auto', {
    help: 'auto, grade, grade:deep, or an ONNX model or model card',
    group: 'Night',
    commands: night,
    placeholder: 'name|file',
  }),
  device: choice(['auto', 'cpu', 'webgpu'], 'auto', {
    help: 'where the network runs',
    group: 'Night',
    commands: night,
  }),
  threads: integer(
    { min: 1, max: 64, default: 1 },
    { help: 'threads of the network on the CPU', group: 'Night', commands: night },
  ),
  seed: integer(
    { min: 0, max: 2 ** 31 - 1, default: 1 },
    {
      help: 'seed of the grain, and of what eval draws: same input and seed, same bytes',
      group: 'Night',
      commands: night,
    },
  ),
  view: choice(VIEW_MODES, 'night', { help: 'what the picture shows', group: 'Night', commands: both }),
  split: number(
    { min: 0, max: 1, default: 0.5 },
    { help: "where the split view's line stands, 0 left to 1 right", group: 'Night', commands: both },
  ),

  encoder: text('auto', {
    help: 'H.264 encoder that nocturne doctor lists; auto takes a hardware one that works, else libx264',
    group: 'Encoding',
    commands: serve,
    placeholder: 'name',
  }),
  bitrate: integer(
    { min: 50, max: 200_000, default: undefined },
    {
      help: 'average kbit/s; unset: constant quality by --crf',
      group: 'Encoding',
      commands: serve,
      placeholder: 'kbit/s',
    },
  ),
  keyframeInterval: number(
    { min: 0.1, max: 60, default: 2 },
    { help: 'seconds between keyframes at most', group: 'Encoding', commands: serve, placeholder: 'seconds' },
  ),
  codec: choice(FILE_CODECS, undefined, {
    help: 'codec of the file; unset: vp9 for .webm, else h264',
    group: 'Encoding',
    commands: render,
  }),
  crf: number(
    { min: 0, max: 63, default: undefined },
    { help: 'constant quality, lower is better (serve 23; render by codec)', group: 'Encoding', commands: both },
  ),
  preset: choice(FILE_PRESETS, undefined, {
    help: "encoder's preset (serve ultrafast; render medium or the codec's)",
    group: 'Encoding',
    commands: both,
    placeholder: 'name',
  }),

  start: number(
    { min: 0, max: Infinity, default: 0 },
    { help: 'skip so many seconds of the input', group: 'Output', commands: render, placeholder: 'seconds' },
  ),
  duration: number(
    { min: 0.001, max: Infinity, default: undefined },
    { help: 'render so many seconds', group: 'Output', commands: render, placeholder: 'seconds' },
  ),
  overwrite: flag(false, { help: 'replace an output that exists', group: 'Output', commands: render }),

  json: text(undefined, {
    help: 'also write all figures to a JSON file',
    group: 'Evaluation',
    commands: evaluation,
    placeholder: 'file',
  }),
  sheet: text(undefined, {
    help: 'also write a contact sheet (.png, .jpg, .webp): day, grade, result; real nights below',
    group: 'Evaluation',
    commands: evaluation,
    placeholder: 'file',
  }),
  features: text(undefined, {
    help: 'ONNX feature network for FID and KID, such as Inception',
    group: 'Evaluation',
    commands: evaluation,
    placeholder: 'file',
  }),
  mostPictures: integer(
    { min: 2, max: 10_000, default: 512 },
    {
      help: 'most pictures taken of the input and of each reference, spread evenly',
      group: 'Evaluation',
      commands: evaluation,
    },
  ),

  logLevel: choice(['debug', 'info', 'warn', 'error', 'silent'], 'info', {
    help: 'what is logged to stderr',
    group: 'Logging',
    commands: all,
  }),
  logJson: flag(false, { help: 'log lines as JSON', group: 'Logging', commands: all }),
  verbose: flag(false, {
    help: 'log everything; show the stack of an error',
    group: 'Logging',
    commands: all,
  }),
};

const DIAL_SETTINGS = Object.fromEntries(
  DIAL_NAMES.map((name) => [name, number(DIALS[name], { help: DIALS[name].help, group: 'Night', commands: both })]),
) as Record<DialName, Setting<number> & { default: number }>; // one for each dial

/** Every setting by its config-file key. */
export const SETTINGS = { ...OWN_SETTINGS, ...DIAL_SETTINGS };

type SettingsTable = typeof SETTINGS;

/** Name of a setting. */
export type SettingName = keyof SettingsTable;

/** Values of all settings after flags, environment, config file and defaults. */
export type Settings = {
  readonly [K in SettingName]: SettingsTable[K]['schema'] extends z.ZodType<infer T>
    ? undefined extends SettingsTable[K]['default']
      ? T | undefined
      : T
    : never;
};

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

/** The controls that a stream or a render starts with. */
export function controlsOf(settings: Settings): Controls {
  const dials = Object.fromEntries(DIAL_NAMES.map((name) => [name, settings[name]])) as Record<DialName, number>; // one for each dial
  return { ...dials, view: settings.view, split: settings.split };
}
