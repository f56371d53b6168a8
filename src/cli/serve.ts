import { basename, extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { NocturneError } from '../core/errors.js';
import type { SourceInfo } from '../ingest/frame-source.js';
import type { NightStream, StreamEnd } from '../pipeline/main/night-stream.js';
import { startServer } from '../stream/stream-server.js';
import { startStream } from '../library.js';
import { createLogger } from './create-logger.js';
import { readSettings } from './settings-options.js';
import { stopSignal } from './stop-signal.js';

/** The end of an http address that names a file. */
const MEDIA_ENDING = /\.(mp4|m4v|mov|mkv|webm|ts|avi|flv|m3u8|mpd)(?:[?#]|$)/i;
/** How long an input may take to open before the address is told all the same, milliseconds: an error at start comes sooner. */
const ANNOUNCE_AFTER_MS = 2000;

/**
 * `nocturne serve`: opens every input as a stream and serves them until all are over or the user stops it. A stream that
 * fails is told and leaves the others alone; it is the command's failure once all are over.
 */
export async function serve(inputs: readonly string[], command: Command): Promise<void> {
  const settings = readSettings(command);
  const logger = createLogger(settings);
  const stop = stopSignal();
  const streams: NightStream[] = [];
  try {
    for (const { name, input } of nameInputs(inputs.length === 0 ? ['street'] : inputs)) {
      streams.push(startStream(input, { ...settings, name, logger }));
    }
    const byName = new Map(streams.map((stream) => [stream.name, stream.live]));
    // Goes before the streams: viewers are told that the server goes, not that their streams ended, and come back by themselves.
    await using server = await startServer({
      host: settings.host,
      port: settings.port,
      ...(settings.token === undefined ? {} : { token: settings.token }),
      allowedOrigins: originsOf(settings.allowOrigin),
      canControl: !settings.readOnly,
      streams: byName,
      maxViewers: settings.maxViewers * streams.length,
      logger,
    });
    const hasFailed = await Promise.race([stopped(stop).then(() => false), runStreams(streams, server.url, stop)]);
    if (hasFailed) process.exitCode = 1;
  } finally {
    await Promise.all(streams.map((stream) => stream.close()));
  }
}

/** The web origins of a comma-separated list. */
function originsOf(list = ''): string[] {
  const origins = list.split(',').map((origin) => origin.trim().replace(/\/$/, ''));
  return origins.filter((origin) => {
    if (origin !== '' && (!URL.canParse(origin) || new URL(origin).origin !== origin)) {
      const message = `--allow-origin must list origins such as https://example.org, got ${JSON.stringify(origin)}.`;
      throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message });
    }
    return origin !== '';
  });
}

/** Tells the address, each stream as it opens and ends, until all are over; true when one failed. Rejects with the failure of one alone. */
async function runStreams(streams: readonly NightStream[], url: string, stop: AbortSignal): Promise<boolean> {
  const isAlone = streams.length === 1;
  const opened = Promise.any(streams.map((stream) => stream.opened));
  const over = Promise.all(streams.map((stream) => stream.ended)).then(() => undefined);
  const patience = sleep(ANNOUNCE_AFTER_MS, true, { ref: false }); // a failed start ends at once
  const told = Promise.race([opened.catch(() => undefined), over, patience]).then((first) => {
    if (first !== undefined) process.stdout.write(`nocturne: night on ${url}\n`);
  });
  const ends = Promise.all(
    streams.map(async (stream) => {
      const { info, error } = await runStream(stream, told);
      if (error && !info && !isAlone) process.stderr.write(`nocturne: ${stream.name}: ${error.toLine()}\n`);
      if (!error && !stop.aborted) {
        process.stdout.write(`  ${stream.name}: over${info?.isLive === false ? '; --loop starts it again' : ''}\n`);
      }
      return error;
    }),
  );
  const failure = (await ends).find((error) => error !== undefined);
  if (failure && isAlone) throw failure;
  return failure !== undefined;
}

/** One stream from its opening, which it tells once the address was told, to its end. */
async function runStream(
  stream: NightStream,
  addressTold: Promise<void>,
): Promise<{ info: SourceInfo | undefined } & StreamEnd> {
  const info = await stream.opened.catch(() => undefined);
  if (info) {
    await addressTold;
    const { width, height, frameRate, description } = info;
    process.stdout.write(`  ${stream.name}: ${description}, ${width}x${height} at ${frameRate.toFixed(2)} frames/s\n`);
  }
  return { info, ...(await stream.ended) };
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
}

/** Gives each input a name for addresses: `NAME=INPUT` as given, else made from the input; numbered where two are alike. */
export function nameInputs(inputs: readonly string[]): { name: string; input: string }[] {
  const taken = new Set<string>();
  return inputs.map((argument) => {
    const given = /^([A-Za-z0-9][A-Za-z0-9_-]{0,59})=(.+)$/s.exec(argument);
    const input = given?.[2] ?? argument;
    const wanted = given?.[1] ?? nameOf(input);
    if (given && taken.has(wanted)) {
      throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message: `two streams are named ${wanted}.` });
    }
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
    taken.add(name);
    return { name, input };
  });
}

/**
 * A name that is fit to be seen: it stands in addresses and logs, so nothing of an address but its scheme is taken, whose
 * host, path and parameters may be secrets. A file over http is named after itself, as a file is.
 */
function nameOf(input: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(input)?.[1]?.toLowerCase();
  if (scheme === undefined) return wordOf(basename(input, extname(input))) || 'stream';
  if (scheme === 'camera') return wordOf(`camera${input.slice('camera:'.length)}`);
  const isFile = scheme === 'file' || (/^https?$/.test(scheme) && MEDIA_ENDING.test(input));
  if (!isFile) return scheme;
  const path = input.replace(/[?#].*$/s, '');
  return wordOf(basename(path, extname(path))) || scheme;
}

/** What of a text a name may hold; empty for one of digits alone. */
function wordOf(text: string): string {
  const word = text
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 60);
  return /^\d+$/.test(word) ? '' : word;
}
