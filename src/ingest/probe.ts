import { AvFramePool } from './av-frame-pool.js';
import { AvInput } from './av-input.js';
import { ImageSequenceSession } from './image-sequence-session.js';
import { probeStreams, type StreamReport } from './av-probe.js';
import { AvDecodeSession } from './av-decode-session.js';
import type { SourceInfo } from './frame-source.js';
import { maskUrl, parseInput } from './input-address.js';
import { planImage } from './open-plan.js';
import { openSource, imagesOf, planInput } from './open-source.js';
import type { DecodeSession, SessionContext } from './decode-session.js';
import { describeSource } from './pumped-source.js';
import type { SourceOptions } from './source-options.js';

export type { StreamReport } from './av-probe.js';

/** Only what becomes a video loses an odd column or row. */
const PICTURES_KEEP_SIZE = 'rendered to pictures instead of a video, each keeps its own size';

/** What an input is, and what nocturne would do with it. Plain data; passwords are masked. */
export interface ProbeReport {
  readonly input: string;
  /** Container, protocol or kind as FFmpeg names it; `street`, `pictures`. */
  readonly container: string;
  /** Seconds; null when live or unknown. */
  readonly durationS: number | null;
  /** `live` drops late frames and reconnects; `file` waits and never drops. */
  readonly handledAs: 'live' | 'file';
  /** Every stream inside, and what becomes of it; of pictures the first one's; none for the street. */
  readonly streams: readonly StreamReport[];
  /** The frames that come out: I420, 8 bit. */
  readonly output: Pick<SourceInfo, 'width' | 'height' | 'frameRate' | 'color' | 'sampleAspect'>;
  /** What is done on the way, one line each: crop, rotate, deinterlace, tone-map, convert. */
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
  const context: SessionContext = { options, pool, counts: { decoded: 0, corrupt: 0, skipped: [] } };
  try {
    const pictures = await imagesOf(address);
    if (pictures) {
      const run = await ImageSequenceSession.open(pictures, context, address.label);
      const streams = await pictureStreams(pictures.paths, options, signal);
      const found = await reportRun(run, { input: address.label, container: 'pictures', streams, isLive: false });
      return { ...found, steps: [...found.steps, PICTURES_KEEP_SIZE] };
    }
    const run = await AvDecodeSession.open(await planInput(address, options), context, signal);
    const { isLive } = run;
    const canCopy = address.kind === 'path' || address.scheme.startsWith('http');
    return await reportRun(run, { input: address.label, ...probeStreams(run.input, canCopy), isLive });
  } finally {
    pool.close();
  }
}

/** The streams of the first picture that opens. */
async function pictureStreams(
  files: readonly string[],
  options: SourceOptions,
  signal: AbortSignal | undefined,
): Promise<readonly StreamReport[]> {
  for (const file of files) {
    try {
      await using input = await AvInput.open(planImage(file, options, maskUrl(file)), signal);
      return probeStreams(input, false).streams;
    } catch {
      signal?.throwIfAborted(); // else a broken one, which is skipped as a source skips it
    }
  }
  return [];
}

async function reportRun(
  run: DecodeSession,
  found: { input: string; container: string; streams: readonly StreamReport[]; isLive: boolean },
): Promise<ProbeReport> {
  const info = describeSource(run.info, run.format, found.isLive);
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
