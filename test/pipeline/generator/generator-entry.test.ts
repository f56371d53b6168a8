import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { FromGenerator, ToGenerator } from '../../../src/pipeline/generator-messages.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const ENTRY = fileURLToPath(new URL('../../../dist/pipeline/generator/generator-entry.js', import.meta.url));
const parent = temporaryFolder();

/** A generator process that was given its job, and its messages as they come. */
function start(folder: string, address: string): { child: ChildProcess; messages: FromGenerator[] } {
  const child = fork(ENTRY, { serialization: 'advanced', execArgv: [] });
  const messages: FromGenerator[] = [];
  child.on('message', (message: FromGenerator) => messages.push(message));
  child.send({ type: 'job', job: { address, folder, key: 'key', batch: 1 } } satisfies ToGenerator);
  return { child, messages };
}

it.skipIf(process.platform === 'win32')('leaves no socket behind when its parent is gone', async () => {
  const folder = mkdtempSync(join(parent, 'socket-'));
  const { child, messages } = start(folder, join(folder, 'generator'));
  await expect.poll(() => messages.map(({ type }) => type), { timeout: 60_000 }).toContain('alive');
  expect(existsSync(join(folder, 'generator'))).toBe(true);
  const exited = once(child, 'exit');
  child.disconnect(); // what a killed parent does
  await exited;
  expect(existsSync(folder)).toBe(false);
});

it('says why it cannot listen, and ends, so that it is started again', async () => {
  const { child, messages } = start(parent, join(parent, 'missing', 'generator'));
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(messages).toMatchObject([
    {
      type: 'log',
      level: 'error',
      message: 'The generator process cannot listen.',
      fields: { reason: expect.stringMatching(/^listen E/) as string },
    },
  ]);
});
