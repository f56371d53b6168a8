import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';

/** True when FFmpeg's command line is installed; else warns. */
export const hasFfmpeg = ((): boolean => {
  const found = spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status === 0;
  if (!found) console.warn('SKIPPED: ffmpeg is not installed; tests that make or check video with it do not run');
  return found;
})();

/** Runs ffmpeg to its end; throws with its words when it fails. */
export function ffmpeg(...args: string[]): void {
  const result = spawnSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`ffmpeg ${args.join(' ')}: ${result.stderr}`);
}

/** Starts ffmpeg, a sender that the caller kills. */
export function startFfmpeg(...args: string[]): ChildProcess {
  return spawn('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** pts of the packets of a file's first video stream, seconds as ffprobe prints them, in order of presentation. */
export function videoPts(path: string): string[] {
  const args = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', path];
  const lines = execFileSync('ffprobe', args, { encoding: 'utf8' }).split('\n');
  const times = lines.map((line) => line.replace(/,.*$/, '').trim()).filter((line) => line !== '');
  return times.sort((a, b) => Number(a) - Number(b));
}

/** pts of the packets of a file's first sound stream, seconds, in the order of the file. */
export function audioPts(path: string): number[] {
  const args = ['-v', 'error', '-select_streams', 'a:0', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', path];
  const lines = execFileSync('ffprobe', args, { encoding: 'utf8' }).split('\n');
  return lines
    .map((line) => line.replace(/,.*$/, '').trim())
    .filter((line) => line !== '')
    .map(Number);
}

/** MD5 of the packets of a file's sound, as FFmpeg copies them. */
export function audioMd5(path: string): string {
  return execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-map', '0:a', '-c', 'copy', '-f', 'md5', '-'], {
    encoding: 'utf8',
  }).trim();
}

/** Entries of a file's first video stream as ffprobe names them. */
export function videoEntries(path: string, ...entries: string[]): Record<string, string> {
  const args = [
    '-v',
    'error',
    '-select_streams',
    'v:0',
    '-show_entries',
    `stream=${entries.join(',')}`,
    '-of',
    'default=nw=1',
  ];
  const text = execFileSync('ffprobe', [...args, path], { encoding: 'utf8' });
  const rows = text.split('\n').map((line) => line.split('=') as [string, string]); // key=value lines by -of default
  return Object.fromEntries(rows.filter(([key]) => key !== ''));
}
