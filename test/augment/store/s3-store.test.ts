import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { CreateBucketCommand, ListMultipartUploadsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NocturneError } from '../../../src/core/errors.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import { openStore } from '../../../src/augment/store/open-store.js';
import { S3Store } from '../../../src/augment/store/s3-store.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { freePort, startS3Server } from './s3-server.js';

const BUCKET = 'nocturne-sets';
const folder = temporaryFolder();
const server = await startS3Server(folder);

/** Sets the variables for one test. */
function useEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

function client(): S3Client {
  return new S3Client({ forcePathStyle: true, region: 'us-east-1', requestChecksumCalculation: 'WHEN_REQUIRED' });
}

/** The line that a user reads about what `work` rejects with. */
async function lineOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof NocturneError)) throw new Error(`must reject with a NocturneError, got ${String(error)}`);
  return error.toLine();
}

afterEach(() => vi.unstubAllEnvs());

describe('openStore', () => {
  it('opens a folder for a path and refuses other addresses, without their secrets', async () => {
    expect(await openStore(folder)).toBeInstanceOf(LocalStore);
    expect(await lineOf(openStore('ftp://me:secret@host/x'))).toMatch(
      /^ftp:\/\/me:\*\*\*@host\/x is neither .*\[CONFIG_INVALID\]$/,
    );
    expect(await lineOf(openStore('s3://'))).toContain('[CONFIG_INVALID]');
    const withKeys = await lineOf(openStore('s3://AKIA123:hunter2@bucket/set'));
    expect(withKeys).toMatch(/keys belong in AWS_ACCESS_KEY_ID.*\[CONFIG_INVALID\]$/);
    expect(withKeys).not.toContain('hunter2');
    expect(await lineOf(openStore('s3://bucket/../other'))).toContain('[CONFIG_INVALID]');
  });
});

