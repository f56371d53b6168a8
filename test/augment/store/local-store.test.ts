import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NocturneError } from '../../../src/core/errors.js';
import { LocalStore, sha256 } from '../../../src/augment/store/local-store.js';

let folder: string;
let root: string;
let store: LocalStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nocturne-'));
  root = join(folder, 'set');
  mkdirSync(root);
  store = new LocalStore(root);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(path: string, text = 'x'): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

async function pathsOf(some = store): Promise<string[]> {
  return (await some.list()).files.map(({ path }) => path);
}

/** The one line of a failed call. */
async function lineOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NocturneError);
  return (error as NocturneError).toLine();
}

describe('list', () => {
  it('gives all files with their sizes in natural order, without hidden ones', async () => {
    for (const path of [
      'b/10.png',
      'b/2.png',
      'a.txt',
      '.DS_Store',
      '.git/config',
      'b/.x',
      'ü/日本.jpg',
      'a b#1/c.JPG',
    ])
      put(path, path);
    expect(await store.list()).toEqual({
      files: ['a b#1/c.JPG', 'a.txt', 'b/2.png', 'b/10.png', 'ü/日本.jpg'].map((path) => ({
        path,
        bytes: Buffer.byteLength(path),
      })),
      notices: [],
    });
  });

  it('follows very long paths', async () => {
    const path = `${Array.from({ length: 12 }, (_, i) => String(i).repeat(200).slice(0, 200)).join('/')}/x.jpg`;
    put(path);
    expect(await pathsOf()).toEqual([path]);
    expect(Buffer.from(await store.read(path)).toString()).toBe('x');
  });

  it('an empty folder has no files', async () => {
    expect(await store.list()).toEqual({ files: [], notices: [] });
  });

  it('follows links inside the tree, and leaves out, with one line each, links out of it, dead ones and circles', async () => {
    put('a/1.png');
    mkdirSync(join(folder, 'set-beside'));
    writeFileSync(join(folder, 'set-beside', 'secret.png'), 'x');
    symlinkSync('a', join(root, 'inside'));
    symlinkSync('a/1.png', join(root, 'one.png'));
    symlinkSync(join(folder, 'set-beside'), join(root, 'out'));
    symlinkSync('../set-beside/secret.png', join(root, 'out.png'));
    symlinkSync('nowhere', join(root, 'dead'));
    symlinkSync('..', join(root, 'a', 'up'));
    const { files, notices } = await store.list();
    expect(files.map(({ path }) => path)).toEqual(['a/1.png', 'inside/1.png', 'one.png']);
    expect(notices.toSorted()).toEqual([
      'left out 2 links that lead out of the tree: out, out.png',
      'left out 3 links that lead nowhere or in a circle: dead, a/up, inside/up',
    ]);
  });

  it('a root that is a link is the tree it leads to', async () => {
    put('a.png');
    symlinkSync('a.png', join(root, 'b.png'));
    symlinkSync(root, join(folder, 'link'));
    expect(await pathsOf(new LocalStore(join(folder, 'link')))).toEqual(['a.png', 'b.png']);
  });

  it.skipIf(process.platform === 'win32')('lists no pipe, which would never end', async () => {
    put('a.png');
    execFileSync('mkfifo', [join(root, 'pipe.png')]);
    expect(await pathsOf()).toEqual(['a.png']);
  });

  it.skipIf(process.platform === 'win32')('leaves out what cannot be read, with one line', async () => {
    put('a.png');
    put('locked/b.png');
    put('z/c.png');
    await asAnybody(async () => {
      const { files, notices } = await store.list();
      expect(files.map(({ path }) => path)).toEqual(['a.png', 'z/c.png']);
      expect(notices).toEqual(['left out 1 folder or file that cannot be read: locked']);
      expect(await lineOf(new LocalStore(join(root, 'locked')).list())).toContain(
        'locked cannot be read: permission denied.',
      );
    });
  });

  it.each([
    ['nowhere', ' does not exist. Check the path or address. [INPUT_NOT_FOUND]'],
    ['file.png', ' is a file, and a data set is a folder. Give the folder that holds it. [INPUT_UNSUPPORTED]'],
  ])('refuses %s', async (name, line) => {
    writeFileSync(join(folder, 'file.png'), 'x');
    expect(await lineOf(new LocalStore(join(folder, name)).list())).toBe(join(folder, name) + line);
  });
});

