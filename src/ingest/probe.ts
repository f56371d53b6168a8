import { AvFramePool } from './av-frame-pool.js';
import { ImageSequenceSession } from './image-sequence-session.js';
import { probeStreams } from './av-probe.js';
import { AvDecodeSession } from './av-decode-session.js';
import type { SourceInfo } from './frame-source.js';
import { parseInput } from './input-address.js';
import { openSource, imagesOf, planInput } from './open-source.js';
import { emptyCounts, type DecodeSession, type SessionContext } from './decode-session.js';
import { describeSource } from './pumped-source.js';
import type { SourceOptions } from './source-options.js';
import type { StreamReport } from './stream-report.js';

export type { StreamReport } from './stream-report.js';

/** Only a video output is cropped to even sides. */
const IMAGES_KEEP_SIZE = 'rendered to images instead of a video, each keeps its own size';

/** What an input is and how Nocturne processes it. Plain data; passwords are masked. */
export interface ProbeReport {
  readonly input: string;
  /** FFmpeg's name of the container; `street` or `images`. */
  readonly container: string;
  /** Seconds; null when live or unknown. */
  readonly durationS: number | null;
  /** `live` drops late frames and reconnects; `file` waits and never drops. */
  readonly handledAs: 'live' | 'file';
  /** Every stream of the container, or of the first readable image; empty for the street. */
  readonly streams: readonly StreamReport[];
  /** Format of the decoded frames: I420, 8 bit. */
  readonly output: Pick<SourceInfo, 'width' | 'height' | 'frameRate' | 'color' | 'sampleAspect'>;
  /** Processing steps, one line each: crop, rotate, deinterlace, tone-map, convert. */
  readonly steps: readonly string[];
}

/** Opens an input as {@link openSource} does, decodes its first frame, and closes it. Rejects as `openSource` does. */
export async function probeInput(input: string, options: SourceOptions, signal?: AbortSignal): Promise<ProbeReport> {
  const address = parseInput(input);
  if (address.kind === 'street') {
    // In real time it needs no duration.
    await using source = await openSource(input, { ...options, pace: 'realtime' }, signal);
    return toReport({ input, container: 'street', streams: [], info: source.info });
  }
  const pool = new AvFramePool();
  const context: SessionContext = { options, pool, counts: emptyCounts() };
  try {
    const images = await imagesOf(address, { inputFormat: options.inputFormat });
    if (images) {
      const session = await ImageSequenceSession.open(images, context, address.label);
      const { firstImage } = session;
      const streams: readonly StreamReport[] = [
        { index: 0, type: 'video', isUsed: true, handling: 'night', ...firstImage },
      ];
      const report = await reportSession(session, {
        input: address.label,
        container: 'images',
        streams,
        isLive: false,
      });
      return { ...report, steps: [...report.steps, IMAGES_KEEP_SIZE] };
    }
    const plan = await planInput(address, options);
    const session = await AvDecodeSession.open(plan, context, signal);
    const { isLive } = session;
    const canCopy = (address.kind === 'path' && plan.pipe === undefined) || address.scheme.startsWith('http');
    return await reportSession(session, { input: address.label, ...probeStreams(session.input, canCopy), isLive });
  } finally {
    pool.close();
  }
}

/** Makes the report of a session and closes it. */
async function reportSession(
  session: DecodeSession,
  found: { input: string; container: string; streams: readonly StreamReport[]; isLive: boolean },
): Promise<ProbeReport> {
  const info = describeSource(session.info, session.format, found.isLive);
  await session.close();
  return toReport({ ...found, info });
}

function toReport(found: {
  input: string;
  container: string;
  streams: readonly StreamReport[];
  info: SourceInfo;
}): ProbeReport {
  const { input, container, streams, info } = found;
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
