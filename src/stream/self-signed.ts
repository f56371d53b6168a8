import { X509Certificate, randomUUID, webcrypto } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { dirname } from 'node:path';
import type { TlsIdentity } from './http-server.js';

/** How long a certificate is valid, milliseconds: 397 days, the most that browsers take. */
const VALID_MS = 397 * 24 * 3600 * 1000;
/** A certificate with less time left than this is replaced, milliseconds: 30 days. */
const RENEW_MS = 30 * 24 * 3600 * 1000;
/** Before now by this, milliseconds: clocks of a network differ. */
const EARLY_MS = 24 * 3600 * 1000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A certificate that this machine signed itself. */
export interface SelfSigned extends TlsIdentity {
  /** SHA-256 of the certificate, as browsers show it: `AB:CD:...`. */
  readonly fingerprint: string;
}

/**
 * The certificate in a file, its key with it; creates it where there is none, or where it is about to expire or lacks a name of this machine.
 * An address of the machine that is missing does not replace it: addresses change from network to network.
 * It stays the same from start to start, so that a browser's exception holds and a fingerprint can be compared.
 * @param file PEM, readable by its owner only. @param names more names to certify.
 */
export async function loadSelfSigned(file: string, names: readonly string[]): Promise<SelfSigned> {
  const wanted = [...new Set([...machineNames(), ...names])];
  const kept = await readFile(file, 'utf8').catch(() => undefined); // the file may be absent
  const known = kept === undefined ? undefined : parse(kept);
  if (known && isCurrent(known.cert, wanted)) return known;
  const pem = await create([...new Set([...wanted, ...machineAddresses()])]);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const part = `${file}.${randomUUID()}.part`; // two servers may start at once
  await writeFile(part, pem, { mode: 0o600 });
  await rename(part, file);
  const created = parse(pem);
  if (!created) throw new TypeError('a new certificate must be readable');
  return created;
}

/** Names of this machine that stay the same on every network. */
function machineNames(): string[] {
  return ['localhost', '127.0.0.1', hostname(), `${hostname()}.local`];
}

/** Addresses under which other machines may reach this one now. */
function machineAddresses(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const routable = addresses.filter(({ address }) => !address.startsWith('fe80:')).map(({ address }) => address);
  return ['::1', ...routable];
}

function parse(pem: string): SelfSigned | undefined {
  const [cert] = /-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/.exec(pem) ?? [];
  const [key] = /-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----/.exec(pem) ?? [];
  if (cert === undefined || key === undefined || !isCertificate(cert)) return undefined;
  return { cert, key, fingerprint: new X509Certificate(cert).fingerprint256 };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== '';
  } catch {
    return false; // a damaged file is replaced
  }
}

function isCurrent(pem: string, names: readonly string[]): boolean {
  const certificate = new X509Certificate(pem);
  const hasName = (name: string): boolean =>
    (isAddress(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
  return Date.parse(certificate.validTo) - Date.now() > RENEW_MS && names.every(hasName);
}

/** Node reads X.509, but does not write it. */
async function create(names: readonly string[]): Promise<string> {
  const x509 = await import('@peculiar/x509');
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=Nocturne on ${hostname().replace(/[^\w.-]/g, '-')}`,
      notBefore: new Date(now - EARLY_MS),
      notAfter: new Date(now - EARLY_MS + VALID_MS),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isAddress(value) ? 'ip' : 'dns', value }) as const),
        ),
      ],
    },
    webcrypto,
  );
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = key.match(/.{1,64}/g) ?? [];
  return `${certificate.toString('pem')}\n-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function isAddress(name: string): boolean {
  return name.includes(':') || /^\d+(\.\d+){3}$/.test(name);
}
