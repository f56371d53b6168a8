import { NocturneError } from '../core/errors.js';
import type { InputAddress } from './input-address.js';
import type { SourceOptions } from './source-options.js';

/** How libav is asked to open an input. */
export interface OpenPlan {
  /** Address as libav wants it; secrets inside, never logged. */
  readonly url: string;
  /** For people: secrets masked. */
  readonly label: string;
  /** Input format as FFmpeg names it; undefined: guessed from the content. */
  readonly format?: string;
  /** Options of the format and its protocol. */
  readonly options: Readonly<Record<string, string>>;
  /** Limit for opening, milliseconds; 0 without limit. */
  readonly timeoutMs: number;
  /** True when bytes come from this process's standard input. */
  readonly isStdin: boolean;
  /** True for a regular file on this machine: reading it does not wait, so it may be read in the caller's thread. */
  readonly isLocalFile: boolean;
  /** `unknown`: live when it turns out to have no length (http). */
  readonly live: 'yes' | 'no' | 'unknown';
  /** True when a sender calls us: it may come at any time, so waiting is no failure. */
  readonly isListening: boolean;
  /** One line each, for `info.notices`. */
  readonly notices: readonly string[];
}

/** Address used where a listener names none. */
const LOOPBACK = '127.0.0.1';
const HTTP_PROTOCOLS = 'http,https,httpproxy,tcp,tls,crypto,data';
const RTMP_PROTOCOLS = 'rtmp,rtmps,rtmpt,rtmpe,rtmpte,rtmpts,ffrtmphttp,ffrtmpcrypt,tcp,tls,http,https';
/** RTMP opens in half a second with these; FFmpeg's defaults wait for five seconds of stream. */
const QUICK_PROBE = { analyzeduration: '0', probesize: '32768', fpsprobesize: '0' };
/** Enough of a transport stream or an RTSP session to know its streams. */
const SHORT_PROBE = { analyzeduration: '1000000', probesize: '1000000', fpsprobesize: '0' };

/** Plan for a file, a playlist or a session description on this machine. */
export function planFile(path: string, options: SourceOptions, label: string, isRegular: boolean): OpenPlan {
  const isSession = path.toLowerCase().endsWith('.sdp');
  return {
    ...base(options, label),
    url: `file:${path}`,
    // A playlist on this machine may name files beside it, not the network; a session description is about the network.
    options: { protocol_whitelist: isSession ? 'file,crypto,data,rtp,udp' : 'file,crypto,data' },
    isLocalFile: isRegular && !isSession,
    live: isSession ? 'yes' : 'no',
  };
}

/** Plan for one picture file. */
export function planImage(path: string, options: SourceOptions, label: string): OpenPlan {
  return {
    ...base(options, label),
    url: `file:${path}`,
    // The reader of single pictures knows no AVIF, which is a container of its own.
    ...(path.toLowerCase().endsWith('.avif') ? {} : { format: options.inputFormat ?? 'image2' }),
    options: { protocol_whitelist: 'file', pattern_type: 'none', framerate: String(options.imageRate ?? 25) },
    isLocalFile: true,
  };
}

/** Plan for bytes that come through standard input. Nothing else may be read because of them. */
export function planStdin(options: SourceOptions): OpenPlan {
  return {
    ...base(options, 'stdin'),
    url: 'stdin',
    options: { protocol_whitelist: 'data' },
    isStdin: true,
    timeoutMs: 0,
  };
}

/**
 * Plan for a network address. Throws NocturneError where `listen` is asked of a protocol that cannot, or nobody is named to
 * call.
 */
