import type { Controls } from '../core/controls.js';
import type { EncoderOptions } from '../encode/encoder.js';
import type { FileCodec, FilePreset } from '../output/file-options.js';
import type { SourceOptions } from '../ingest/source-options.js';

/** Everything one live stream is made from; plain data, so that it can be sent to a worker. */
export interface StreamSettings {
  /** Name in addresses and pages: letters, digits, `-` and `_`. */
  readonly name: string;
  /** Anything `openSource` takes. */
  readonly input: string;
  readonly source: Omit<SourceOptions, 'logger' | 'onEvent'>;
  readonly model: ModelSettings;
  readonly encoder: EncoderOptions;
  /** The controls to start with. */
  readonly controls: Controls;
  /** Seed of the grain. */
  readonly seed: number;
}

/** Which generator turns day into night, and where it runs. */
export interface ModelSettings {
  /** `auto`, `grade`, `grade:deep`, or the path of an ONNX model or its card. */
  readonly generator: string;
  readonly device: 'auto' | 'cpu' | 'webgpu';
  /** Threads of the network on the CPU. */
  readonly threads: number;
}

/** Settings of a render from file to file; plain data too. */
export interface RenderSettings {
  readonly input: string;
  readonly output: string;
  readonly model: ModelSettings;
  readonly controls: Controls;
  readonly seed: number;
  readonly startS: number;
  readonly durationS?: number;
  readonly codec?: FileCodec;
  readonly crf?: number;
  readonly preset?: FilePreset;
  readonly overwrite: boolean;
  readonly inputFormat?: string;
  readonly imageRate: number;
  readonly decoderThreads: number;
}
