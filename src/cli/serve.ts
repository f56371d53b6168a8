import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import { NocturneError } from '../core/errors.js';
import type { NightStream } from '../pipeline/night-stream.js';
import { startServer } from '../stream/stream-server.js';
import { startStream } from '../library.js';
import { createLogger } from './create-logger.js';
import { readSettings } from './settings-options.js';
import { stopSignal } from './stop-signal.js';

/** `nocturne serve`: opens every input as a stream and serves them until all are over or the user stops it. */
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
    const server = await startServer({
      host: settings.host,
      port: settings.port,
      ...(settings.token === undefined ? {} : { token: settings.token }),
      allowedOrigins: originsOf(settings.allowOrigin),
      canControl: !settings.readOnly,
      streams: byName,
      maxViewers: settings.maxViewers * streams.length,
      logger,
    });
    process.stdout.write(`nocturne: night on ${server.url}\n`);
    try {
      await Promise.race([stopped(stop), runStreams(streams)]);
    } finally {
      // Before the streams: a viewer that hears of a stopped server comes back, one that hears of a stream's end does not.
      await server.close();
    }
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

/** Announces each stream as it opens; resolves when all are over, rejects when one cannot be opened or all failed. */
async function runStreams(streams: readonly NightStream[]): Promise<void> {
  const ends = await Promise.all(
    streams.map(async (stream) => {
      const { width, height, frameRate, description } = await stream.opened;
      process.stdout.write(
        `  ${stream.name}: ${description}, ${width}x${height} at ${frameRate.toFixed(2)} frames/s\n`,
      );
      return stream.ended;
    }),
  );
  for (const { error } of ends) if (error) throw error;
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

function nameOf(input: string): string {
  const isAddress = /^[a-z][a-z0-9+.-]+:/i.test(input);
  const path = isAddress ? input.replace(/^[a-z0-9+.-]+:(\/\/([^/]*@)?)?/i, '').replace(/[?#].*$/s, '') : input;
  const scheme = /^[a-z0-9]+/i.exec(input)?.[0] ?? 'stream';
  const name = basename(path, extname(path))
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 60);
  return name === '' || /^\d+$/.test(name) ? (isAddress ? `${scheme}${name}` : 'stream') : name;
}
