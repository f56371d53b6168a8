import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Unit } from '../../../src/augment/dataset.js';
import { readTree } from '../../../src/augment/layouts/read-tree.js';
import { readTarMembers } from '../../../src/augment/layouts/tar-members.js';
import { readShard } from '../../../src/augment/layouts/webdataset-shard.js';
import { webdataset } from '../../../src/augment/layouts/webdataset.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import type { ItemRow } from '../../../src/augment/unit/item-row.js';
import { SampleWriter } from '../../../src/augment/unit/shard-samples.js';
import { ShardWriter } from '../../../src/augment/unit/shard-writer.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { hasPythonModule, runPython } from '../independent-reader.js';
import { quickSettings, runUnit, streetJpegs } from './unit-set.js';

const root = temporaryFolder();
const newFolder = (): string => mkdtempSync(join(root, 'set-'));

/** Long enough for an extended header. */
const LONG = `${'a-very-long-folder-name/'.repeat(8)}0003`;
const JSON_DAY = '{ "weather" : "clear",\n  "timeofday":"daytime", "speed": 1.50 }\n';

type Members = readonly (readonly [name: string, content: string | Buffer])[];

async function tarOf(members: Members): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name: 'folder/', type: 'directory', mode: 0o700 });
  for (const [name, content] of members) {
    tar.entry({ name, mode: 0o640, uid: 1234, gname: 'drivers', mtime: new Date(1_600_000_000_000) }, content);
  }
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array); // streamx types its chunks loosely
  return Buffer.concat(chunks);
}

let days: Buffer[];
let members: Members;

beforeAll(async () => {
  days = await streetJpegs(4);
  const [a, b, c, d] = days as [Buffer, Buffer, Buffer, Buffer];
  const mask = await sharp({ create: { width: 320, height: 180, channels: 3, background: '#804080' } })
    .png()
    .toBuffer();
  members = [
    ['0000.cls', '3'],
    ['0000.json', JSON_DAY],
    ['0000.jpg', a],
    ['0000.seg.png', mask],
    ['0001.left.jpg', b],
    ['0001.right.jpg', c],
    ['0001.txt', 'two cameras'],
    ['0002.txt', 'no image, no night: "timeofday"'],
    ['0002.json', JSON_DAY],
    [`${LONG}.jpg`, d],
    [`${LONG}.json`, '{"timeofday": daytime'],
  ];
});

/** Writes a shard to a new folder and plans it. */
async function shardSet(content: Buffer): Promise<{ readonly input: string; readonly unit: Unit }> {
  const input = newFolder();
  writeFileSync(join(input, 's.tar'), content);
  const { units } = await webdataset.plan(await readTree(new LocalStore(input)), {});
  const [unit] = units;
  if (!unit) throw new Error('the shard has a unit');
  return { input, unit };
}

/** Headers and data of each member of a shard, by name. */
async function contentsOf(path: string): Promise<Map<string, { readonly headers: Buffer; readonly data: Buffer }>> {
  const bytes = readFileSync(path);
  const all = await readTarMembers(path, path);
  return new Map(
    all.map(({ name, headerStart, dataStart, bytes: size }) => [
      name,
      { headers: bytes.subarray(headerStart, dataStart), data: bytes.subarray(dataStart, dataStart + size) },
    ]),
  );
}