/** Runs checks as a user who may not read the folder `locked`; root reads everything, so it becomes another user. */
async function asAnybody(checks: () => Promise<void>): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  chmodSync(folder, 0o755);
  chmodSync(join(root, 'locked'), isRoot ? 0o700 : 0);
  if (isRoot) process.seteuid?.(65_534);
  try {
    await checks();
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(join(root, 'locked'), 0o700);
  }
}

describe('read and size', () => {
  it('gives the bytes and the size; a missing file has none, and its error names it as the user did', async () => {
    put('a/1.bin', 'four');
    expect([Buffer.from(await store.read('a/1.bin')).toString(), await store.size('a/1.bin')]).toEqual(['four', 4]);
    expect([await store.size('a'), await store.size('a/2.bin')]).toEqual([undefined, undefined]);
    expect(await lineOf(store.read('a/2.bin'))).toBe(
      `${join(root, 'a/2.bin')} does not exist. Check the path or address. [INPUT_NOT_FOUND]`,
    );
    expect(await lineOf(store.read('a'))).toContain('[INPUT_REFUSED]');
  });

  it('lends the file itself', async () => {
    put('a.bin', 'here');
    expect(await store.withLocalFile('a.bin', (path) => readFile(path, 'utf8'))).toBe('here');
  });

  it.each(['../out.png', '/etc/passwd', 'a/../../out.png', '.'])('refuses to leave the tree: %s', async (path) => {
    await expect(store.read(path)).rejects.toThrow(`path must stay inside the tree, got ${path}`);
    await expect(store.write(path, new Uint8Array())).rejects.toThrow(RangeError);
  });
});

describe('write', () => {
  it('makes the root and folders, replaces what is there, leaves no other file', async () => {
    const other = new LocalStore(join(folder, 'new', 'out'));
    await other.write('a/b/1.txt', Buffer.from('one'));
    await other.write('a/b/1.txt', Buffer.from('two'));
    expect(readFileSync(join(folder, 'new/out/a/b/1.txt'), 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'new/out/a/b'))).toEqual(['1.txt']);
  });

  it('stores nothing, and leaves nothing, when the work fails', async () => {
    put('a/1.txt', 'old');
    const failing = store.writeFile('a/1.txt', async (path) => {
      await writeFile(path, 'half');
      throw new NocturneError({ code: 'INPUT_LOST', stage: 'ingest', message: 'gone.' });
    });
    expect(await lineOf(failing)).toContain('[INPUT_LOST]');
    expect(readdirSync(join(root, 'a'))).toEqual(['1.txt']);
    expect(readFileSync(join(root, 'a/1.txt'), 'utf8')).toBe('old');
  });

  it('writes in parallel into one new folder', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.write(`x/y/${i}.txt`, Buffer.from(String(i)))));
    expect(readdirSync(join(root, 'x/y'))).toHaveLength(20);
  });

  it.each([
    ['a folder that is a file', 'a.txt/b.txt', /cannot be written|exists|OUTPUT_/],
    ['a name that is too long', `${'x'.repeat(300)}.png`, /OUTPUT_/],
  ])('fails in one line: %s', async (_, path, line) => {
    put('a.txt');
    expect(await lineOf(store.write(path, Buffer.from('x')))).toMatch(line);
    expect(readdirSync(root)).toEqual(['a.txt']);
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full, and leaves no partial file', async () => {
    const full = store.writeFile('a.bin', async () => {
      await writeFile('/dev/full', 'x');
    });
    expect(await lineOf(full)).toContain('[OUTPUT_NO_SPACE]');
    expect(readdirSync(root)).toEqual([]);
  });

  it('removes files, also those that are not there', async () => {
    put('a.txt');
    await store.remove('a.txt');
    await store.remove('a.txt');
    expect(readdirSync(root)).toEqual([]);
  });
});

it('hashes as FIPS 180 says', () => {
  expect(sha256(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
