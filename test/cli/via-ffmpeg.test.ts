import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RtspServer } from '../ingest/rtsp-server.js';
import { freeUdpPort } from '../ingest/senders.js';
import { nocturne, startServe, type CommandOptions } from '../support/command.js';
import { hasFfmpeg } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const root = fileURLToPath(new URL('../..', import.meta.url));
const [FAILURE, USAGE] = [1, 2] as const; // docs/errors.md
const STREET = ['street:duration=0.2,size=64x48', 'night.mp4', '--generator', 'grade'] as const;

/** The one line of a render that must fail with an exit code. */
async function failureOf(exitCode: number, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await nocturne(['render', ...STREET, ...args], { cwd: folder, ...options });
  expect(result.exitCode, result.stderr).toBe(exitCode);
  expect(result.stderr.trimEnd().split('\n'), result.stderr).toHaveLength(1);
  expect(readdirSync(folder).filter((name) => name.includes('night'))).toEqual([]);
  return result.stderr;
}

describe.concurrent('one line and an exit code for', () => {
  const via = ['--via', 'ffmpeg'] as const;

  it('no ffmpeg on the PATH, also from serve', async () => {
    const environment = { PATH: join(folder, 'nowhere') };
    const sentence = 'ffmpeg is not installed, or not on the PATH, and --via ffmpeg needs it.';
    expect(await failureOf(FAILURE, via, { environment })).toContain(sentence);
    const args = ['serve', STREET[0], ...STREET.slice(2), ...via, '--port', '0', '--log-level', 'silent'];
    const served = await nocturne(args, { environment });
    expect(served.exitCode).toBe(FAILURE);
    expect(served.stderr).toMatch(/^nocturne: ffmpeg is not installed.*\[FFMPEG_UNAVAILABLE\]\n$/);
  });

  it('a program that is not there, or no ffmpeg', async () => {
    const missing = join(folder, 'none', 'ffmpeg');
    expect(await failureOf(FAILURE, [...via, '--ffmpeg-path', missing])).toContain(`There is no ffmpeg at ${missing}.`);
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'no program');
    if (process.platform !== 'win32') {
      expect(await failureOf(FAILURE, [...via, '--ffmpeg-path', text])).toContain('is not a program that may be run');
    }
    const other = await failureOf(FAILURE, [...via, '--ffmpeg-path', process.execPath]);
    expect(other).toContain(`${process.execPath} is not FFmpeg: \`${process.execPath} -version\` ends with exit code`);
    expect(other).toContain('[FFMPEG_UNAVAILABLE]');
  });

  it('a path or an encoder that needs --via ffmpeg', async () => {
    expect(await failureOf(USAGE, ['--ffmpeg-path', 'ffmpeg'])).toMatch(/Add --via ffmpeg\. \[CONFIG_INVALID\]$/m);
    expect(await failureOf(USAGE, ['--encoder', 'libx264'])).toMatch(/add --via ffmpeg\. \[CONFIG_INVALID\]$/m);
  });

  it.skipIf(!hasFfmpeg)('an encoder that the build lacks, or that is one of sound', async () => {
    for (const name of ['h264_abacus', 'aac']) {
      const line = await failureOf(FAILURE, [...via, '--encoder', name]);
      expect(line).toMatch(new RegExp(`has no video encoder ${name}\\..*\\[ENCODER_UNAVAILABLE\\]`));
    }
  });

  it('a package without fluent-ffmpeg', () => {
    const installed = join(folder, 'installed');
    const modules = join(installed, 'node_modules');
    mkdirSync(modules, { recursive: true });
    cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true });
    for (const name of ['package.json', 'models', 'styles']) symlinkSync(join(root, name), join(installed, name));
    for (const name of readdirSync(join(root, 'node_modules'))) {
      if (name !== 'fluent-ffmpeg') symlinkSync(join(root, 'node_modules', name), join(modules, name));
    }
    const args = [join(installed, 'dist/cli/main.js'), 'render', ...STREET, ...via];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    expect(status, stderr).toBe(FAILURE);
    expect(stderr).toMatch(
      /^nocturne: The package fluent-ffmpeg is not installed.* Run: npm install fluent-ffmpeg@2 .*\[FFMPEG_UNAVAILABLE\]\n$/,
    );
  });
});

/** Ids of the running ffmpegs whose command line holds a text, and those of their parents. */
function ffmpegsOf(text: string): { readonly id: number; readonly parent: number }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      if (!/^ffmpeg\0.*/s.test(readFileSync(`/proc/${name}/cmdline`, 'utf8'))) return [];
      if (!readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text)) return [];
      const parent = /\) \w (\d+) /.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1];
      return [{ id: Number(name), parent: Number(parent) }];
    } catch {
      return []; // it has ended since
    }
  });
}

async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 50));
}

describe.runIf(hasFfmpeg && process.platform === 'linux')('serve --via ffmpeg', () => {
  it('serves a camera, and leaves no ffmpeg: of a killed worker with a silent input, or after its end', async () => {
    const camera = await RtspServer.start('guard:hunter2');
    const silent = `udp://127.0.0.1:${await freeUdpPort()}`;
    const street = `street=rtsp://guard:hunter2@127.0.0.1:${camera.port}/street`;
    const serve = await startServe([street, silent, '--via', 'ffmpeg', '--generator', 'grade']);
    interface Listing {
      readonly streams: readonly {
        readonly name: string;
        readonly state: string;
        readonly stats: { framesEncoded: number };
      }[];
    }
    const list = async (): Promise<Listing> =>
      (await fetch(new URL('/api/streams', serve.url))).json() as Promise<Listing>; // documented in docs/protocol.md
    await until(
      async () => ((await list()).streams.find(({ name }) => name === 'street')?.stats.framesEncoded ?? 0) > 5,
    );
    expect(JSON.stringify(await list())).not.toContain('hunter2');

    await until(() => ffmpegsOf(silent).length === 1);
    const [{ id, parent } = { id: 0, parent: 0 }] = ffmpegsOf(silent);
    expect(parent).not.toBe(serve.process.pid);
    process.kill(parent, 'SIGKILL');
    await until(() => !ffmpegsOf(silent).some((found) => found.id === id));
    expect(await serve.stop()).toBe(0);
    expect(ffmpegsOf(silent)).toEqual([]);
    expect(ffmpegsOf(`:${camera.port}/street`)).toEqual([]);
    expect(serve.log()).not.toContain('hunter2');
    camera.close();
  }, 60_000);
});
