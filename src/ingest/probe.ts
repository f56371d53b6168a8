import { AvFramePool } from './av-frame-pool.js';
import { AvPictureRun } from './av-picture-run.js';
import { probeStreams, type StreamReport } from './av-probe.js';
import { AvRun } from './av-run.js';
import type { SourceInfo } from './frame-source.js';
import { parseInput } from './input-address.js';
import { openSource, picturesOf, planInput } from './open-source.js';
import type { PictureRun, RunContext } from './picture-run.js';
import { describeSource } from './pumped-source.js';
import type { SourceOptions } from './source-options.js';

export type { StreamReport } from './av-probe.js';

/** What an input is, and what nocturne would do with it. Plain data; passwords are masked. */
export interface ProbeReport {
  readonly input: string;
  /** Container, protocol or kind as FFmpeg names it; `street`, `pictures`. */
  readonly container: string;
  /** Seconds; null when live or unknown. */
  readonly durationS: number | null;
  /** `live` drops late frames and reconnects; `file` waits and never drops. */
  readonly handledAs: 'live' | 'file';
  /** Every stream inside; the first with `isUsed` is turned into night. Empty for the street and for pictures. */
  readonly streams: readonly StreamReport[];
  /** The frames that come out: I420, 8 bit. */
  readonly output: Pick<SourceInfo, 'width' | 'height' | 'frameRate' | 'color' | 'sampleAspect'>;
  /** What is done on the way, one line each: crop, rotate, deinterlace, tone-map. */
  readonly steps: readonly string[];
}

/** Opens an input as {@link openSource} would, looks at its first picture, and closes it. Rejects as `openSource` does. */
export async function probeInput(input: string, options: SourceOptions, signal?: AbortSignal): Promise<ProbeReport> {
  const address = parseInput(input);
  if (address.kind === 'street') {
    // At its own pace it needs no length.
    await using source = await openSource(input, { ...options, pace: 'realtime' }, signal);
    return report({ input, container: 'street', streams: [], info: source.info });
  }
  const pool = new AvFramePool();
  const context: RunContext = { options, pool, counts: { decoded: 0, corrupt: 0, skipped: [] } };
  try {
    const pictures = await picturesOf(address);
    if (pictures) {
      const run = await AvPictureRun.open(pictures, context, address.label);
      return await reportRun(run, { input: address.label, container: 'pictures', streams: [], isLive: false });
    }
    const run = await AvRun.open(await planInput(address, options), context, signal);
    const { isLive } = run;
    return await reportRun(run, { input: address.label, ...probeStreams(run.input), isLive });
  } finally {
    pool.close();
  }
}

async function reportRun(
  run: PictureRun,
  found: { input: string; container: string; streams: readonly StreamReport[]; isLive: boolean },
): Promise<ProbeReport> {
  const info = describeSource(run.info, run.shape, found.isLive);
  await run.close();
  return report({ ...found, info });
}

function report(parts: {
  input: string;
  container: string;
  streams: readonly StreamReport[];
  info: SourceInfo;
}): ProbeReport {
  const { input, container, streams, info } = parts;
  const { width, height, frameRate, color, sampleAspect, duration, isLive, notices } = info;
  return {
    ...{ input, container },
    durationS: duration === undefined ? null : duration / 1e6,
    handledAs: isLive ? 'live' : 'file',
    streams,
    output: { width, height, frameRate, color, sampleAspect },
    steps: notices,
  };
}
