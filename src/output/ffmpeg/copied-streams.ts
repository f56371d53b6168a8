import { rm } from 'node:fs/promises';
import { FfmpegLog, LOG_OPTIONS } from '../../ffmpeg/ffmpeg-log.js';
import { FfmpegProcess } from '../../ffmpeg/ffmpeg-process.js';
import type { SystemFfmpeg } from '../../ffmpeg/system-ffmpeg.js';
import { StreamList, type ListedStream as Listed } from './stream-list.js';

/** Seconds of each stream that a trial writes. */
const TRIAL_S = '0.2';
/** FFmpeg's names of the containers of the MP4 family. */
export const MP4_FAMILY: ReadonlySet<string> = new Set(['mp4', 'mov', 'ipod']);
/** Others make no sense beside another video: timecode and telemetry. */
const COPYABLE: ReadonlySet<string> = new Set(['audio', 'subtitle', 'attachment']);
const FILE_PROTOCOLS = 'file,crypto,data';
const HTTP_PROTOCOLS = 'http,https,httpproxy,tcp,tls,crypto,data';

/** What an input has beside its video, and what of it a container holds. */
export interface CopiedStreams {
  /** Indexes in the input. */
  readonly indexes: readonly number[];
  readonly chapters: number;
  /** First timestamp of the input, seconds. */
  readonly startS: number;
  /** One line for each stream that is left out. */
  readonly notices: readonly string[];
}

/** Options of ffmpeg that open the input to copy from; what it refers to must be of the same kind. */
export function copyInput(copyFrom: string): { readonly options: readonly string[]; readonly from: string } {
  const isAddress = /^https?:/i.test(copyFrom);
  const options = ['-protocol_whitelist', isAddress ? HTTP_PROTOCOLS : FILE_PROTOCOLS];
  return { options, from: isAddress || copyFrom.startsWith('file:') ? copyFrom : `file:${copyFrom}` };
}

/**
 * Lists what an input has beside its video, and finds by trial what of it the container of `trialPath` holds: sound, subtitles and
 * attachments, and in the MP4 family cover art; elsewhere that would become a video of one frame.
 */
export async function planCopiedStreams(
  system: SystemFfmpeg,
  {
    copyFrom,
    trialPath,
    container,
  }: { readonly copyFrom: string; readonly trialPath: string; readonly container: string },
): Promise<CopiedStreams> {
  const list = new StreamList();
  // An output that maps nothing of it: ffmpeg describes the input all the same.
  await run(system, copyFrom, ['-map', '0:a?', '-map', '0:s?', '-c', 'copy', '-t', '0.01', '-f', 'null'], '-', (line) =>
    list.add(line),
  );
  const { chapters, startS } = list;
  const holds = async (streams: readonly Listed[]): Promise<boolean> => {
    const maps = streams.flatMap(({ index }) => ['-map', `0:${index}`]);
    const isHeld = await run(system, copyFrom, [...maps, '-c', 'copy', '-t', TRIAL_S], `file:${trialPath}`);
    await rm(trialPath, { force: true });
    return isHeld;
  };
  const [wanted, notices] = [[] as Listed[], [] as string[]];
  for (const stream of list.streams) {
    const isWanted = stream.kind === 'cover art' ? MP4_FAMILY.has(container) : COPYABLE.has(stream.kind);
    if (isWanted) wanted.push(stream);
    else notices.push(`not copied: ${stream.title}`);
  }
  if (list.videos > 1) notices.push(`not copied: other video streams, ${list.videos - 1} in number`);
  if (wanted.length === 0 || (await holds(wanted))) {
    return { indexes: wanted.map(({ index }) => index), chapters, startS, notices };
  }
  const indexes: number[] = [];
  for (const stream of wanted) {
    if (await holds([stream])) indexes.push(stream.index);
    else notices.push(`not copied: ${stream.title}`);
  }
  return { indexes, chapters, startS, notices };
}

/** Runs a command on the input; true when it succeeded. */
async function run(
  system: SystemFfmpeg,
  copyFrom: string,
  outputOptions: readonly string[],
  output: string,
  onLine?: (line: string) => void,
): Promise<boolean> {
  let isInput = true;
  const input = copyInput(copyFrom);
  const process = await FfmpegProcess.start(
    system,
    { inputs: [{ options: [...LOG_OPTIONS, ...input.options], from: input.from }], outputOptions, output },
    {
      log: new FfmpegLog(),
      onLine: (line) => {
        if (line.startsWith('Output #0') || line.startsWith('Stream mapping')) isInput = false;
        if (isInput) onLine?.(line);
      },
    },
  );
  return (await process.ended).isOk;
}
