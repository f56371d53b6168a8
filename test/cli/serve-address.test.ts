import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { proxyOf, tlsOf } from '../../src/cli/serve-address.js';
import type { Settings } from '../../src/config/settings.js';
import { silentLogger } from '../../src/core/logger.js';
import { loadSelfSigned } from '../../src/stream/self-signed.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function settings(changes: Partial<Settings>): Settings {
  return { tls: 'off', ...changes } as Settings; // what these functions read
}

it('is plain HTTP without a setting', async () => {
  expect(await tlsOf(settings({}), silentLogger)).toBeUndefined();
  expect(proxyOf(settings({}))).toEqual({ trustedProxies: [] });
});

it('prints the fingerprint of the self-signed certificate, which it keeps', async () => {
  vi.stubEnv('XDG_STATE_HOME', folder);
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const tls = await tlsOf(settings({ tls: 'self-signed', publicUrl: 'https://night.example/' }), silentLogger);
  const kept = await loadSelfSigned(join(folder, 'nocturne', 'self-signed.pem'), ['night.example']);
  expect(tls).toEqual({ cert: kept.cert, key: kept.key });
  expect(write).toHaveBeenCalledWith(`nocturne: certificate SHA-256 ${kept.fingerprint}\n`);
});

it('reads a certificate and its key, and names the file that is wrong', async () => {
  const [one, other] = [
    await loadSelfSigned(join(folder, 'a.pem'), []),
    await loadSelfSigned(join(folder, 'b.pem'), []),
  ];
  const [tlsCert, tlsKey, otherKey] = ['cert.pem', 'key.pem', 'other.pem'].map((name) => join(folder, name));
  writeFileSync(tlsCert!, one.cert);
  writeFileSync(tlsKey!, one.key);
  writeFileSync(otherKey!, other.key);
  const read = async (changes: Partial<Settings>) => tlsOf(settings(changes), silentLogger);
  expect(await read({ tlsCert: tlsCert!, tlsKey: tlsKey! })).toEqual({ cert: one.cert, key: one.key });
  await expect(read({ tlsCert: tlsCert! })).rejects.toThrow('need each other');
  await expect(read({ tlsCert: tlsCert!, tlsKey: otherKey! })).rejects.toThrow(`${otherKey} is not the key of`);
  await expect(read({ tlsCert: tlsKey!, tlsKey: tlsKey! })).rejects.toThrow(`--tls-cert ${tlsKey} must be PEM`);
  await expect(read({ tlsCert: join(folder, 'none'), tlsKey: tlsKey! })).rejects.toThrow('cannot be read: ENOENT');
  await expect(read({ tls: 'self-signed', tlsCert: tlsCert!, tlsKey: tlsKey! })).rejects.toThrow('exclude each other');
});

it('knows a proxy by its address and the public address of the page', () => {
  const proxy = { publicUrl: 'https://night.example/cam', trustedProxy: '127.0.0.1, 10.0.0.0/8' };
  expect(proxyOf(settings(proxy))).toEqual({
    publicUrl: 'https://night.example/cam',
    trustedProxies: ['127.0.0.1', '10.0.0.0/8'],
  });
  expect(() => proxyOf(settings({ trustedProxy: 'nginx' }))).toThrow('--trusted-proxy: a trusted proxy must be an IP');
  expect(() => proxyOf(settings({ publicUrl: 'night.example' }))).toThrow('--public-url must be an address');
});
