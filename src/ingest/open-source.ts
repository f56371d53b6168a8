import { existsSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { NocturneError } from '../core/errors.js';
import { imageSignature } from '../image/image-kind.js';
import { planCamera } from './av-camera.js';
import { AvFramePool } from './av-frame-pool.js';
import { ImageSequenceSession } from './image-sequence-session.js';
import { AvDecodeSession } from './av-decode-session.js';
import { FileSource } from './file-source.js';
import type { FrameSource } from './frame-source.js';
import { parseInput, type InputAddress } from './input-address.js';
import { LiveSource } from './live-source.js';
import {
  defaultPlan,
  planAnimation,
  planFile,
  planNamedPipe,
  planNetwork,
  planStdin,
  type OpenPlan,
} from './open-plan.js';
import { listImages, listNames, type ImageList } from './image-list.js';
import { emptyCounts, type SessionContext, type VideoSession } from './decode-session.js';
import { FfmpegSession } from './ffmpeg/ffmpeg-session.js';
import type { SourceOptions } from './source-options.js';
import { openStreetSource } from './street-source.js';

export { DEFAULT_SOURCE_OPTIONS } from './source-options.js';

/**
 * Opens any input: a file, an image or a folder of them, an http(s), HLS, RTSP, RTMP, SRT, UDP address, a camera
 * (`camera:0`), standard input (`-`) or the built-in street (`street`). Resolves when the first frame is decoded, so that
 * `info` is complete; a listening input resolves when its sender connects. The caller closes the source.
 *
 * Rejects with the signal's reason when it aborts, with a NocturneError when the input cannot be opened, with a TypeError
 * or RangeError for invalid options.
 */
export async function openSource(input: string, options: SourceOptions, signal?: AbortSignal): Promise<FrameSource> {
  checkOptions(options);
  signal?.throwIfAborted();
  const address = parseInput(input);
  if (address.kind === 'street') return openStreetSource(input, options);
  const pool = new AvFramePool();
  const context: SessionContext = { options, pool, counts: emptyCounts() };
  try {
    const device = deviceOf(input, address, options);
    if (device) return await openVideo(device, { ...address, kind: 'camera' }, context, signal);
    const images = await imagesOf(address, { inputFormat: options.inputFormat });
    if (images) return await openImages(images, address, context);
    return await openVideo(await planInput(address, options), address, context, signal);
  } catch (error) {
    pool.close();
    throw error;
  }
}

/** True for a network input that is live by its address. Whether one over http is live is known once it is open. */
export function isLiveInput(input: string, options: Pick<SourceOptions, 'live'>): boolean {
  const address = parseInput(input);
  return address.kind === 'network' && (options.live ?? !address.scheme.startsWith('http'));
}

/** Plan for an input that is neither the street nor images. Rejects with NocturneError where the input is known not to open. */
export async function planInput(address: InputAddress, options: SourceOptions): Promise<OpenPlan> {
  switch (address.kind) {
    case 'stdin':
      return planStdin(options);
    case 'camera':
      return planCamera(address.target, options, address.label);
    case 'network':
      return planNetwork(address, options);
    case 'path': {
      const stats = await statReadable(address);
      if (stats.isFile() && options.live === true) {
        const message = `${address.label} is a file; a file cannot be live.`;
        throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'ingest', message, remedy: 'Remove --live.' });
      }
      if (stats.isFIFO()) return planNamedPipe(address.target, options, address.label);
      const signature = imageSignature(address.target);
      if (signature?.isAnimated === true && options.inputFormat === undefined) {
        return planAnimation(address.target, signature.kind, options, address.label);
      }
      return planFile(address.target, options, address.label, stats.isFile());
    }
    case 'street':
      throw new TypeError('libav does not read the built-in street');
  }
}

/**
 * The images of an input, at least one: a folder's, or the input itself if it is one by its content; undefined for other
 * inputs. An animated image, a GIF among them, and one with a named format are videos. Rejects with NocturneError.
 * @param options `isSingle` true: a file counts as an image whatever it holds, an animated one as its first frame.
 */
