import type { Readable } from 'node:stream';
import { NocturneError } from '../core/errors.js';
import type { ImageKind } from '../image/image-kind.js';
import { checkImageSize, checkVideoSize, MAX_IMAGE_PIXELS, MAX_VIDEO_PIXELS } from '../image/size-limits.js';
import { playlistOptions } from '../core/playlist.js';
import type { StreamTags } from './ffmpeg/ffmpeg-description.js';
import type { InputAddress } from './input-address.js';
import type { SourceOptions } from './source-options.js';

/** How libav opens an input. */
export interface OpenPlan {
  /** Address for libav. Contains secrets: never log it. */
  readonly url: string;
  /** Name of the input for people, secrets masked. */
  readonly label: string;
  /** FFmpeg's name of the input format; undefined: detected from the content. */
  readonly format?: string;
  /** Options of the demuxer and its protocol. */
  readonly options: Readonly<Record<string, string>>;
  /** Timeout for opening, milliseconds; 0 for none. */
  readonly timeoutMs: number;
  /** This process's standard input, a named pipe or a stream: libav reads it through Nocturne. Undefined for other inputs. */
  readonly pipe?: 'stdin' | { readonly path: string } | { readonly stream: Readable };
  /** Colour tags of the video that its container does not carry. */
  readonly tags?: StreamTags;
  /** True for an address that libav connects to or listens on. */
  readonly isNetwork: boolean;
  /** True for a regular file on this machine: reads do not wait, so they may run on the caller's thread. */
  readonly isLocalFile: boolean;
  /** `unknown`: live if it has no duration once it is open (http). */
  readonly live: 'yes' | 'no' | 'unknown';
  /** True when a sender connects to this input, at any time. */
  readonly isListening: boolean;
  /** Pixels that a frame may have; libav refuses larger ones before they take memory. */
  readonly maxPixels: number;
  /** Throws NocturneError INPUT_UNSUPPORTED where the input's frames are too large. */
  readonly checkSize: (width: number, height: number, label: string) => void;
  /** One line each, for `info.notices`. */
  readonly notices: readonly string[];
}

/** Host of a listener whose address has none. */
const LOOPBACK = '127.0.0.1';
const HTTP_PROTOCOLS = 'http,https,httpproxy,tcp,tls,crypto,data';
const RTMP_PROTOCOLS = 'rtmp,rtmps,rtmpt,rtmpe,rtmpte,rtmpts,ffrtmphttp,ffrtmpcrypt,tcp,tls,http,https';
/** With these, RTMP opens in half a second; FFmpeg 8.1's defaults wait for five seconds of stream. */
const QUICK_PROBE = { analyzeduration: '0', probesize: '32768', fpsprobesize: '0' };
/** Enough of a transport stream or an RTSP session to find its streams. */
const SHORT_PROBE = { analyzeduration: '1000000', probesize: '1000000', fpsprobesize: '0' };

/** Plan for a file, a playlist or a session description on this machine. */
export function planFile(path: string, options: SourceOptions, label: string, isRegular: boolean): OpenPlan {
  const isSdp = path.toLowerCase().endsWith('.sdp');
  return {
    ...defaultPlan(options, label),
    url: `file:${path}`,
    // A local playlist may only name local files; a session description (SDP) is about the network.
    options: {
      protocol_whitelist: isSdp ? 'file,crypto,data,rtp,udp' : 'file,crypto,data',
      ...playlistOptions(path),
    },
    isLocalFile: isRegular && !isSdp,
    live: isSdp ? 'yes' : 'no',
  };
}

/** Plan for a part of a transport stream in a local file. @param end undefined: to the end of the file. Bytes. */
export function planPart(plan: OpenPlan, start: number, end?: number): OpenPlan {
  const protocols = `subfile,${plan.options['protocol_whitelist'] ?? ''}`;
  return {
    ...plan,
    format: 'mpegts', // a short part is not detected
    url: `subfile,,start,${start},end,${end ?? 0},,:${plan.url}`,
    options: { ...plan.options, protocol_whitelist: protocols },
  };
}

