import { rm } from 'node:fs/promises';
import { FfmpegLog, LOG_OPTIONS } from '../../ffmpeg/ffmpeg-log.js';
import { FfmpegProcess } from '../../ffmpeg/ffmpeg-process.js';
import type { SystemFfmpeg } from '../../ffmpeg/system-ffmpeg.js';

/** Seconds of each stream that a trial writes. */
const TRIAL_S = '0.2';
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

interface Listed {
  readonly index: number;
  readonly title: string;
}

/** Options of ffmpeg that open the input to copy from; what it refers to must be of the same kind. */
export function copyInput(copyFrom: string): { readonly options: readonly string[]; readonly from: string } {
  const isAddress = /^https?:/i.test(copyFrom);
  const options = ['-protocol_whitelist', isAddress ? HTTP_PROTOCOLS : FILE_PROTOCOLS];
  return { options, from: isAddress || copyFrom.startsWith('file:') ? copyFrom : `file:${copyFrom}` };
}

/** Lists sound and subtitles of an input, and finds by trial which of them the container of `trialPath` holds. */
export async function planCopiedStreams(
  system: SystemFfmpeg,
  copyFrom: string,
  trialPath: string,
): Promise<CopiedStreams> {
  const listed: Listed[] = [];
  let [chapters, startS] = [0, 0];
  await run(
    system,
    copyFrom,
    ['-map', '0:a?', '-map', '0:s?', '-c', 'copy', '-t', '0.01', '-f', 'null'],
    '-',
    (line) => {
      const stream = /^\s*Stream #0:(\d+)(?:\[\w+\])?(?:\((\w+)\))?: (Audio|Subtitle): (\w+)/.exec(line);
      if (stream && !listed.some(({ index }) => index === Number(stream[1]))) {
        const language = stream[2] === undefined || stream[2] === 'und' ? '' : `, ${stream[2]}`;
        const kind = stream[3] === 'Audio' ? 'audio' : 'subtitle';
        listed.push({ index: Number(stream[1]), title: `${kind} stream ${stream[1]} (${stream[4]}${language})` });
      }
      if (/^\s*Chapter #0:\d+: start/.test(line)) chapters++;
      const start = /^\s*Duration: .*start: (-?[\d.]+)/.exec(line);
      if (start) startS = Number(start[1]);
    },
  );
  const holds = async (streams: readonly Listed[]): Promise<boolean> => {
    const maps = streams.flatMap(({ index }) => ['-map', `0:${index}`]);
    const isHeld = await run(system, copyFrom, [...maps, '-c', 'copy', '-t', TRIAL_S], `file:${trialPath}`);
    await rm(trialPath, { force: true });
    return isHeld;
  };
  if (listed.length === 0 || (await holds(listed))) {
    return { indexes: listed.map(({ index }) => index), chapters, startS, notices: [] };
  }
  const [indexes, notices]: [number[], string[]] = [[], []];
  for (const stream of listed) {
    if (await holds([stream])) indexes.push(stream.index);
    else notices.push(`not copied: ${stream.title}, which the container does not hold`);
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
