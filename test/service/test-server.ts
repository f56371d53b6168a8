import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStreamEntries } from '../../src/config/stream-entries.js';
import { silentLogger } from '../../src/core/logger.js';
import { RegistryAdmin } from '../../src/service/registry-admin.js';
import { StateFile } from '../../src/service/state-file.js';
import { StreamRegistry } from '../../src/service/stream-registry.js';
import { startServer, type StreamServerOptions } from '../../src/stream/stream-server.js';

/** A real server with a real registry. Its streams run on demand, so that no worker starts while nobody watches. */
export async function startTestServer(
  streams: Readonly<Record<string, unknown>>,
  options: Partial<StreamServerOptions> & { flags?: Record<string, unknown> } = {},
) {
  const { flags = {}, ...access } = options;
  const folder = await mkdtemp(join(tmpdir(), 'nocturne-service-'));
  const state = new StateFile(join(folder, 'state.json'));
  const sources = { flags: { onDemand: true, ...flags }, environment: {} };
  const config = readStreamEntries(streams, { sources, environment: {}, place: 'n.yaml' });
  const definitions = { sources, commandLine: [], config };
  const registry = new StreamRegistry({
    definitions,
    api: await state.read(),
    logger: silentLogger,
    onStarted: () => undefined,
  });
  await registry.start();
  const admin = new RegistryAdmin({ registry, state, checkCapacity: () => undefined });
  const server = await startServer({
    ...{ port: 0, streams: registry, streamTokens: () => registry.tokens(), admin, ...access },
  });
  const url = server.url.slice(0, -1);
  const call = async (method: string, path: string, { token, body }: { token?: string; body?: unknown } = {}) => {
    const headers = {
      connection: 'close', // no request meets a connection that the server has just closed as idle
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const answer = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const type = answer.headers.get('content-type') ?? '';
    const isJson = type.startsWith('application/json');
    return {
      status: answer.status,
      type,
      body: (isJson ? await answer.json() : await answer.text()) as Record<string, unknown>,
    };
  };
  const close = async (): Promise<void> => {
    await server.close();
    await registry.close();
    await rm(folder, { recursive: true });
  };
  return { registry, admin, state, server, url, call, close };
}