export function planNetwork(address: InputAddress, options: SourceOptions): OpenPlan {
  const plan = { ...base(options, address.label), url: address.target, live: 'yes' as const };
  const { scheme } = address;
  const isRtmp = scheme.startsWith('rtmp');
  if (options.listen && !isRtmp && scheme !== 'srt') {
    const message = `--listen needs an rtmp or srt address, got ${address.label}.`;
    throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'ingest', message });
  }
  if (scheme.startsWith('http')) {
    return {
      ...plan,
      options: { protocol_whitelist: HTTP_PROTOCOLS, reconnect: '1', reconnect_delay_max: '2' },
      live: 'unknown',
    };
  }
  if (isRtmp || scheme === 'srt') {
    const called = isRtmp ? planRtmp(plan, options) : planSrt(plan, options);
    if (called.isListening || withHost(called.url) === called.url) return called;
    const message = `${address.label} names no host to call.`;
    const remedy = 'Pass --listen to wait there for a sender, or name a host.';
    throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'ingest', message, remedy });
  }
  if (scheme === 'udp') return planUdp(plan, options);
  if (scheme === 'rtp') return { ...plan, options: { protocol_whitelist: 'rtp,udp', ...SHORT_PROBE } };
  if (scheme === 'tcp') return { ...plan, options: { protocol_whitelist: 'tcp', ...SHORT_PROBE } };
  return {
    ...plan,
    options: {
      protocol_whitelist: 'rtsp,rtsps,rtp,srtp,udp,tcp,tls,http,https,httpproxy,crypto,data',
      ...(options.rtspTransport === 'tcp' ? { rtsp_flags: 'prefer_tcp' } : {}),
      ...SHORT_PROBE,
    },
  };
}

function planRtmp(plan: OpenPlan, source: SourceOptions): OpenPlan {
  const options = { protocol_whitelist: RTMP_PROTOCOLS, ...QUICK_PROBE };
  if (!source.listen) return { ...plan, options };
  return {
    ...listening(plan, source),
    url: withHost(plan.url),
    options: { ...options, listen: '1' },
    notices: ['an RTMP listener takes one publisher at a time'],
  };
}

function planSrt(plan: OpenPlan, source: SourceOptions): OpenPlan {
  const { listen } = source;
  const asked = /[?&]mode=([a-z]+)/.exec(plan.url)?.[1];
  const isListening = listen || asked === 'listener';
  const url =
    asked === undefined && listen ? `${plan.url}${plan.url.includes('?') ? '&' : '?'}mode=listener` : plan.url;
  return {
    ...(isListening ? listening(plan, source) : plan),
    url: isListening ? withHost(url) : url,
    format: plan.format ?? 'mpegts',
    options: { protocol_whitelist: 'srt', ...SHORT_PROBE },
  };
}

function planUdp(plan: OpenPlan, source: SourceOptions): OpenPlan {
  const url = withHost(plan.url);
  const host = /^udp:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?]*)/.exec(url)?.[1] ?? LOOPBACK;
  const isMulticast = /^(22[4-9]|23\d)\./.test(host) || /^\[ff/i.test(host);
  const isTold = isMulticast || host === '0.0.0.0' || /[?&]localaddr=/.test(url);
  return {
    ...listening(plan, source),
    url,
    format: plan.format ?? 'mpegts',
    options: {
      protocol_whitelist: 'udp',
      // Without it FFmpeg binds to every address of the machine, whatever host the address names.
      ...(isTold ? {} : { localaddr: host.replace(/^\[|\]$/g, '') }),
      overrun_nonfatal: '1',
      ...SHORT_PROBE,
    },
  };
}

/** A plan in which a sender calls us. */
function listening(plan: OpenPlan, { awaitsSender }: SourceOptions): OpenPlan {
  return { ...plan, isListening: true, timeoutMs: awaitsSender ? 0 : plan.timeoutMs };
}

/** The address with the loopback host where it names none (`srt://:9000`). */
function withHost(url: string): string {
  return url.replace(/^([a-z]+:\/\/(?:[^@/:]*@)?)(?=:\d)/i, `$1${LOOPBACK}`);
}

/** What most inputs share. */
export function base(options: SourceOptions, label: string): OpenPlan {
  return {
    url: '',
    label,
    ...(options.inputFormat === undefined ? {} : { format: options.inputFormat }),
    options: {},
    timeoutMs: options.openTimeoutMs,
    isStdin: false,
    isLocalFile: false,
    live: 'no',
    isListening: false,
    notices: [],
  };
}
