import { createWriteStream } from 'node:fs';
import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import { Backoff } from '../../core/backoff.js';
import { NocturneError } from '../../core/errors.js';
import { maskUrl } from '../../core/mask-url.js';
import type { DatasetFile } from '../dataset.js';
import { inNaturalOrder, leftOut } from './local-store.js';
import { isMissingObject, isPassing, s3Failure, type S3Direction } from './s3-error.js';
import type { FileList, Store } from './store.js';

/** Tries of a request, by the client, and of a body that ends early, by us. */
const MAX_TRIES = 5;
/** How long a connection may take, milliseconds, and how long an open one may be silent. */
const TIMEOUTS = { connectionTimeout: 5000, requestTimeout: 60_000, throwOnRequestTimeout: true } as const;
/** A larger file is stored in parts of this size: a part is held in memory, so that it can be sent again. S3 takes 10,000 parts. */
const PART_BYTES = 64 * 2 ** 20;
/** Longest name of a temporary file, characters; an object's name may be longer than file systems take. */
const MAX_NAME = 60;

/** Options of {@link S3Store.open}. */
export interface S3StoreOptions {
  /** Bytes of a part of a large file, at least 5 MiB, which S3 demands; default 64 MiB. */
  readonly partBytes?: number;
  /** Tries of each request; default 5. */
  readonly maxTries?: number;
}

/** A tree of objects below a prefix of an S3-compatible store. */
export class S3Store implements Store {
  readonly label: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  /** Empty, or ends in `/`. */
  readonly #prefix: string;
  readonly #partBytes: number;
  readonly #maxTries: number;

  private constructor(address: string, options: S3StoreOptions) {
    const { bucket, prefix } = parseAddress(address);
    this.label = prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
    this.#bucket = bucket;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.#partBytes = options.partBytes ?? PART_BYTES;
    this.#maxTries = options.maxTries ?? MAX_TRIES;
    this.#client = createClient(this.#maxTries);
  }

  /** Opens `s3://bucket/prefix`; connects when it is first used. Throws NocturneError CONFIG_INVALID for another address. */
  static open(address: string, options: S3StoreOptions = {}): S3Store {
    return new S3Store(address, options);
  }

  async list(folder = ''): Promise<FileList> {
    const files: DatasetFile[] = [];
    const unfit: string[] = [];
    const prefix = this.#prefix + (folder === '' ? '' : `${folder}/`);
    const request = { Bucket: this.#bucket, Prefix: prefix };
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        ...request,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      });
      const page = await this.#attempt(folder, 'read', () => this.#client.send(command));
      for (const { Key: key = '', Size: bytes = 0 } of page.Contents ?? []) {
        const path = key.slice(this.#prefix.length);
        if (path === '' || path.endsWith('/')) continue; // the marker of a folder
        const parts = path.split('/');
        if (parts.some((part) => part === '' || part === '.' || part === '..')) unfit.push(path);
        else if (!parts.some((part) => part.startsWith('.'))) files.push({ path, bytes });
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
    const notices = leftOut(unfit, 'object whose key is no path', 'objects whose keys are no paths');
    return { files: inNaturalOrder(files), notices };
  }

  async read(path: string): Promise<Uint8Array> {
    return this.#download(path, (body) => body.transformToByteArray());
  }

  async size(path: string): Promise<number | undefined> {
    const object = this.#object(path);
    try {
      const head = await this.#client.send(new HeadObjectCommand(object));
      return head.ContentLength ?? 0;
    } catch (error) {
      if (isMissingObject(error)) return undefined;
      throw s3Failure(this.#named(path), 'read', error);
    }
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const command = new PutObjectCommand({ ...this.#object(path), Body: bytes });
    await this.#attempt(path, 'write', () => this.#client.send(command));
  }

  async writeFile(path: string, work: (localPath: string) => Promise<void>): Promise<void> {
    await withTemporaryPath(path, async (localPath) => {
      await work(localPath);
      await this.#attempt(path, 'write', async () => {
        const { size } = await stat(localPath);
        if (size > this.#partBytes) await this.#storeParts(path, localPath);
        else await this.write(path, await readFile(localPath));
      });
    });
  }

  async withLocalFile<T>(path: string, work: (localPath: string) => Promise<T>): Promise<T> {
    return withTemporaryPath(path, async (localPath) => {
      await this.#download(path, async (body) => {
        if (!(body instanceof Readable)) throw new TypeError('the body of an object must be a stream in Node.js');
        await pipeline(body, createWriteStream(localPath));
      });
      return work(localPath);
    });
  }

  async remove(path: string): Promise<void> {
    const command = new DeleteObjectCommand(this.#object(path));
    await this.#attempt(path, 'write', () => this.#client.send(command));
  }

  /** Gets an object and consumes its body, again where the body ends early: the client retries only up to the first byte. */
  async #download<T>(path: string, consume: (body: Body) => Promise<T>): Promise<T> {
    const object = this.#object(path);
    const backoff = new Backoff({ firstMs: 200, maxMs: 5000, jitter: 0.5 });
    for (;;) {
      try {
        const { Body: body } = await this.#client.send(new GetObjectCommand(object));
        if (!body) throw new TypeError('an object must have a body');
        return await consume(body);
      } catch (error) {
        if (backoff.attempts + 1 >= this.#maxTries || !isPassing(error))
          throw s3Failure(this.#named(path), 'read', error);
        await pause(backoff.nextMs());
      }
    }
  }

  /** Nothing is stored unless all parts are. */
  async #storeParts(path: string, localPath: string): Promise<void> {
    const object = this.#object(path);
    const { UploadId: id } = await this.#client.send(new CreateMultipartUploadCommand(object));
    const upload = { ...object, UploadId: id };
    try {
      const parts: CompletedPart[] = [];
      await using file = await open(localPath);
      for (;;) {
        const part = await readPart(file, this.#partBytes);
        if (part.length === 0) break;
        const number = { PartNumber: parts.length + 1 };
        const { ETag: tag } = await this.#client.send(new UploadPartCommand({ ...upload, ...number, Body: part }));
        parts.push({ ...number, ...(tag === undefined ? {} : { ETag: tag }) });
      }
      await this.#client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }));
    } catch (error) {
      await this.#client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined); // the server may be gone
      throw error;
    }
  }

  async #attempt<T>(path: string, direction: S3Direction, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw s3Failure(this.#named(path), direction, error);
    }
  }

  #object(path: string): { Bucket: string; Key: string } {
    if (path === '' || path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
      throw new RangeError(`path must stay inside the tree, got ${path}`);
    }
    return { Bucket: this.#bucket, Key: this.#prefix + path };
  }

  #named(path: string): string {
    return path === '' ? this.label : `${this.label}/${path}`;
  }
}

