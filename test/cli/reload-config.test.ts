import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readSources } from '../../src/cli/read-settings.js';
import { watchConfig } from '../../src/cli/reload-config.js';
import { readDefinitions } from '../../src/cli/serve-definitions.js';
import { resolveSettings } from '../../src/config/resolve.js';
import { silentLogger } from '../../src/core/logger.js';
import { RegistryAdmin } from '../../src/service/registry-admin.js';
import { StreamRegistry } from '../../src/service/stream-registry.js';
import { startServer } from '../../src/stream/stream-server.js';

const TIMEOUT_MS = 20_000;
const PATH = 'nocturne.config.json';
const home = process.cwd();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nocturne-reload-'));
  process.chdir(folder); // default config files are those of the working folder
});
afterEach(async () => {
  process.chdir(home);
  await rm(folder, { recursive: true });
});

function write(config: Readonly<Record<string, unknown>>): Promise<void> {
  return writeFile(PATH, JSON.stringify({ onDemand: true, ...config }));
}

/** A real server, registry and watch of the default config file. Its streams run on demand: no worker starts. */
async function start(config: Readonly<Record<string, unknown>>) {
  await write(config);
  const command = new Command();
  const read = readSources(command);
  const tokensOf = ({ token, controlToken }: { token?: string | undefined; controlToken?: string | undefined }) => ({
    token,
    controlToken,
  });
  const settings = resolveSettings(read.sources);
  const registry = new StreamRegistry({
    ...{ definitions: readDefinitions([], read), api: new Map(), logger: silentLogger, onStarted: () => undefined },
  });
  await registry.start();
  const admin = new RegistryAdmin({ registry, state: undefined, checkCapacity: () => undefined });
  const server = await startServer({
    ...{ port: 0, streams: registry, streamTokens: () => registry.tokens(), canControl: !settings.readOnly },
    ...(settings.token === undefined ? {} : { token: settings.token }),
  });
  const errors: string[] = [];
  let taken = 0;
  const logger = {
    ...silentLogger,
    info: () => {
      taken++;
    },
    error: (_: object, line: string) => void errors.push(line),
  };
  const watch = watchConfig({ command, inputs: [], read, registry, admin, server, tokensOf, logger });
  return {
    errors,
    names: () => registry.streams.map(({ name }) => name),
    taken: () => taken,
    status: async (token?: string) => {
      const headers = { connection: 'close', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
      return (await fetch(new URL('api/streams', server.url), { headers })).status;
    },
    [Symbol.asyncDispose]: async () => {
      watch[Symbol.dispose]();
      await server.close();
      await registry.close();
    },
  };
}

it('runs on with its streams and tokens while the default config file is gone', async () => {
  await using running = await start({ token: 'watch-one', streams: { gate: 'street' } });
  await rm(PATH);
  await vi.waitFor(() => expect(running.errors).toHaveLength(1), TIMEOUT_MS);
  expect(running.errors[0]).toMatch(/everything runs on as before: .*cannot read nocturne\.config\.json/);
  expect(running.names()).toEqual(['gate']);
  expect([await running.status(), await running.status('watch-one')]).toEqual([401, 200]);
  await write({ token: 'watch-two', streams: { gate: 'street', yard: 'street' } });
  await vi.waitFor(() => expect(running.taken()).toBe(1), TIMEOUT_MS);
  expect(running.names()).toEqual(['gate', 'yard']);
  expect([await running.status('watch-one'), await running.status('watch-two')]).toEqual([401, 200]);
});

it('changes neither streams nor tokens where a read-only server gets a control token, and both with the next file', async () => {
  await using running = await start({ readOnly: true, token: 'watch-one', streams: { gate: 'street' } });
  const next = { token: 'watch-two', streams: { yard: 'street' } };
  await write({ ...next, controlToken: 'turn-dials' });
  await vi.waitFor(() => expect(running.errors).toHaveLength(1), TIMEOUT_MS);
  expect(running.errors[0]).toContain('was started read-only');
  expect(running.names()).toEqual(['gate']);
  expect([await running.status('watch-one'), await running.status('watch-two')]).toEqual([200, 401]);
  await write(next);
  await vi.waitFor(() => expect(running.taken()).toBe(1), TIMEOUT_MS);
  expect(running.names()).toEqual(['yard']);
  expect([await running.status('watch-one'), await running.status('watch-two')]).toEqual([401, 200]);
});