export async function imagesOf(
  address: InputAddress,
  options: { readonly isSingle?: boolean; readonly inputFormat?: string | undefined } = {},
): Promise<ImageList | undefined> {
  if (address.kind !== 'path') return undefined;
  const stats = await statReadable(address);
  if (!stats.isDirectory()) {
    const isStill = (): boolean =>
      options.inputFormat === undefined && stats.isFile() && imageSignature(address.target)?.isAnimated === false;
    return options.isSingle === true || isStill() ? { paths: [address.target], others: [], folders: [] } : undefined;
  }
  const images = await listImages(address.target);
  if (images.paths.length > 0) return images;
  const inFolders =
    images.folders.length > 0 ? `; it has folders, which are not searched: ${listNames(images.folders)}` : '';
  const message = `${address.label} is a folder without images${inFolders}.`;
  throw new NocturneError({
    code: 'INPUT_NOT_VIDEO',
    stage: 'ingest',
    message,
    remedy: 'Use a video, or a folder of JPEG, PNG, WebP, TIFF or BMP files.',
  });
}

async function openImages(images: ImageList, { label }: InputAddress, context: SessionContext): Promise<FrameSource> {
  const reopen = (): Promise<ImageSequenceSession> => ImageSequenceSession.open(images, context, label);
  return new FileSource({ session: await reopen(), reopen, sourceOptions: context.options, label }, context);
}

async function openVideo(
  plan: OpenPlan,
  { kind, label }: InputAddress,
  context: SessionContext,
  signal: AbortSignal | undefined,
): Promise<FrameSource> {
  const { options: sourceOptions } = context;
  const { ffmpeg } = sourceOptions;
  const open = (openSignal?: AbortSignal): Promise<VideoSession> =>
    ffmpeg ? FfmpegSession.open(plan, context, ffmpeg, openSignal) : AvDecodeSession.open(plan, context, openSignal);
  const session = await open(signal);
  if (session.isLive) {
    const canReconnect = kind === 'network' || kind === 'camera';
    const { isListening } = plan;
    const { isSegmented } = session;
    return new LiveSource(
      { session, ...(canReconnect ? { reopen: open } : {}), sourceOptions, label, isListening, isSegmented },
      context,
    );
  }
  const reopen = plan.pipe === undefined ? { reopen: open } : {};
  const timeout =
    kind === 'network' && sourceOptions.openTimeoutMs > 0 ? { stallTimeoutMs: sourceOptions.openTimeoutMs } : {};
  return new FileSource({ session, ...reopen, sourceOptions, label, ...timeout }, context);
}

/** A device of the user's FFmpeg, whose name is no path: `--via ffmpeg --input-format decklink "Studio 4K"`; else undefined. */
function deviceOf(input: string, { kind, target, label }: InputAddress, options: SourceOptions): OpenPlan | undefined {
  const { ffmpeg, inputFormat } = options;
  if (!ffmpeg || inputFormat === undefined || kind !== 'path' || existsSync(target)) return undefined;
  return { ...defaultPlan(options, label), url: input, live: 'yes' };
}

async function statReadable({ target, label }: InputAddress): Promise<Awaited<ReturnType<typeof stat>>> {
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
      message: isDenied ? `${label} cannot be read: permission denied.` : `${label} does not exist.`,
      cause: error,
    });
  }
}

function checkOptions(options: SourceOptions): void {
  const { startS, durationS, stallTimeoutMs, openTimeoutMs, decoderThreads, imageRate } = options;
  const rules: readonly [name: string, value: number | undefined, rule: string, isValid: (value: number) => boolean][] =
    [
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
      ['imageRate', imageRate, 'more than 0 and at most 1000 frames per second', (value) => value > 0 && value <= 1000],
    ];
  for (const [name, value, rule, isValid] of rules) {
    if (value !== undefined && !isValid(value)) throw new RangeError(`${name} must be ${rule}, got ${value}`);
  }
}