/** The body of an answer, as far as it is used. */
interface Body {
  transformToByteArray(): Promise<Uint8Array>;
}

/** Endpoint, region and credentials come from the AWS environment and files. Whoever is not Amazon is addressed by path. */
function createClient(maxAttempts: number): S3Client {
  const { env } = process;
  const isOwnEndpoint = (env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'] ?? '') !== '';
  const forcePathStyle =
    env['AWS_S3_FORCE_PATH_STYLE'] === undefined ? isOwnEndpoint : env['AWS_S3_FORCE_PATH_STYLE'] === 'true';
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  return new S3Client({
    maxAttempts,
    forcePathStyle,
    requestHandler: TIMEOUTS,
    ...(region !== undefined ? { region } : isOwnEndpoint ? { region: 'us-east-1' } : {}),
    // Many servers that are compatible do not know the newer checksums.
    ...(isOwnEndpoint && env['AWS_REQUEST_CHECKSUM_CALCULATION'] === undefined
      ? { requestChecksumCalculation: 'WHEN_REQUIRED' as const }
      : {}),
    ...(isOwnEndpoint && env['AWS_RESPONSE_CHECKSUM_VALIDATION'] === undefined
      ? { responseChecksumValidation: 'WHEN_REQUIRED' as const }
      : {}),
  });
}

function parseAddress(address: string): { bucket: string; prefix: string } {
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/]*)(.*)$/is.exec(address) ?? [];
  const prefix = rest.split('/').filter((part) => part !== '');
  if (/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i.test(bucket) && !prefix.some((part) => part === '.' || part === '..')) {
    return { bucket, prefix: prefix.join('/') };
  }
  throw new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message: `s3:// must be followed by the name of a bucket and a prefix, got ${JSON.stringify(maskUrl(address))}.`,
    remedy: 'Write s3://bucket/prefix; keys belong in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  });
}

/** Reads up to `bytes` from where the file stands. */
async function readPart(
  file: { read(buffer: Uint8Array, offset: number): Promise<{ bytesRead: number }> },
  bytes: number,
): Promise<Uint8Array> {
  const part = Buffer.allocUnsafe(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(part, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return part.subarray(0, filled);
}

/** Calls `work` with a free path that keeps the extension of `path`; what is there is removed afterwards. */
async function withTemporaryPath<T>(path: string, work: (localPath: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'nocturne-s3-'));
  try {
    const extension = extname(path).slice(0, MAX_NAME);
    return await work(join(folder, `${basename(path, extension).slice(0, MAX_NAME)}${extension}`));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
