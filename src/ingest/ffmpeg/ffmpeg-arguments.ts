import { LOG_OPTIONS } from '../../ffmpeg/ffmpeg-log.js';
import type { FfmpegArguments } from '../../ffmpeg/ffmpeg-process.js';
import type { SystemFfmpeg } from '../../ffmpeg/system-ffmpeg.js';
import type { OpenPlan } from '../open-plan.js';
import type { SourceOptions } from '../source-options.js';

/** As the bundled libav deinterlaces: only frames that are marked, one for each. */
const DEINTERLACE = ['-vf', 'bwdif=mode=send_frame:deint=interlaced'] as const;
/** Demuxer options of HLS that older releases lack: they accept any extension without them. */
const RECENT_HLS_OPTIONS: readonly string[] = ['extension_picky', 'allowed_segment_extensions'];

/** Options of {@link decodeArguments}. */
export interface DecodeRequest {
  readonly plan: OpenPlan;
  readonly options: SourceOptions;
  readonly isLive: boolean;
  readonly deinterlaces: boolean;
}

/**
 * The command that decodes an input as a plan of the bundled libav opens it: the same address, format, protocols and options. It writes
 * the decoder's own pixels, uncompressed, with their timestamps, upright.
 */
export async function decodeArguments(system: SystemFfmpeg, request: DecodeRequest): Promise<FfmpegArguments> {
  const { plan, options, isLive, deinterlaces } = request;
  const { startS, durationS, decoderThreads } = options;
  const hasWindow = !isLive && startS > 0;
  return {
    inputs: [
      {
        options: [
          ...LOG_OPTIONS,
          ...(plan.format === undefined ? [] : ['-f', plan.format]),
          ...Object.entries(await demuxerOptions(system, plan)).flatMap(([name, value]) => [`-${name}`, value]),
          ...['-max_pixels', String(plan.maxPixels)],
          ...(decoderThreads > 0 ? ['-threads', String(decoderThreads)] : []),
          ...(isLive ? ['-thread_type', 'slice', '-flags', 'low_delay'] : []),
          ...(hasWindow ? ['-ss', String(startS)] : []),
          ...(!isLive && durationS !== undefined ? ['-t', String(durationS)] : []),
        ],
        from: addressOf(plan),
      },
    ],
    outputOptions: [
      // Times count from the start of the window where there is one; else they are the input's own.
      ...(hasWindow ? [] : ['-copyts']),
      ...['-map_metadata', '-1', '-an', '-sn', '-dn'],
      ...(deinterlaces ? DEINTERLACE : []),
      ...[
        ...system.keepTimes,
        '-enc_time_base',
        system.inputTimeBase,
        '-c:v',
        'rawvideo',
        '-f',
        'nut',
        '-flush_packets',
        '1',
      ],
    ].filter((option) => option !== ''),
  };
}

/** The options of a plan, as far as this release has them; standard input is a protocol of its own here. */
async function demuxerOptions(system: SystemFfmpeg, plan: OpenPlan): Promise<Readonly<Record<string, string>>> {
  const options = { ...plan.options };
  if (plan.pipe === 'stdin') options['protocol_whitelist'] = 'pipe,data';
  else if (plan.pipe) options['protocol_whitelist'] = 'file,data';
  for (const name of RECENT_HLS_OPTIONS) {
    if (name in options && !(await system.hasDemuxerOption('hls', name))) Reflect.deleteProperty(options, name);
  }
  return options;
}

function addressOf({ url, pipe }: OpenPlan): string | typeof process.stdin {
  if (pipe === 'stdin') return process.stdin;
  return pipe && 'path' in pipe ? `file:${pipe.path}` : url;
}