/** FFmpeg's demuxers of the image formats that libav reads. TGA has no signature: its demuxer goes by the name. */
const IMAGE_DEMUXERS: Readonly<Partial<Record<ImageKind, string>>> = {
  ...{
    bmp: 'bmp_pipe',
    pbm: 'pbm_pipe',
    pgm: 'pgm_pipe',
    ppm: 'ppm_pipe',
    jxl: 'jpegxl_pipe',
    jp2: 'j2k_pipe',
    pfm: 'pfm_pipe',
    phm: 'phm_pipe',
    pam: 'pam_pipe',
  },
  ...{ exr: 'exr_pipe', hdr: 'hdr_pipe', dpx: 'dpx_pipe', qoi: 'qoi_pipe', tga: 'image2' },
};

/** FFmpeg's demuxers of animated images, which read all their frames. */
const ANIMATION_DEMUXERS: Readonly<Partial<Record<ImageKind, string>>> = { png: 'apng', webp: 'webp_anim', gif: 'gif' };

/** Plan for an animated image as a video. */
export function planAnimation(path: string, kind: ImageKind, options: SourceOptions, label: string): OpenPlan {
  const format = ANIMATION_DEMUXERS[kind];
  return { ...planFile(path, options, label, true), ...(format === undefined ? {} : { format }) };
}

/** Plan for one image file of a known format. */
export function planImage(path: string, kind: ImageKind, label: string): OpenPlan {
  const format = IMAGE_DEMUXERS[kind];
  return {
    ...{ url: `file:${path}`, label, timeoutMs: 0, isNetwork: false, isListening: false, notices: [] },
    ...(format === undefined ? {} : { format }),
    options: { protocol_whitelist: 'file', ...(format === 'image2' ? { pattern_type: 'none' } : {}) },
    isLocalFile: true,
    live: 'no',
    maxPixels: MAX_IMAGE_PIXELS,
    checkSize: checkImageSize,
  };
}

/** Plan for standard input, which may not refer to any other input. */
export function planStdin(options: SourceOptions): OpenPlan {
  return {
    ...defaultPlan(options, 'stdin'),
    url: 'stdin',
    options: { protocol_whitelist: 'data' },
    pipe: 'stdin',
    timeoutMs: 0,
  };
}

/** Plan for a named pipe, which is read as standard input is; it waits for its writer. */
export function planNamedPipe(path: string, options: SourceOptions, label: string): OpenPlan {
  return { ...planStdin(options), url: 'pipe', label, pipe: { path } };
}

/** Plan for a network address. Throws NocturneError where a protocol cannot listen, or an address has no host to connect to. */
export function planNetwork(address: InputAddress, options: SourceOptions): OpenPlan {
  const plan = { ...defaultPlan(options, address.label), url: address.target, live: 'yes' as const, isNetwork: true };
  const { scheme } = address;
  const isRtmp = scheme.startsWith('rtmp');
  if (options.listen && !isRtmp && scheme !== 'srt') {
    const message = `--listen needs an rtmp or srt address, got ${address.label}.`;
    throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'ingest', message });
  }
  if (scheme.startsWith('http')) {
    return {
      ...plan,
      options: {
        protocol_whitelist: HTTP_PROTOCOLS,
        reconnect: '1',
        reconnect_delay_max: '2',
        ...playlistOptions(plan.url),
      },
      live: 'unknown',
    };
  }
  if (isRtmp) return checkHost(planRtmp(plan, options));
  if (scheme === 'srt') return checkHost(planSrt(plan, options));
  if (scheme === 'udp') return planUdp(plan, options);
  if (scheme === 'rtp') return { ...plan, options: { protocol_whitelist: 'rtp,udp', ...SHORT_PROBE } };
  if (scheme === 'tcp') return { ...plan, options: { protocol_whitelist: 'tcp', ...SHORT_PROBE } };
  return planRtsp(plan, options);
}

