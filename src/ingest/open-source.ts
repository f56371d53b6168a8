import { access, constants, stat } from 'node:fs/promises';
import { NocturneError } from '../core/errors.js';
import { isImagePath } from '../image/image-extensions.js';
import { planCamera } from './av-camera.js';
import { AvFramePool } from './av-frame-pool.js';
import { ImageSequenceSession } from './image-sequence-session.js';
import { AvDecodeSession } from './av-decode-session.js';
import { FileSource } from './file-source.js';
import type { FrameSource } from './frame-source.js';
import { parseInput, type InputAddress } from './input-address.js';
import { LiveSource } from './live-source.js';
import { planFile, planNetwork, planStdin, type OpenPlan } from './open-plan.js';
import { listImages, type ImageList } from './image-list.js';
import type { SessionContext } from './decode-session.js';
import type { SourceOptions } from './source-options.js';
import { openStreetSource } from './street-source.js';

export { DEFAULT_SOURCE_OPTIONS } from './source-options.js';

/**
 * Opens any input: a file, a picture or a folder of them, an http(s), HLS, RTSP, RTMP, SRT, UDP address, a camera
 * (`camera:0`), standard input (`-`) or the built-in street (`street`). Resolves when its first picture is decoded, so that
 * `info` is true; a listening input resolves when its sender comes. The caller closes the source.
 *
 * Rejects with the signal's reason when it aborts, with a NocturneError of one clear line when the input cannot be
 * opened, with a TypeError or RangeError for options that make no sense.
 */
export async function openSource(input: string, options: SourceOptions, signal?: AbortSignal): Promise<FrameSource> {
  checkOptions(options);
  signal?.throwIfAborted();
  const address = parseInput(input);
  if (address.kind === 'street') return openStreetSource(input, options);
  const pool = new AvFramePool();
  const context: SessionContext = { options, pool, counts: { decoded: 0, corrupt: 0, skipped: [] } };
  try {
    const pictures = await imagesOf(address);
    if (pictures) return await openImages(pictures, address, context);
    return await openVideo(await planInput(address, options), address, context, signal);
  } catch (error) {
    pool.close();
    throw error;
  }
}

/** True for an input that the world does not wait for, as far as its address tells: one over http turns out when it is open. */
export function isLiveInput(input: string, options: Pick<SourceOptions, 'live'>): boolean {
  const address = parseInput(input);
  return address.kind === 'network' && (options.live ?? !address.scheme.startsWith('http'));
}

/** How libav is to open an input that is neither the street nor pictures. Checks what can be checked before. */
export async function planInput(address: InputAddress, options: SourceOptions): Promise<OpenPlan> {
  switch (address.kind) {
    case 'stdin':
      return planStdin(options);
    case 'camera':
      return planCamera(address.target, options, address.label);
    case 'network':
      return planNetwork(address, options);
    case 'path': {
      const stats = await readable(address);
      if (stats.isFile() && options.live === true) {
        const message = `${address.label} is a file, and a file cannot be live.`;
        throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'ingest', message, remedy: 'Leave --live away.' });
      }
      return planFile(address.target, options, address.label, stats.isFile());
    }
    case 'street':
      throw new TypeError('the street is not read by libav');
  }
}

/** The pictures an input stands for, at least one: a folder's, or itself; undefined when it is no picture. Throws NocturneError. */
export async function imagesOf(address: InputAddress): Promise<ImageList | undefined> {
  if (address.kind !== 'path') return undefined;
  const stats = await readable(address);
  if (!stats.isDirectory()) {
    return stats.isFile() && isImagePath(address.target) ? { paths: [address.target], others: [] } : undefined;
  }
  const pictures = await listImages(address.target);
  if (pictures.paths.length > 0) return pictures;
  const message = `${address.label} is a folder without pictures.`;
  throw new NocturneError({
    code: 'INPUT_NOT_VIDEO',
    stage: 'ingest',
    message,
    remedy: 'Name a video, or a folder of JPEG, PNG, WebP, TIFF or BMP files.',
  });
}

async function openImages(pictures: ImageList, { label }: InputAddress, context: SessionContext): Promise<FrameSource> {
  const reopen = (): Promise<ImageSequenceSession> => ImageSequenceSession.open(pictures, context, label);
  return new FileSource({ run: await reopen(), reopen, options: context.options, label }, context);
}

async function openVideo(
  plan: OpenPlan,
  { kind, label }: InputAddress,
  context: SessionContext,
  signal: AbortSignal | undefined,
): Promise<FrameSource> {
  const { options } = context;
  const open = (by?: AbortSignal): Promise<AvDecodeSession> => AvDecodeSession.open(plan, context, by);
  const run = await open(signal);
  const canReopen = kind !== 'stdin';
  if (run.isLive) {
    const canReturn = kind === 'network' || kind === 'camera';
    const { isListening } = plan;
    const { isSegmented } = run;
    return new LiveSource(
      { run, ...(canReturn ? { reopen: open } : {}), options, label, isListening, isSegmented },
      context,
    );
  }
  const silence = kind === 'network' ? { silenceMs: options.openTimeoutMs } : {};
  return new FileSource({ run, ...(canReopen ? { reopen: open } : {}), options, label, ...silence }, context);
}

async function readable({ target, label }: InputAddress): Promise<Awaited<ReturnType<typeof stat>>> {
  try {
    const stats = await stat(target);
    await access(target, constants.R_OK);
    return stats;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const isDenied = code === 'EACCES' || code === 'EPERM';
    throw new NocturneError({
      code: isDenied ? 'INPUT_NO_PERMISSION' : 'INPUT_NOT_FOUND',
      stage: 'ingest',
      message: isDenied ? `${label} may not be read: permission denied.` : `${label} does not exist.`,
      cause: error,
    });
  }
}

function checkOptions(options: SourceOptions): void {
  const { startS, durationS, stallTimeoutMs, openTimeoutMs, decoderThreads, imageRate } = options;
  const rules: readonly [name: string, value: number | undefined, rule: string, holds: (value: number) => boolean][] = [
    ['startS', startS, '0 or more seconds', (value) => value >= 0 && Number.isFinite(value)],
    ['durationS', durationS, 'more than 0 seconds', (value) => value > 0 && Number.isFinite(value)],
    ['stallTimeoutMs', stallTimeoutMs, 'more than 0 milliseconds', (value) => value > 0 && Number.isFinite(value)],
    ['openTimeoutMs', openTimeoutMs, '0 or more milliseconds', (value) => value >= 0 && Number.isFinite(value)],
    [
      'decoderThreads',
      decoderThreads,
      'an integer from 0 to 64',
      (value) => Number.isInteger(value) && value >= 0 && value <= 64,
    ],
    ['pictureRate', imageRate, 'more than 0 and at most 1000 frames a second', (value) => value > 0 && value <= 1000],
  ];
  for (const [name, value, rule, holds] of rules) {
    if (value !== undefined && !holds(value)) throw new RangeError(`${name} must be ${rule}, got ${value}`);
  }
}
