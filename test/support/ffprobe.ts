import { execFileSync } from 'node:child_process';

/** Runs ffmpeg and returns its stdout. */
export function ffmpegOutput(...args: readonly string[]): string {
  return execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], { encoding: 'utf8', timeout: 60_000 });
}

/** Runs ffprobe on a file and returns its JSON. */
export function ffprobe(path: string, ...args: readonly string[]): Record<string, unknown> {
  const text = execFileSync('ffprobe', ['-v', 'error', '-of', 'json', ...args, path], { encoding: 'utf8' });
  return JSON.parse(text) as Record<string, unknown>; // a JSON object by -of json
}

/** Sorted presentation times of a stream's packets in seconds, as ffprobe prints them. */
export function ptsOf(path: string, stream: string): string[] {
  const { packets } = ffprobe(path, '-select_streams', stream, '-show_entries', 'packet=pts_time');
  return (packets as { pts_time: string }[]).map((packet) => packet.pts_time).sort((a, b) => Number(a) - Number(b));
}

/** MD5 of the packets of some streams, as stored. */
export function packetsMd5(path: string, map: string): string {
  return ffmpegOutput('-i', path, '-map', map, '-c', 'copy', '-f', 'md5', '-').trim();
}