/** A header without what a new size changes. */
function withoutSize(headers: Buffer): Buffer {
  const copy = Buffer.from(headers);
  copy.fill(0, copy.length - 512 + 124, copy.length - 512 + 136);
  copy.fill(0, copy.length - 512 + 148, copy.length - 512 + 156);
  return copy;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('a shard unit', () => {
  it('makes images night in their places; every other member, every header and their order stay', async () => {
    const { input, unit } = await shardSet(await tarOf(members));
    const output = newFolder();
    const rows = await runUnit(unit, { input, output }, quickSettings({ hasLamps: true }));
    const [day, night] = await Promise.all([contentsOf(join(input, 's.tar')), contentsOf(join(output, 's.tar'))]);
    expect([...night.keys()]).toEqual([...day.keys()]);
    for (const [name, { headers, data }] of day) {
      const made = night.get(name);
      expect(withoutSize(made?.headers ?? Buffer.alloc(512)), name).toEqual(withoutSize(headers));
      if (name.endsWith('.jpg')) {
        const { width, height, format } = await sharp(made?.data).metadata();
        expect([width, height, format]).toEqual([320, 180, 'jpeg']);
        expect(await meanOf(made?.data)).toBeLessThan(0.7 * (await meanOf(data)));
      } else if (name === '0000.json') {
        expect(made?.data.toString()).toBe(JSON_DAY.replace('daytime', 'night'));
      } else expect(made?.data.equals(data), name).toBe(true);
    }
    const whole = readFileSync(join(output, 's.tar'));
    const names = ['0000.jpg', '0001.left.jpg', '0001.right.jpg', `${LONG}.jpg`];
    expect(rows.map(({ item }) => item)).toEqual(names.map((name) => `s.tar/${name}`));
    expect(rows.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    for (const row of rows) {
      expect(row).toMatchObject({
        source: 's.tar',
        output: 's.tar',
        outputSha256: sha256(whole),
        outputBytes: whole.length,
      });
      expect(row).toMatchObject({ sourceSha256: sha256(readFileSync(join(input, 's.tar'))), width: 320, height: 180 });
    }
    expect(JSON.parse(readFileSync(join(output, 'nocturne/lamps/s.tar/0000.jpg.json'), 'utf8'))).toMatchObject({
      item: 's.tar/0000.jpg',
    });
  });

  it('gives the same bytes again, and makes only the variants that are not done', async () => {
    const { input, unit } = await shardSet(await tarOf(members));
    const settings = quickSettings({ variants: 2 });
    const [first, second] = [newFolder(), newFolder()];
    const rows = await runUnit(unit, { input, output: first }, settings);
    expect(rows).toHaveLength(8);
    const again = await runUnit(
      unit,
      { input, output: second },
      settings,
      (item, variant) => variant === 0 || item !== 's.tar/0000.jpg',
    );
    expect(again.map(({ item, variant }) => [item, variant])).toEqual([['s.tar/0000.jpg', 1]]);
    const bytesOf = (folder: string): Buffer => readFileSync(join(folder, 'variant-1/s.tar'));
    expect(bytesOf(second).equals(bytesOf(first))).toBe(true);
    expect(bytesOf(first).equals(readFileSync(join(first, 'variant-0/s.tar')))).toBe(false);
    expect(() => readFileSync(join(second, 'variant-0/s.tar'))).toThrow();
  });

  it('leaves out a sample whose image cannot be read, in one row, and makes the rest', async () => {
    const damaged = members.map(([name, content]) => [name, name === '0001.right.jpg' ? 'no image' : content] as const);
    const { input, unit } = await shardSet(await tarOf(damaged));
    const output = newFolder();
    const rows = await runUnit(unit, { input, output }, quickSettings());
    expect(rows.map(({ verdict }) => verdict === 'failed')).toEqual([false, true, true, false]);
    expect(rows[1]).toMatchObject({ output: '', outputBytes: 0, reason: 's.tar/0001.right.jpg of its sample failed' });
    expect(rows[2]?.reason).toMatch(/^cannot decode the image s\.tar\/0001\.right\.jpg/);
    const night = await contentsOf(join(output, 's.tar'));
    expect([...night.keys()].filter((name) => name.startsWith('0001'))).toEqual([]);
    expect(night.size).toBe(members.length + 1 - 3);
  });

  it('moves a rejected sample whole to the reject folder', async () => {
    const { input, unit } = await shardSet(await tarOf(members));
    const output = newFolder();
    // The night from physics of a painted street is no night of the range: every image is rejected.
    const rows = await runUnit(unit, { input, output }, quickSettings({ rejects: 'bin' }));
    expect(rows.map(({ verdict }) => verdict)).toEqual(rows.map(() => 'rejected'));
    for (const { item, output: path, outputSha256 } of rows) {
      expect(path).toBe(`nocturne/rejected/${item}`);
      expect(sha256(readFileSync(join(output, path)))).toBe(outputSha256);
    }
    expect([...(await contentsOf(join(output, 's.tar'))).keys()]).toEqual(['folder/', '0002.txt', '0002.json']);
    for (const [name, content] of members) {
      if (name.startsWith('0002') || name.endsWith('.jpg')) continue;
      expect(readFileSync(join(output, 'nocturne/rejected/s.tar', name)).equals(Buffer.from(content)), name).toBe(true);
    }
  });

  it('rejects the other images of a sample with the one that is rejected', async () => {
    const { input, unit } = await shardSet(await tarOf(members));
    const output = newFolder();
    const settings = quickSettings({ rejects: 'bin' });
    const samples = await readShard(join(input, 's.tar'), 's.tar');
    const sample = samples.find(({ key }) => key === '0001');
    if (!sample) throw new Error('the shard has the sample');
    const made = (await runUnit(unit, { input, output: newFolder() }, settings)).slice(1, 3);
    const rows = made.map((row, n) => (n === 0 ? { ...row, verdict: 'accepted' as const } : row));
    const nights = new Map([['s.tar/0001.left.jpg', Buffer.from('a night')]]);
    await using from = await open(join(input, 's.tar'));
    await using to = await open(join(output, 's.tar'), 'w');
    const writer = new ShardWriter({ file: from, members: sample.members }, to);
    const tools = { output: new LocalStore(output), settings };
    const outcome = await new SampleWriter({ writer, variant: 0, from, nights, tools }).write(sample, rows);
    expect(outcome.map(({ verdict, output: path }) => [verdict, path])).toEqual([
      ['rejected', 'nocturne/rejected/s.tar/0001.left.jpg'],
      ['rejected', 'nocturne/rejected/s.tar/0001.right.jpg'],
    ]);
    expect(outcome[0]?.reason).toBe('s.tar/0001.right.jpg of its sample is rejected');
    expect(readFileSync(join(output, 'nocturne/rejected/s.tar/0001.left.jpg'), 'utf8')).toBe('a night');
    expect(readFileSync(join(output, 'nocturne/rejected/s.tar/0001.txt'), 'utf8')).toBe('two cameras');
    expect(writer.digest().bytes).toBe(0);
  });

  it('leaves out the other images of a sample with the one that fails; what is in the reject folder keeps its row', async () => {
    const { input, unit } = await shardSet(await tarOf(members));
    const settings = quickSettings({ rejects: 'bin' });
    const [left, right] = (await runUnit(unit, { input, output: newFolder() }, settings)).slice(1, 3);
    const samples = await readShard(join(input, 's.tar'), 's.tar');
    const sample = samples.find(({ key }) => key === '0001');
    if (!sample || !left || !right) throw new Error('the shard has the sample');
    const failed = { ...right, output: '', verdict: 'failed', reason: 'cannot decode it' } as const;
    const writer = { copy: () => Promise.reject(new Error('left out')), replace: () => Promise.resolve() };
    const tools = { output: new LocalStore(newFolder()), settings };
    await using from = await open(join(input, 's.tar'));
    const outcomeOf = (row: ItemRow, nights: Map<string, Uint8Array>) =>
      new SampleWriter({ writer, variant: 0, from, nights, tools }).write(sample, [row, failed]);
    expect(await outcomeOf(left, new Map())).toEqual([left, failed]);
    const nights = new Map([['s.tar/0001.left.jpg', Buffer.from('a night')]]);
    const [accepted] = await outcomeOf({ ...left, verdict: 'accepted', output: 's.tar/0001.left.jpg' }, nights);
    expect(accepted).toMatchObject({ verdict: 'failed', output: '', outputBytes: 0 });
    expect(nights.size).toBe(0);
  });

  it('reports a shard that was cut after it was planned as failed, and stores nothing', async () => {
    const content = await tarOf(members);
    const { input, unit } = await shardSet(content);
    writeFileSync(join(input, 's.tar'), content.subarray(0, content.length / 2));
    const output = newFolder();
    const rows = await runUnit(unit, { input, output }, quickSettings());
    expect(rows.map(({ verdict, reason }) => [verdict, reason])).toEqual(
      rows.map(() => ['failed', 's.tar cannot be read as a tar file: Unexpected end of data']),
    );
    expect(rows).toHaveLength(4);
    expect(() => readFileSync(join(output, 's.tar'))).toThrow();
  });
});

async function meanOf(image: Buffer | undefined): Promise<number> {
  const { channels } = await sharp(image).stats();
  return channels.reduce((sum, { mean }) => sum + mean, 0) / channels.length;
}

const hasReader = hasPythonModule('webdataset');

/** Prints the samples that webdataset reads: key, and extension and size of each member. */
const READ_SHARD = `
import json, sys, webdataset
samples = webdataset.WebDataset(sys.argv[1], shardshuffle=False)
print(json.dumps([[s['__key__'], {k: len(v) for k, v in s.items() if not k.startswith('__')}] for s in samples]))
`;

describe.skipIf(!hasReader)('a night shard as webdataset reads it', () => {
  it('has the samples of the day, with images of other sizes', async () => {
    const { input, unit } = await shardSet(await tarOf(members));
    const output = newFolder();
    await runUnit(unit, { input, output }, quickSettings());
    const read = (folder: string) => runPython(READ_SHARD, join(folder, 's.tar')) as [string, Record<string, number>][];
    const [day, night] = [read(input), read(output)];
    expect(night.map(([key, parts]) => [key, Object.keys(parts)])).toEqual(
      day.map(([key, parts]) => [key, Object.keys(parts)]),
    );
    expect(night).toHaveLength(4);
    const written = await contentsOf(join(output, 's.tar'));
    expect(night[0]?.[1]['jpg']).toBe(written.get('0000.jpg')?.data.length);
    expect(night[0]?.[1]['json']).toBe(JSON_DAY.length - 2); // night for daytime
    expect(day[0]?.[1]['json']).toBe(JSON_DAY.length);
  });
});
