import type { Logger } from '../../core/logger.js';
import type { FrameSource } from '../../ingest/frame-source.js';
import { openSource } from '../../ingest/open-source.js';
import type { SourceOptions } from '../../ingest/source-options.js';
import { chooseRenderer, type ApplyDevice } from '../../render/choose-renderer.js';
import type { Renderer } from '../../render/renderer.js';
import type { LookThreadOptions } from '../look-thread-messages.js';
import { StageTimes } from '../stage-times.js';
import type { ModelSettings } from '../stream-settings.js';
import { RawPixels } from './raw-pixels.js';
import { openLookThread, type LookThread } from './look-thread-client.js';

/** Options of the look thread of a live stream. */
export type LiveLooks = Pick<LookThreadOptions, 'share' | 'startsAnywhere'>;

/** What {@link withStages} opens. */
export interface StagesOptions {
  /** Anything `openSource` takes. */
  readonly input: string;
  readonly source: Omit<SourceOptions, 'logger'>;
  readonly model: ModelSettings;
  /** Where looks are applied. */
  readonly applyDevice: ApplyDevice;
  /** How a live stream makes looks; default: that of a render, each awaited. */
  readonly live?: LiveLooks;
  /** Seed of the grain, and of what a generator draws. */
  readonly seed: number;
  readonly logger: Logger;
}

/** The stages that live streams and video renders share: all but the sink, in the order in which a frame passes them. */
export interface OpenStages {
  readonly source: FrameSource;
  readonly looks: LookThread;
  readonly renderer: Renderer;
  readonly times: StageTimes;
}

/** The stages of a stream or render of raw pixels. */
export interface OpenRawStages {
  readonly source: FrameSource;
  readonly network: RawPixels;
  readonly times: StageTimes;
}

/** Opens source and image network, as {@link withStages} does for looks. */
export async function withRawStages<T>(
  { input, source: sourceOptions, model, logger }: Omit<StagesOptions, 'seed'>,
  signal: AbortSignal,
  use: (stages: OpenRawStages) => Promise<T>,
): Promise<T> {
  await using source = await openSource(input, { ...sourceOptions, logger }, signal);
  await using network = await RawPixels.open(model, logger);
  return await use({ source, network, times: new StageTimes() });
}

/** Opens source, look thread and renderer, passes them to `use`, and closes them when it settles. Throws as each of them does. */
export async function withStages<T>(
  { input, source: sourceOptions, model, applyDevice, live, seed, logger }: StagesOptions,
  signal: AbortSignal,
  use: (stages: OpenStages) => Promise<T>,
): Promise<T> {
  await using source = await openSource(input, { ...sourceOptions, logger }, signal);
  await using looks = await openLookThread({ ...model, ...live, isLive: live !== undefined, seed, logger });
  const { width, height } = source.info;
  using renderer = await chooseRenderer({ seed, device: applyDevice, width, height, logger });
  return await use({ source, looks, renderer, times: new StageTimes() });
}
