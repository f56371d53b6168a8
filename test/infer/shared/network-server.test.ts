import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/core/logger.js';
import { sha256Of } from '../../../src/infer/model-file.js';
import { openNetworkSession } from '../../../src/infer/open-session.js';
import { NetworkServer } from '../../../src/infer/shared/network-server.js';
import type { RunTimes, ShareOptions } from '../../../src/infer/shared/share-messages.js';
import { encodeMessage } from '../../../src/infer/shared/tensor-message.js';
import { tinyModel } from '../tiny-model.js';

const KEY = 'the key of these tests';
const OUTPUTS = ['grid', 'lights'];

let folder = '';
let address = '';
let server: NetworkServer;
const times: RunTimes[] = [];

const shareAs = (stream: string, key = KEY): ShareOptions => ({
  address,
  key,
  stream,
  onRun: (run) => void times.push(run),
});
const fileOf = (bytes: Buffer): { path: string; bytes: Buffer; externalData: [] } => {
  const path = join(folder, 'tiny.onnx');
  writeFileSync(path, bytes);
  return { path, bytes, externalData: [] };
};
const day = (luma: number) => ({ day: { data: new Float32Array(3 * 144 * 256).fill(luma), shape: [1, 3, 144, 256] } });

async function listen(batch?: number): Promise<void> {
  server = await NetworkServer.listen({ address, key: KEY, batch, logger: silentLogger });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nocturne-share-'));
  address = process.platform === 'win32' ? `\\\\.\\pipe\\${randomBytes(8).toString('hex')}` : join(folder, 'generator');
  times.length = 0;
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a network in the generator process', () => {
  it('gives the results that it gives in the stream itself', async () => {
    await listen();
    const file = fileOf(tinyModel());
    await using shared = await openNetworkSession(file, { share: shareAs('a') });
    await using own = await openNetworkSession(file);
    expect(shared.inputs).toEqual(own.inputs);
    expect(shared.isElsewhere).toBe(true);
    expect(await shared.run(day(0.6), OUTPUTS)).toEqual(await own.run(day(0.6), OUTPUTS));
    expect(times).toMatchObject([{ batch: 1 }]);
  });

  it('serves each stream its own results, several in one run where asked', async () => {
    await listen(4);
    const file = fileOf(tinyModel({ slowLayers: 1 }));
    const names = ['a', 'b', 'c', 'd'];
    const sessions = await Promise.all(names.map((name) => openNetworkSession(file, { share: shareAs(name) })));
    const lumaOf = (i: number, round: number): number => 0.3 + 0.1 * i + 0.02 * round;
    for (let round = 0; round < 3; round++) {
      const results = await Promise.all(sessions.map((session, i) => session.run(day(lumaOf(i, round)), ['lights'])));
      results.forEach(({ lights }, i) => {
        expect(lights?.data[0]).toBeCloseTo(0.2 * (lumaOf(i, round) - 0.25), 5);
      });
    }
    expect(Math.max(...times.map(({ batch }) => batch))).toBeGreaterThan(1);
    await Promise.all(sessions.map((session) => session.close()));
  });

  it('lets a stream that floods wait, not the others', async () => {
    await listen(1);
    const file = fileOf(tinyModel({ slowLayers: 1 }));
    await using flood = await openNetworkSession(file, { share: shareAs('flood') });
    await using calm = await openNetworkSession(file, { share: shareAs('calm') });
    let flooded = 0;
    const all = Array.from({ length: 12 }, () => flood.run(day(0.5), ['lights']).then(() => flooded++));
    await sleep(5);
    await calm.run(day(0.5), ['lights']);
    expect(flooded).toBeLessThan(6);
    await Promise.all(all);
  });

  it('answers the others when a stream is gone in the middle of its requests', async () => {
    await listen(1);
    const file = fileOf(tinyModel({ slowLayers: 1 }));
    const gone = await openNetworkSession(file, { share: shareAs('gone') });
    await using other = await openNetworkSession(file, { share: shareAs('other') });
    const lost = Array.from({ length: 8 }, () => gone.run(day(0.5), ['lights']));
    const outcomes = Promise.allSettled(lost);
    await gone.close();
    const { lights } = await other.run(day(0.5), ['lights']);
    expect(lights?.data[0]).toBeCloseTo(0.05, 5);
    expect((await outcomes).some(({ status }) => status === 'rejected')).toBe(true);
  });

  it('answers the others of a batch when one breaks the protocol in the middle of it', async () => {
    await listen(4);
    const file = fileOf(tinyModel({ slowLayers: 1 }));
    await using calm = await openNetworkSession(file, { share: shareAs('calm') });
    const { path, bytes } = file;
    const options = { device: 'auto', engine: 'auto', threads: 1, prefersGpu: false };
    const open = { type: 'open', request: { path, sha256: sha256Of(bytes), options } };
    const bad = connect(address);
    const opened = new Promise((resolve) => bad.once('data', resolve));
    const ended = new Promise((resolve) => bad.once('close', resolve));
    bad.on('error', () => undefined);
    const send = (head: object, tensors = {}): void => {
      for (const part of encodeMessage({ head, tensors })) bad.write(part);
    };
    send({ type: 'hello', key: KEY, stream: 'bad' });
    send(open);
    await opened;
    for (let id = 1; id <= 3; id++) send({ type: 'run', id, outputs: ['lights'] }, day(0.9));
    send(open); // read when a run is over, before its batch is answered
    await sleep(5);
    for (let round = 0; round < 4; round++) {
      const { lights } = await calm.run(day(0.5), ['lights']);
      expect(lights?.data[0]).toBeCloseTo(0.05, 5);
    }
    await ended;
  });

  it('reports what is wrong with a network as the stream itself does', async () => {
    await listen();
    const file = fileOf(Buffer.from('no model'));
    await expect(openNetworkSession(file, { share: shareAs('a') })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    const { path, bytes } = fileOf(tinyModel());
    rmSync(path);
    await expect(openNetworkSession({ path, bytes, externalData: [] }, { share: shareAs('a') })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
    });
  });

  it('answers nobody without the key, and survives what is no message', async () => {
    await listen();
    const { path } = fileOf(tinyModel());
    const request = { path, sha256: '', options: { device: 'cpu', threads: 1 } };
    const attempts = [
      encodeMessage({ head: { type: 'open', request }, tensors: {} }),
      encodeMessage({ head: { type: 'hello', key: 'guess', stream: 'x' }, tensors: {} }),
      [Buffer.from('GET / HTTP/1.1\r\n\r\n')],
      [Buffer.from(Uint32Array.of(8, 64 << 20).buffer)], // memory is reserved for those with the key
      [randomBytes(400)],
    ];
    for (const parts of attempts) {
      const socket = connect(address);
      const answers: Buffer[] = [];
      socket.on('data', (data) => answers.push(data));
      socket.on('error', () => undefined);
      for (const part of parts) socket.write(part);
      await new Promise((resolve) => socket.once('close', resolve));
      expect(answers).toEqual([]);
    }
    await using session = await openNetworkSession(fileOf(tinyModel()), { share: shareAs('a') });
    expect(session.placement.device).toBe('cpu');
  });

  it('fails at once while the process is gone, and works again with the next one', async () => {
    await listen();
    await using session = await openNetworkSession(fileOf(tinyModel()), { share: shareAs('a') });
    await server.close();
    await sleep(50);
    await expect(session.run(day(0.5), ['lights'])).rejects.toMatchObject({ code: 'WORKER_DIED' });
    await listen();
    await expect
      .poll(
        () =>
          session.run(day(0.5), ['lights']).then(
            ({ lights }) => lights?.data.length,
            () => 0,
          ),
        {
          timeout: 20_000,
          interval: 100,
        },
      )
      .toBe(4 * 72 * 128);
  });
});
