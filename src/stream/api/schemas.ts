import { z } from 'zod';
import { DIAL_NAMES, DIALS, VIEW_MODES } from '../../core/controls.js';
import { STREAM_NAME } from '../../core/stream-name.js';
import { EMPTY_PIPELINE_STATS } from '../pipeline-stats.js';

/** Names of streams in addresses. */
export const STREAM_NAME_SCHEMA = z.string().regex(STREAM_NAME);

/** States of a stream, as `StreamState`. */
export const STATES = ['idle', 'starting', 'live', 'reconnecting', 'stalled', 'ended', 'failed'] as const;

/** Every answer that refuses. */
export const ErrorAnswer = z.strictObject({ error: z.string().describe('One line for people.') });

const dials = Object.fromEntries(
  DIAL_NAMES.map((name) => [name, z.number().min(DIALS[name].min).max(DIALS[name].max).describe(DIALS[name].help)]),
);

/** All controls of a stream. */
export const ControlsAnswer = z.strictObject({
  ...dials,
  view: z.enum(VIEW_MODES).describe('What frames show.'),
  split: z.number().min(0).max(1).describe("Position of the split view's line."),
});

/** Some controls. */
export const ControlsChange = ControlsAnswer.partial();

/** The generator of a stream, and what it may be. */
export const GeneratorAnswer = z.strictObject({
  generator: z.string(),
  style: z.string(),
  likePhotos: z.number().int().describe('Photos that the night is like; 0: it has the style as it is.'),
  generators: z.array(z.string()),
  styles: z.array(z.string()),
});

/** Another generator, another style or both. */
export const GeneratorChangeBody = z
  .strictObject({ generator: z.string(), style: z.string() })
  .partial()
  .meta({ minProperties: 1 });

const FormatAnswer = z.strictObject({
  codec: z.string(),
  width: z.int(),
  height: z.int(),
  sampleAspect: z.array(z.number()).length(2),
  frameRate: z.number(),
});

/** Statistics of viewers, which the server counts. */
const VIEWER_STATS = ['viewers', 'slowViewers', 'viewerDrops', 'viewerSkips', 'yourDrops'] as const;

const stageTimes = z.record(z.string(), z.looseObject({ p50: z.number(), p95: z.number() }));
const pipelineStats = Object.entries(EMPTY_PIPELINE_STATS).map(([name, value]): [string, z.ZodType] => {
  if (name === 'stages') return [name, stageTimes.describe('Milliseconds that a frame spends in each stage.')];
  return [name, typeof value === 'number' ? z.number() : z.string()];
});

/** Statistics of a stream; later versions may have more of them. */
const StatsAnswer = z.looseObject({
  ...Object.fromEntries(pipelineStats),
  ...Object.fromEntries(VIEWER_STATS.map((name) => [name, z.int().min(0)])),
});

/** A stream as the API describes it. */
export const StreamAnswer = z.strictObject({
  name: STREAM_NAME_SCHEMA,
  state: z.enum(STATES),
  message: z.string().describe('One sentence for people about the state; may be empty.'),
  format: FormatAnswer.nullable().describe('Of the packets; null before the first one.'),
  controls: ControlsAnswer,
  likePhotos: z.number().int().describe('Photos that the night is like; 0: it has a style as it is.'),
  stats: StatsAnswer,
});

/** The streams that the request may watch. */
export const StreamsAnswer = z.strictObject({ streams: z.array(StreamAnswer) });

/** A health check. `streams`: those that anybody may watch. */
export const HealthAnswer = z.strictObject({
  status: z.enum(['ok', 'degraded', 'ready', 'not ready']),
  streams: z.record(z.string(), z.enum(STATES)).exactOptional(),
});
