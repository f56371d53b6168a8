import type { ProbeReport, StreamReport } from '../ingest/probe.js';

const HANDLED_AS = {
  file: 'file: every frame, in order',
  live: 'live: drops late frames, reconnects',
} as const;

/** Formats a probe report for people: input, streams, processing steps and output. */
export function formatProbe({ input, container, durationS, handledAs, streams, steps, output }: ProbeReport): string {
  const { width, height, frameRate, color, sampleAspect } = output;
  const rate = frameRate > 0 ? `${round(frameRate)} frames/s` : 'variable frame rate';
  const lines = [
    input,
    row('container', container),
    row('duration', durationS === null ? 'unknown' : `${durationS.toFixed(2)} s`),
    row('handled as', HANDLED_AS[handledAs]),
    ...streams.map((stream) => row(`stream ${stream.index}`, formatStream(stream))),
    ...steps.map((step) => row('step', step)),
    row('output', `${width}x${height}, ${rate}, ${formatColor(color)}${formatAspect(sampleAspect)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function row(label: string, value: string): string {
  return `  ${label.padEnd(11)} ${value}`;
}

/** `video h264, 1280x720, 25 frames/s, yuv420p -> night`. */
function formatStream(stream: StreamReport): string {
  const { type, codec, width, height, frameRate, pixelFormat, matrix, primaries, transfer, range, sampleAspect } =
    stream;
  const parts = [
    `${type} ${codec}`,
    width === undefined || height === undefined ? undefined : `${width}x${height}`,
    frameRate === undefined ? undefined : `${round(frameRate)} frames/s`,
    pixelFormat,
    [...new Set([matrix, primaries, transfer]), range && `${range} range`].filter(Boolean).join(' '),
    stream.isHdr ? 'HDR' : undefined,
    stream.bitrateBps === undefined ? undefined : `${Math.round(stream.bitrateBps / 1000)} kbit/s`,
  ];
  const details = parts.filter((part) => part !== undefined && part !== '').join(', ');
  return `${details}${sampleAspect ? formatAspect(sampleAspect) : ''} -> ${stream.handling}`;
}

/** `bt709 smpte432 srgb limited range`. */
function formatColor({ matrix, primaries, transfer, range }: ProbeReport['output']['color']): string {
  return [matrix, primaries, transfer, `${range} range`].filter((part) => part !== undefined).join(' ');
}

/** Empty for square pixels. */
function formatAspect([horizontal, vertical]: readonly [number, number]): string {
  return horizontal === vertical ? '' : `, sample aspect ${horizontal}:${vertical}`;
}

/** At most two decimals. */
function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
