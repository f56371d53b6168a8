import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A fresh folder, removed after the file's tests. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nocturne-stream-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the system's ffmpeg. */
export function ffmpeg(...args: readonly string[]): string {
  return execFileSync('ffmpeg', ['-v', 'error', '-y', ...args], { encoding: 'utf8', timeout: 60_000 });
}

/** What the system's ffprobe says, as JSON. */
export function ffprobe(path: string, ...args: readonly string[]): Record<string, unknown> {
  const text = execFileSync('ffprobe', ['-v', 'error', '-of', 'json', ...args, path], { encoding: 'utf8' });
  return JSON.parse(text) as Record<string, unknown>; // a JSON object by -of json
}

/** Sorted presentation times of a stream in seconds, as ffprobe prints them. */
export function ptsOf(path: string, stream: string): string[] {
  const { packets } = ffprobe(path, '-select_streams', stream, '-show_entries', 'packet=pts_time');
  return (packets as { pts_time: string }[]).map((packet) => packet.pts_time).sort((a, b) => Number(a) - Number(b));
}

/** MD5 of the packets of some streams, untouched. */
export function packetsMd5(path: string, map: string): string {
  return ffmpeg('-i', path, '-map', map, '-c', 'copy', '-f', 'md5', '-').trim();
}
