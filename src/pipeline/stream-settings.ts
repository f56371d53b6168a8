import type { Controls } from '../core/controls.js';
import type { PhotoSource } from '../image/photo.js';
import type { FfmpegSettings } from '../ffmpeg/system-ffmpeg.js';
import type { EncoderOptions } from '../encode/encoder.js';
import type { Device, Engine } from '../infer/network-session.js';
import type { FileCodec, FilePreset } from '../output/file-options.js';
import type { Hwaccel } from '../ingest/hwaccel.js';
import type { SourceOptions } from '../ingest/source-options.js';
import type { ApplyDevice } from '../render/choose-renderer.js';

/** Settings of one live stream. Plain data: it is sent to a worker. */
export interface StreamSettings {
  /** Name in addresses and pages: letters, digits, `-` and `_`. */
  readonly name: string;
  /** Anything `openSource` takes. */
  readonly input: string;
  readonly source: Omit<SourceOptions, 'logger' | 'onEvent'>;
  readonly model: ModelSettings;
  /** Where looks are applied. */
  readonly applyDevice: ApplyDevice;
  /** Whether it runs its network in the generator process: see `usesGeneratorProcess`. */
  readonly share: ShareMode;
  /** Most requests that the generator process runs together; default: what suits the device. */
  readonly batch?: number;
  /** Generators beside those of the package that it may change to; default: none. */
  readonly generators?: readonly string[];
  readonly encoder: EncoderOptions;
  /** Encodes through the user's own FFmpeg; undefined: through the bundled libav. */
  readonly ffmpeg?: FfmpegSettings;
  /** The controls at the start. */
  readonly controls: Controls;
  /** Seed of the grain, and of what a generator draws. */
  readonly seed: number;
  /** Whether frames are the pixels of an image network, at its own size; default false. */
  readonly rawPixels?: boolean;
}

/** The generator and where it runs. */
export interface ModelSettings {
  /** `auto`, `lit`, `nightgrid`, `grade`, `grade:deep`, or the path of an ONNX model or its card. */
  readonly generator: string;
  /** Night style of `lit`: a name or the path of a JSON file. */
  readonly style: string;
  /** Night photos that the style is to be like: paths or bytes of image files; lit only. */
  readonly like?: readonly PhotoSource[] | undefined;
  readonly device: Device;
  /** Which library runs a network; default `auto`. */
  readonly engine?: Engine;
  /** Threads of the network on the CPU. */
  readonly threads: number;
}

/** When live streams use the generator process. */
export type ShareMode = 'auto' | 'on' | 'off';

/** Where the generator process is reached. */
export interface GeneratorAddress {
  /** Path of a Unix domain socket or name of a Windows pipe. */
  readonly address: string;
  /** The secret of each connection. */
  readonly key: string;
}

/** Settings of a render from file to file. Plain data too. */
export interface RenderSettings {
  readonly input: string;
  readonly output: string;
  readonly model: ModelSettings;
  /** Where looks are applied; `auto` is the CPU here. */
  readonly applyDevice: ApplyDevice;
  readonly controls: Controls;
  readonly seed: number;
  readonly startS: number;
  readonly durationS?: number;
  readonly codec?: FileCodec;
  readonly crf?: number;
  readonly preset?: FilePreset;
  /** Decodes and encodes through the user's own FFmpeg; undefined: through the bundled libav. */
  readonly ffmpeg?: FfmpegSettings;
  /** With `ffmpeg`: its encoder by name; undefined: by codec. */
  readonly encoder?: string;
  /** Where to list the lamps of each frame. */
  readonly lamps?: string;
  readonly overwrite: boolean;
  readonly inputFormat?: string;
  /** Frames a second of an image sequence. */
  readonly imageRate: number;
  readonly decoderThreads: number;
  /** As in {@link StreamSettings}. */
  readonly rawPixels?: boolean;
  /** What decodes video; default `none`, the CPU. */
  readonly hwaccel?: Hwaccel;
}