function checkHost(plan: OpenPlan): OpenPlan {
  if (plan.isListening || withHost(plan.url) === plan.url) return plan;
  const message = `${plan.label} has no host to connect to.`;
  const remedy = 'Pass --listen to listen for a sender, or add a host.';
  throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'ingest', message, remedy });
}

function planRtsp(plan: OpenPlan, source: SourceOptions): OpenPlan {
  return {
    ...plan,
    options: {
      protocol_whitelist: 'rtsp,rtsps,rtp,srtp,udp,tcp,tls,http,https,httpproxy,crypto,data',
      ...(source.rtspTransport === 'tcp' ? { rtsp_flags: 'prefer_tcp' } : {}),
      ...SHORT_PROBE,
    },
  };
}

function planRtmp(plan: OpenPlan, source: SourceOptions): OpenPlan {
  const options = { protocol_whitelist: RTMP_PROTOCOLS, ...QUICK_PROBE };
  if (!source.listen) return { ...plan, options };
  return {
    ...listenWith(plan, source),
    url: withHost(plan.url),
    options: { ...options, listen: '1' },
    notices: ['an RTMP listener accepts one publisher at a time'],
  };
}

function planSrt(plan: OpenPlan, source: SourceOptions): OpenPlan {
  const { listen } = source;
  const mode = /[?&]mode=([a-z]+)/.exec(plan.url)?.[1];
  const isListening = listen || mode === 'listener';
  const url = mode === undefined && listen ? `${plan.url}${plan.url.includes('?') ? '&' : '?'}mode=listener` : plan.url;
  return {
    ...(isListening ? listenWith(plan, source) : plan),
    url: isListening ? withHost(url) : url,
    format: plan.format ?? 'mpegts',
    options: { protocol_whitelist: 'srt', ...SHORT_PROBE },
  };
}

function planUdp(plan: OpenPlan, source: SourceOptions): OpenPlan {
  const url = withHost(plan.url);
  const host = /^udp:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?]*)/.exec(url)?.[1] ?? LOOPBACK;
  const isMulticast = /^(22[4-9]|23\d)\./.test(host) || /^\[ff/i.test(host);
  const hasBindAddress = isMulticast || host === '0.0.0.0' || /[?&]localaddr=/.test(url);
  return {
    ...listenWith(plan, source),
    url,
    format: plan.format ?? 'mpegts',
    options: {
      protocol_whitelist: 'udp',
      // Without `localaddr`, FFmpeg 8.1 binds to every address of the machine, whatever the host in the URL.
      ...(hasBindAddress ? {} : { localaddr: host.replace(/^\[|\]$/g, '') }),
      overrun_nonfatal: '1',
      ...SHORT_PROBE,
    },
  };
}

/** Makes a plan listen for its sender. */
function listenWith(plan: OpenPlan, { awaitsSender }: SourceOptions): OpenPlan {
  return { ...plan, isListening: true, timeoutMs: awaitsSender ? 0 : plan.timeoutMs };
}

/** The address, with the loopback host where it has none (`srt://:9000`). */
function withHost(url: string): string {
  return url.replace(/^([a-z]+:\/\/(?:[^@/:]*@)?)(?=:\d)/i, `$1${LOOPBACK}`);
}

/** Defaults that most plans share. */
export function defaultPlan(options: SourceOptions, label: string): OpenPlan {
  return {
    url: '',
    label,
    ...(options.inputFormat === undefined ? {} : { format: options.inputFormat }),
    options: {},
    timeoutMs: options.openTimeoutMs,
    isNetwork: false,
    isLocalFile: false,
    live: 'no',
    isListening: false,
    maxPixels: MAX_VIDEO_PIXELS,
    checkSize: checkVideoSize,
    notices: [],
  };
}