describe('S3Store without a server', () => {
  beforeEach(() => useEnvironment({ AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' }));

  it('says in one line that a server cannot be reached', async () => {
    useEnvironment({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${await freePort()}` });
    const store = S3Store.open('s3://bucket/set', { maxTries: 2 });
    expect(await lineOf(store.list())).toMatch(
      /^s3:\/\/bucket\/set cannot be read: the server cannot be reached\..*\[INPUT_LOST\]$/,
    );
    expect(await lineOf(store.write('a', Buffer.from('x')))).toMatch(/set\/a cannot be written: .*\[INPUT_LOST\]$/);
  });

  it('never leaves its tree', async () => {
    const store = S3Store.open('s3://bucket/set');
    for (const path of ['../a', 'a/../../b', '', 'a//b', './a']) {
      await expect(store.read(path)).rejects.toThrow(RangeError);
    }
  });

  it('reads again what ends early and tries again while the server is busy', async () => {
    let requests = 0;
    const flaky = createServer((_request, response) => {
      requests++;
      if (requests === 1) response.writeHead(503).end();
      else if (requests === 2)
        response.writeHead(200, { 'content-length': '10' }).write('half', () => response.destroy());
      else response.writeHead(200, { 'content-length': '10' }).end('0123456789');
    }).listen(0, '127.0.0.1');
    await once(flaky, 'listening');
    const address = flaky.address();
    if (typeof address !== 'object' || address === null) throw new Error('a TCP server must have an address');
    useEnvironment({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${address.port}` });
    const bytes = await S3Store.open('s3://bucket').read('a');
    expect(Buffer.from(bytes).toString()).toBe('0123456789');
    expect(requests).toBe(3);
    flaky.closeAllConnections();
    flaky.close();
  });
});

describe.skipIf(!server)('S3Store with a real server', () => {
  if (!server) return;
  beforeEach(async () => {
    useEnvironment(server.environment);
    await client()
      .send(new CreateBucketCommand({ Bucket: BUCKET }))
      .catch(() => undefined); // it is there already
  });
  afterAll(() => server.kill());

  it('stores, reads, measures and removes files of any name', async () => {
    const store = await openStore(`s3://${BUCKET}/tree/`);
    expect(store.label).toBe(`s3://${BUCKET}/tree`);
    const path = 'training/Straße 夜/it is + 100% & "night"?#1.jpg';
    const bytes = randomBytes(70_000);
    expect(await store.size(path)).toBeUndefined();
    await store.write(path, bytes);
    expect(Buffer.from(await store.read(path)).equals(bytes)).toBe(true);
    expect(await store.size(path)).toBe(70_000);
    const copied = await store.withLocalFile(path, (localPath) => {
      expect(localPath.endsWith('.jpg')).toBe(true);
      return readFile(localPath);
    });
    expect(copied.equals(bytes)).toBe(true);
    expect((await store.list()).files).toEqual([{ path, bytes: 70_000 }]);
    await store.write(path, Buffer.from('new'));
    expect(Buffer.from(await store.read(path)).toString()).toBe('new');
    await store.remove(path);
    await store.remove(path);
    expect(await store.size(path)).toBeUndefined();
  });

  it('stores a large file in parts, and nothing when its work fails', async () => {
    const store = S3Store.open(`s3://${BUCKET}/large`, { partBytes: 5 * 2 ** 20 });
    const bytes = randomBytes(12 * 2 ** 20 + 17);
    await store.writeFile('video.mp4', (localPath) => writeFile(localPath, bytes));
    expect(Buffer.from(await store.read('video.mp4')).equals(bytes)).toBe(true);
    const failing = store.writeFile('none.mp4', async (localPath) => {
      await writeFile(localPath, bytes);
      throw new NocturneError({ code: 'ENCODER_FAILED', stage: 'encode', message: 'the encoder failed.' });
    });
    expect(await lineOf(failing)).toContain('[ENCODER_FAILED]');
    expect(await store.size('none.mp4')).toBeUndefined();
    const listed = client().send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
    const uploads = await listed.then(
      (answer) => answer.Uploads ?? [],
      () => [], // s3rver lists none
    );
    expect(uploads).toEqual([]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('nocturne-s3-'))).toEqual([]);
  });

  it('lists more than one page in natural order, without hidden files and folder markers', async () => {
    const objects = client();
    const put = (key: string): Promise<unknown> =>
      objects.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: 'x' }));
    const keys = Array.from({ length: 1205 }, (_, index) => `pages/images/${index}.png`);
    for (let first = 0; first < keys.length; first += 50) await Promise.all(keys.slice(first, first + 50).map(put));
    await put('pages/.hidden/a.png');
    await put('pages/images/.b.png');
    await put('pagesize.txt');
    await put('pages/labels/1.txt');
    const store = await openStore(`s3://${BUCKET}/pages`);
    const { files, notices } = await store.list();
    expect(files.map(({ path }) => path)).toEqual([...keys.map((key) => key.slice(6)), 'labels/1.txt']);
    expect(notices).toEqual([]);
    expect((await store.list('labels')).files).toEqual([{ path: 'labels/1.txt', bytes: 1 }]);
    expect((await store.list('nothing/here')).files).toEqual([]);
  });

  it('names each failure in one line', async () => {
    const missing = await openStore('s3://nocturne-no-such-bucket/set');
    expect(await lineOf(missing.list())).toMatch(
      /^s3:\/\/nocturne-no-such-bucket\/set cannot be read: there is no such bucket\. .*\[INPUT_NOT_FOUND\]$/,
    );
    expect(await lineOf(missing.write('a', Buffer.from('x')))).toMatch(
      /there is no such bucket\. .*\[OUTPUT_FAILED\]$/,
    );
    const store = await openStore(`s3://${BUCKET}/empty`);
    expect((await store.list()).files).toEqual([]);
    expect(await lineOf(store.read('no.jpg'))).toMatch(
      /empty\/no\.jpg cannot be read: it does not exist\. .*\[INPUT_NOT_FOUND\]$/,
    );
    useEnvironment({ AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'wrong' });
    if (server.kind === 'moto') return; // it knows no keys
    const stranger = await openStore(`s3://${BUCKET}/set`);
    expect(await lineOf(stranger.list())).toMatch(/does not accept the access key\. .*\[INPUT_NO_PERMISSION\]$/);
    expect(await lineOf(stranger.write('a', Buffer.from('x')))).toMatch(
      /does not accept the access key\. .*\[OUTPUT_NO_PERMISSION\]$/,
    );
  });

  it.skipIf(server.kind !== 'versitygw')('says where a key has no permission', async () => {
    const program = process.env['NOCTURNE_S3_SERVER'] ?? 'versitygw';
    const { AWS_ACCESS_KEY_ID: access = '', AWS_SECRET_ACCESS_KEY: secret = '' } = server.environment;
    const rights = ['--access', access, '--secret', secret, '--endpoint-url', server.endpoint];
    const user = ['create-user', '--access', 'guest', '--secret', 'guest-secret', '--role', 'user'];
    const created = spawnSync(program, ['admin', ...rights, ...user]);
    expect(created.status, created.stderr.toString()).toBe(0);
    useEnvironment({ AWS_ACCESS_KEY_ID: 'guest', AWS_SECRET_ACCESS_KEY: 'guest-secret' });
    const store = await openStore(`s3://${BUCKET}/set`);
    expect(await lineOf(store.list())).toMatch(/cannot be read: access denied\. .*\[INPUT_NO_PERMISSION\]$/);
    expect(await lineOf(store.write('a', Buffer.from('x')))).toMatch(
      /cannot be written: access denied\. .*\[OUTPUT_NO_PERMISSION\]$/,
    );
  });
});
