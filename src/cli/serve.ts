import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { resolveSettings } from '../config/resolve.js';
import type { Settings } from '../config/settings.js';
import { ERROR_CODES, EXIT_CODES, NocturneError } from '../core/errors.js';
import type { NightStream } from '../pipeline/main/night-stream.js';
import { RegistryAdmin } from '../service/registry-admin.js';
import { StateFile } from '../service/state-file.js';
import { StreamRegistry } from '../service/stream-registry.js';
import { startServer, type StreamServerOptions } from '../stream/stream-server.js';
import { StreamAnnouncer } from './announce-streams.js';
import { proxyOf, tlsOf } from './serve-address.js';
import { checkCapacity } from './check-capacity.js';
import { createLogger } from './create-logger.js';
import { readSources } from './read-settings.js';
import { watchConfig } from './reload-config.js';
import { readDefinitions, statePath } from './serve-definitions.js';
import { stopSignal } from './stop-signal.js';

/** How long to wait for an input before printing the address, milliseconds: an input that cannot be opened fails sooner. */
const ANNOUNCE_AFTER_MS = 2000;

/**
 * Runs `nocturne serve`: opens every input as a stream and serves them. With streams in the config file or a state it is a service, which runs until
 * the user stops it. Without, it ends when all streams have ended, and fails when they have failed, unless the API has added some by then.
 */
export async function serve(inputs: readonly string[], command: Command): Promise<void> {
  const read = readSources(command);
  const settings = resolveSettings(read.sources);
  const logger = createLogger(settings);
  const tokens = tokensOf(settings);
  const access = { ...tokens, allowedOrigins: originsOf(settings.allowOrigin), ...proxyOf(settings) };
  const tls = await tlsOf(settings, logger);
  const stop = stopSignal();
  const path = statePath(settings, read.file);
  const state = path === undefined ? undefined : new StateFile(path);
  const api = (await state?.read()) ?? new Map();
  const isService = read.file?.streams !== undefined || api.size > 0 || settings.state !== undefined;
  const commandLine = inputs.length === 0 && !isService ? ['street'] : inputs;
  const definitions = readDefinitions(commandLine, read);
  const always = [...definitions.commandLine, ...definitions.config].filter((entry) => !entry.settings.onDemand);
  checkCapacity(always.length, logger);
  const announcer = new StreamAnnouncer(stop);
  let isFollowed = isService; // else runStreams follows those of the start
  const onStarted = (stream: NightStream): void => void (isFollowed && announcer.follow(stream, true));
  const registry = new StreamRegistry({ definitions, api, logger, onStarted });
  const admin = new RegistryAdmin({ registry, state, checkCapacity: (streams) => checkCapacity(streams, logger) });
  let watch: Disposable | undefined;
  try {
    await registry.start();
    isFollowed = true;
    // Closes before the streams, so that viewers learn of a shutdown, not of ended streams, and reconnect by themselves.
    await using server = await startServer({
      host: settings.host,
      port: settings.port,
      ...access,
      ...(tls && { tls }),
      canControl: !settings.readOnly,
      streams: registry,
      streamTokens: () => registry.tokens(),
      maxViewers: () => registry.maxViewers,
      admin,
      logger,
    });
    watch = watchConfig({ command, inputs: commandLine, read, registry, admin, server, tokensOf, logger });
    if (isService) await runService(registry, announcer, server.url, stop);
    else await runCommandLine(registry, announcer, server.url, stop);
  } finally {
    watch?.[Symbol.dispose]();
    await registry.close();
    await admin.inTurn(() => Promise.resolve()); // changes that were under way start nothing more
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

/** Prints the address, soon or when a stream is open. Resolves when the user stops the service. */
async function runService(
  registry: StreamRegistry,
  announcer: StreamAnnouncer,
  url: string,
  stop: AbortSignal,
): Promise<void> {
  const opened = Promise.any(registry.streams.map((stream) => stream.opened)).catch(() => undefined);
  const isWaiting = registry.values().some(({ state }) => state === 'starting');
  if (isWaiting) await Promise.race([opened, sleep(ANNOUNCE_AFTER_MS, undefined, { ref: false }), stopped(stop)]);
  announcer.printAddress(url);
  await stopped(stop);
}

/** Runs the streams of the command line until they have ended or the user stops them; on, where the API has added some. Sets the exit code. */
async function runCommandLine(
  registry: StreamRegistry,
  announcer: StreamAnnouncer,
  url: string,
  stop: AbortSignal,
): Promise<void> {
  const ended = runStreams(registry.streams, announcer, url).catch((error: unknown) => {
    if (registry.api.size === 0) throw error;
    return [];
  });
  const failures = await Promise.race([stopped(stop).then(() => []), ended]);
  if (registry.api.size > 0) await stopped(stop);
  else if (failures.length > 0) process.exitCode = exitCodeOf(failures);
}

/**
 * Prints the address and each stream's start and end. Resolves with the failures when all streams have ended; a single
 * stream rejects with its failure instead.
 */
async function runStreams(
  streams: readonly NightStream[],
  announcer: StreamAnnouncer,
  url: string,
): Promise<readonly NocturneError[]> {
  const isSingle = streams.length === 1;
  const opened = Promise.any(streams.map((stream) => stream.opened));
  const ended = Promise.all(streams.map((stream) => stream.ended)).then(() => undefined);
  const timeout = sleep(ANNOUNCE_AFTER_MS, true, { ref: false }); // must not keep the process running
  void Promise.race([opened.catch(() => undefined), ended, timeout]).then((first) => {
    if (first !== undefined) announcer.printAddress(url);
  });
  const ends = await Promise.all(streams.map((stream) => announcer.follow(stream, !isSingle)));
  const failures = ends.map(({ error }) => error).filter((error) => error !== undefined);
  if (isSingle && failures[0]) throw failures[0];
  return failures;
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
}
