import type { AvFramePipeline } from './av-frame-pipeline.js';
import { AvInput } from './av-input.js';
import { AvPacketReader } from './av-packet-reader.js';
import type { SessionCounts, TimedFrame } from './decode-session.js';
import { planPart, type OpenPlan } from './open-plan.js';
import { findProgramChange } from './program-change.js';

/** What {@link splitAtChange} reads. */
export interface SplitOptions {
  readonly plan: OpenPlan;
  readonly input: AvInput;
  /** Offset in the file of the last packet read before the change, bytes. */
  readonly lastOffset: number;
  readonly pipeline: AvFramePipeline;
  readonly counts: SessionCounts;
}

/** The rest of a file, from a change of its streams on. */
export interface RestOfFile {
  /** The caller closes it. */
  readonly input: AvInput;
  /** Where it begins in the file, bytes. */
  readonly offset: number;
  /** The last frames before the change. */
  readonly frames: TimedFrame[];
}

/**
 * Opens a transport stream in a file again where its streams change, and switches the pipeline to it: libav's demuxer joins
 * the last frame before the change and the first one after it. Undefined where the change cannot be found; rejects as
 * {@link AvFramePipeline.switchStream} does.
 */
export async function splitAtChange(options: SplitOptions): Promise<RestOfFile | undefined> {
  const { plan, input, lastOffset, pipeline, counts } = options;
  const path = input.transportFile;
  const change = path === undefined ? undefined : await findProgramChange(path, lastOffset).catch(() => undefined);
  if (!change) return undefined;
  const before = await openPart(planPart(plan, change.oldTables, change.end));
  const rest = await openPart(planPart(plan, change.newTables));
  try {
    if (!before || !rest) return undefined;
    const frames: TimedFrame[] = [];
    using reader = new AvPacketReader(before, counts, false);
    while ((await reader.read()) >= 0) {
      const isNew = change.oldTables + Number(reader.packet.pos) > lastOffset;
      if (isNew) frames.push(...(await pipeline.decode(reader.packet)));
    }
    frames.push(...(await pipeline.switchStream(rest.video)));
    return { input: rest, offset: change.newTables, frames };
  } catch (error) {
    await rest?.close();
    throw error;
  } finally {
    await before?.close();
  }
}

async function openPart(plan: OpenPlan): Promise<AvInput | undefined> {
  return AvInput.open(plan).catch(() => undefined);
}
