import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Settings } from '../config/settings.js';
import { ERROR_CODES, EXIT_CODES, NocturneError } from '../core/errors.js';
import type { SourceInfo } from '../ingest/frame-source.js';
import type { NightStream, StreamEnd } from '../pipeline/main/night-stream.js';
import { startServer, type StreamServerOptions } from '../stream/stream-server.js';
import { proxyOf, tlsOf } from './serve-address.js';
import { startStream } from '../library.js';
import { checkCapacity } from './check-capacity.js';
import { createLogger } from './create-logger.js';
import { readSettings } from './read-settings.js';
import { stopSignal } from './stop-signal.js';
import { nameInputs } from './stream-names.js';

/** How long to wait for an input before printing the address, milliseconds: an input that cannot be opened fails sooner. */
const ANNOUNCE_AFTER_MS = 2000;

/**
 * Runs `nocturne serve`: opens every input as a stream and serves them until all have ended or the user stops the command.
 * A stream that fails leaves the others running; the command fails when all have ended.
 */
export async function serve(inputs: readonly string[], command: Command): Promise<void> {
  const settings = readSettings(command);
  const logger = createLogger(settings);
  const access = { ...tokensOf(settings), allowedOrigins: originsOf(settings.allowOrigin), ...proxyOf(settings) };
  const tls = await tlsOf(settings, logger);
  const stop = stopSignal();
  const named = nameInputs(inputs.length === 0 ? ['street'] : inputs);
  checkCapacity(named.length, logger);
  const streams: NightStream[] = [];
  try {
    for (const { name, input } of named) {
      streams.push(startStream(input, { ...settings, name, logger }));
    }
    const byName = new Map(streams.map((stream) => [stream.name, stream.live]));
    // Closes before the streams, so that viewers learn of a shutdown, not of ended streams, and reconnect by themselves.
    await using server = await startServer({
      host: settings.host,
      port: settings.port,
      ...access,
      ...(tls && { tls }),
      canControl: !settings.readOnly,
      streams: byName,
      maxViewers: settings.maxViewers * streams.length,
      logger,
    });
    const failures = await Promise.race([stopped(stop).then(() => []), runStreams(streams, server.url, stop)]);
    if (failures.length > 0) process.exitCode = exitCodeOf(failures);
  } finally {
    await Promise.all(streams.map((stream) => stream.close()));
  }
}

/** The tokens that are set. */
function tokensOf({ token, controlToken, readOnly }: Settings): Pick<StreamServerOptions, 'token' | 'controlToken'> {
  if (controlToken !== undefined && controlToken === token) {
    throw invalid('--control-token and --token are equal, so that whoever may watch could turn the dials.');
  }
  if (controlToken !== undefined && readOnly) {
    throw invalid('--control-token and --read-only exclude each other: nobody turns the dials of a read-only server.');
  }
  return { ...(token === undefined ? {} : { token }), ...(controlToken === undefined ? {} : { controlToken }) };
}

function invalid(message: string): NocturneError {
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message });
}

/** Parses a comma-separated list of web origins. */
function originsOf(list = ''): string[] {
  const origins = list.split(',').map((origin) => origin.trim().replace(/\/$/, ''));
  return origins.filter((origin) => {
    if (origin !== '' && !(/^https?:/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin)) {
      throw invalid(`--allow-origin must list origins such as https://example.org, got ${JSON.stringify(origin)}.`);
    }
    return origin !== '';
  });
}

/** The failures' exit code if all have the same; else that of a general failure. */
function exitCodeOf(failures: readonly NocturneError[]): number {
  const codes = new Set(failures.map(({ code }) => EXIT_CODES[ERROR_CODES[code].exit].code));
  const [code = EXIT_CODES.failure.code] = codes;
  return codes.size === 1 ? code : EXIT_CODES.failure.code;
}

/**
 * Prints the address and each stream's start and end. Resolves with the failures when all streams have ended; a single
 * stream rejects with its failure instead.
 */
async function runStreams(
  streams: readonly NightStream[],
  url: string,
  stop: AbortSignal,
): Promise<readonly NocturneError[]> {
  const isSingle = streams.length === 1;
  const opened = Promise.any(streams.map((stream) => stream.opened));
  const ended = Promise.all(streams.map((stream) => stream.ended)).then(() => undefined);
  const timeout = sleep(ANNOUNCE_AFTER_MS, true, { ref: false }); // must not keep the process running
  const announced = Promise.race([opened.catch(() => undefined), ended, timeout]).then((first) => {
    if (first !== undefined) process.stdout.write(`nocturne: listening on ${url}\n`);
  });
  const ends = Promise.all(
    streams.map(async (stream) => {
      const { info, error } = await runStream(stream, announced);
      if (error && !info && !isSingle) process.stderr.write(`nocturne: ${stream.name}: ${error.toLine()}\n`);
      if (!error && !stop.aborted) {
        process.stdout.write(`  ${stream.name}: ended${info?.isLive === false ? ' (--loop restarts a file)' : ''}\n`);
      }
      return error;
    }),
  );
  const failures = (await ends).filter((error) => error !== undefined);
  if (isSingle && failures[0]) throw failures[0];
  return failures;
}

/** Follows one stream to its end; prints what it opened, after the address. */
async function runStream(
  stream: NightStream,
  announced: Promise<void>,
): Promise<{ info: SourceInfo | undefined } & StreamEnd> {
  const info = await stream.opened.catch(() => undefined);
  if (info) {
    await announced;
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
