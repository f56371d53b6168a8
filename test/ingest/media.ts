import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';
import type { Frame } from '../../src/core/frame.js';
import type { FrameSource } from '../../src/ingest/frame-source.js';
import { DEFAULT_SOURCE_OPTIONS, type SourceOptions } from '../../src/ingest/source-options.js';

const execute = promisify(execFile);

/** True when the ffmpeg and ffprobe tools are installed; warns when not. */
export const hasFfmpeg = ['ffmpeg', 'ffprobe'].every((tool) => {
  const isInstalled = spawnSync(tool, ['-version']).status === 0;
  if (!isInstalled) console.warn(`skipped: ${tool} is not installed, so no test media can be encoded`);
  return isInstalled;
});

/** A temporary folder, removed when the test file ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nocturne-ingest-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the ffmpeg tool; its last argument is the output. */
export async function ffmpeg(...args: string[]): Promise<void> {
  await execute('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);
}

/** Arguments for a moving test pattern. @param rate frames per second. */
export function pattern(size: string, rate: number, seconds: number): string[] {
  return ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`];
}

/** Presentation times of a file's video in seconds, as ffprobe reports them, in display order. */
export async function probedTimes(file: string): Promise<number[]> {
  const fields = ['-select_streams', 'v:0', '-show_entries', 'frame=best_effort_timestamp_time', '-of', 'csv=p=0'];
  const { stdout } = await execute('ffprobe', ['-v', 'error', ...fields, file]);
  return stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => Number.parseFloat(line));
}

/** Default source options with changes. */
export function options(changes: Partial<SourceOptions> = {}): SourceOptions {
  return { ...DEFAULT_SOURCE_OPTIONS, ...changes };
}

/** What a test records of a frame. */
export interface FrameRecord {
  readonly pts: number;
  readonly width: number;
  readonly height: number;
  readonly discontinuity: boolean;
  readonly luma: number;
}

/** Pulls a source to its end, or up to `count` frames, and closes each. Returns their times, sizes and mean luma. */
export async function pull(source: FrameSource, count = Infinity, signal?: AbortSignal): Promise<FrameRecord[]> {
  const seen: FrameRecord[] = [];
  for await (const frame of source.frames(signal)) {
    seen.push(recordFrame(frame));
    frame.close();
    if (seen.length >= count) break;
  }
  return seen;
}

/** Times, size and mean luma of a frame. */
export function recordFrame(frame: Frame): FrameRecord {
  const { pts, width, height, discontinuity } = frame;
  return { pts, width, height, discontinuity, luma: meanOf(frame.y, frame.strides[0], width, height) };
}

/** Mean code value of a plane, or of a part of it. */
export function meanOf(plane: Uint8Array, stride: number, width: number, height: number, left = 0, top = 0): number {
  let sum = 0;
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) sum += plane[y * stride + x] ?? 0;
  }
  return sum / (width * height);
}

/** True when each value is greater than the one before. */
export function isIncreasing(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > (values[index - 1] ?? value));
}
