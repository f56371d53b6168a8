import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import { NocturneError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { loadSelfSigned } from '../stream/self-signed.js';
import type { StreamServerOptions } from '../stream/stream-server.js';
import { TrustedProxies } from '../stream/trusted-proxies.js';

/** How a reverse proxy in front of the server is known. Throws NocturneError `CONFIG_INVALID`. */
export function proxyOf(settings: Settings): Pick<StreamServerOptions, 'publicUrl' | 'trustedProxies'> {
  const { publicUrl, trustedProxy = '' } = settings;
  const trustedProxies = trustedProxy.split(',').flatMap((text) => text.trim() || []);
  try {
    new TrustedProxies(trustedProxies, false);
  } catch (error) {
    throw invalid(`--trusted-proxy: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (publicUrl === undefined) return { trustedProxies };
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined;
  const isPlain = url && /^https?:$/.test(url.protocol) && url.search + url.hash + url.username + url.password === '';
  if (!isPlain)
    throw invalid(
      `--public-url must be an address such as https://night.example/cam/, got ${JSON.stringify(publicUrl)}.`,
    );
  return { trustedProxies, publicUrl: url.href };
}

/** What the server proves itself with; undefined for plain HTTP. Throws NocturneError `CONFIG_INVALID` for files that are not what they should be. */
export async function tlsOf(settings: Settings, logger: Logger): Promise<StreamServerOptions['tls']> {
  const { tls, tlsCert, tlsKey, publicUrl } = settings;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) throw invalid('--tls-cert and --tls-key need each other.');
  if (tlsCert !== undefined && tlsKey !== undefined) {
    if (tls === 'self-signed') throw invalid('--tls self-signed and --tls-cert exclude each other.');
    return readIdentity(tlsCert, tlsKey);
  }
  if (tls === 'off') return undefined;
  const names = publicUrl === undefined ? [] : [new URL(publicUrl).hostname];
  const { cert, key, fingerprint } = await loadSelfSigned(selfSignedFile(), names);
  process.stdout.write(`nocturne: certificate SHA-256 ${fingerprint}\n`);
  logger.info({ file: selfSignedFile() }, 'Browsers warn once of a self-signed certificate: compare its fingerprint.');
  return { cert, key };
}

/** Where the self-signed certificate is kept: the state folder of the user (XDG). */
function selfSignedFile(): string {
  const state = process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return join(state, 'nocturne', 'self-signed.pem');
}

async function readIdentity(certFile: string, keyFile: string): Promise<NonNullable<StreamServerOptions['tls']>> {
  const cert = await readPem('--tls-cert', certFile);
  const key = await readPem('--tls-key', keyFile);
  const certificate = parse('--tls-cert', certFile, () => new X509Certificate(cert));
  const privateKey = parse('--tls-key', keyFile, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey))
    throw invalid(`--tls-key ${keyFile} is not the key of --tls-cert ${certFile}.`);
  return { cert, key };
}

async function readPem(flag: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw invalid(`${flag} ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function parse<T>(flag: string, file: string, work: () => T): T {
  try {
    return work();
  } catch {
    throw invalid(`${flag} ${file} must be PEM without a password.`);
  }
}

function invalid(message: string): NocturneError {
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message });
}
