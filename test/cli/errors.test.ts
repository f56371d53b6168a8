import { createSocket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ffmpeg, hasFfmpeg } from '../support/ffmpeg.js';
import { nocturne } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Documented in docs/errors.md. */
const [FAILURE, USAGE, INPUT, OUTPUT, NETWORK] = [1, 2, 3, 4, 5] as const;

const folder = temporaryFolder();
const notVideo = join(folder, 'notes.txt');
writeFileSync(notVideo, 'not a video at all\n'.repeat(200));

/** Runs a command that must fail with an exit code; returns its one line on stderr. */
async function failureOf(exitCode: number, ...args: string[]): Promise<string> {
  const result = await nocturne(args, { cwd: folder });
  expect(result.exitCode, result.stderr).toBe(exitCode);
  expect(result.stdout).toBe('');
  const lines = result.stderr.split('\n').filter((line) => line !== '');
  expect(lines, result.stderr).toHaveLength(1);
  return lines[0]!;
}

describe('one line on stderr and an exit code for', () => {
  it.each(['serve', 'probe'])('a missing file: %s', async (command) => {
    const args = command === 'serve' ? ['serve', 'nothing.mp4', '--port', '0'] : [command, 'nothing.mp4'];
    const result = await nocturne(args, { cwd: folder });
    expect(result.exitCode).toBe(INPUT);
    expect(result.stderr).toContain('nothing.mp4');
    expect(result.stderr).toContain('[INPUT_NOT_FOUND]');
  });

  it('a missing file to render', async () => {
    expect(await failureOf(INPUT, 'render', 'nothing.mp4', 'out.mp4')).toContain('[INPUT_NOT_FOUND]');
  });

  it('a file that is not a video', async () => {
    expect(await failureOf(INPUT, 'render', notVideo, 'out.mp4')).toContain('[INPUT_NOT_VIDEO]');
  });

  it('a sender that never sends, after the open timeout', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const input = `udp://127.0.0.1:${socket.address().port}`;
    socket.close();
    await once(socket, 'close');
    const line = await failureOf(NETWORK, 'probe', input, '--open-timeout', '0.5', '--json');
    expect(line).toContain(`no video received on ${input} within 0.5 s.`);
    expect(line).toContain('[INPUT_REFUSED]');
  });

  it.skipIf(!hasFfmpeg)('an output that is the input', async () => {
    const clip = join(folder, 'a.mp4');
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=64x36:duration=0.2', clip);
    expect(await failureOf(OUTPUT, 'render', clip, clip, '--overwrite')).toContain('[OUTPUT_IS_INPUT]');
    expect(await failureOf(OUTPUT, 'render', clip, join(folder, 'sub/none.mp4'))).toMatch(/\[OUTPUT_\w+\]/);
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=64x36:duration=0.2', join(folder, 'b.mp4'));
    expect(await failureOf(OUTPUT, 'render', clip, join(folder, 'b.mp4'))).toContain('[OUTPUT_EXISTS]');
  });

  it.skipIf(!hasFfmpeg)('an output whose folder is missing or read-only', async () => {
    const clip = join(folder, 'c.mp4');
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=64x36:duration=0.2', clip);
    expect(await failureOf(OUTPUT, 'render', clip, 'nodir/o.mp4')).toMatch(
      /does not exist\. Create the folder first\. \[OUTPUT_FAILED\]/,
    );
    if (!existsSync('/proc/self')) return;
    expect(await failureOf(OUTPUT, 'render', clip, '/proc/o.mp4')).toContain('[OUTPUT_NO_PERMISSION]');
    mkdirSync(join(folder, 'images'));
    ffmpeg('-i', clip, '-frames:v', '1', join(folder, 'images/1.png'));
    expect(await failureOf(OUTPUT, 'render', 'images', '/proc/night')).toContain('[OUTPUT_NO_PERMISSION]');
  });

  it.skipIf(!hasFfmpeg)('a start after the end, and an index at the end of an input that is not seekable', async () => {
    const clip = join(folder, 'd.mp4');
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=640x360:duration=2', clip);
    expect(await failureOf(INPUT, 'render', clip, 'd-night.mp4', '--start', '100')).toContain('[INPUT_TOO_SHORT]');
    const server = createHttpServer((_, response) => response.end(readFileSync(clip))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // a TCP server
    const line = await failureOf(INPUT, 'render', `http://127.0.0.1:${port}/d.mp4`, 'd-night.mp4');
    server.close();
    expect(line).toContain('faststart');
    expect(line).toContain('[INPUT_NOT_SEEKABLE]');
  });

  it('a failure with a useful remedy', async () => {
    expect(await failureOf(INPUT, 'probe', notVideo)).not.toContain('probe`');
    expect(
      await failureOf(FAILURE, 'render', 'street:duration=1,size=320x180', 'n.mp4', '--generator', 'foo'),
    ).toContain('`grade`');
    expect(await failureOf(USAGE, 'probe', 'rtmp://:1936/live/key')).toContain('--listen');
    if (process.platform === 'linux' && !existsSync('/dev/video63'))
      expect(await failureOf(INPUT, 'probe', 'camera:63')).toContain('cameras on this machine: ');
  });

  it('a port that is in use, and an address of another machine', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const serve = ['serve', 'street:size=320x180', '--log-level', 'silent'];
    const line = await failureOf(NETWORK, ...serve, '--port', String(port));
    other.close();
    expect(line).toContain(String(port));
    expect(line).toContain('[PORT_TAKEN]');
    expect(await failureOf(NETWORK, ...serve, '--host', '192.0.2.1')).toContain('[ADDRESS_UNAVAILABLE]');
  });

  it('an unknown flag or command, a bad value, a bad config file', async () => {
    const unknown = await failureOf(USAGE, 'serve', '--sped', '2');
    expect(unknown).toMatch(/^nocturne: unknown option '--sped' \(Did you mean --\w+\?\).*--help.*\[CONFIG_INVALID\]$/);
    expect(await failureOf(USAGE, 'rendr', 'a.mp4')).toMatch(
      /^nocturne: unknown command 'rendr' \(Did you mean render\?\)/,
    );
    expect(await failureOf(USAGE, 'render', 'a.mp4')).toMatch(
      /^nocturne: missing required argument 'output'\. .*\[CONFIG_INVALID\]$/,
    );
    expect(await failureOf(USAGE, 'serve', '--port', 'abc')).toContain(
      '--port must be an integer from 0 to 65535, got "abc".',
    );
    writeFileSync(join(folder, 'bad.json'), '{ "port": }');
    expect(await failureOf(USAGE, 'serve', '--config', join(folder, 'bad.json'))).toContain('[CONFIG_INVALID]');
  });

  it('a config file of Windows, which is read, and one in an unknown encoding', async () => {
    const config = join(folder, 'windows.json');
    for (const encoding of ['utf8', 'utf16le'] as const) {
      writeFileSync(config, '\ufeff{\r\n  "nightness": 1\r\n}\r\n', encoding);
      expect(await failureOf(USAGE, 'probe', 'street', '--config', config)).toContain('unknown setting "nightness"');
    }
    writeFileSync(config, '{ "style": "Straße" }', 'latin1');
    const line = await failureOf(USAGE, 'probe', 'street', '--config', config);
    expect(line).toContain(`cannot read ${config}: it is not UTF-8 text: save it as UTF-8.`);
  });

  it.each([
    ['--control-token and --token are equal', ['--token', 'sesame', '--control-token', 'sesame']],
    ['--control-token and --read-only exclude each other', ['--control-token', 'sesame', '--read-only']],
    ['--allow-origin must list origins', ['--allow-origin', 'ftp://night.example']],
  ])('%s', async (message, flags) => {
    const line = await failureOf(USAGE, 'serve', ...flags, '--port', '0');
    expect(line).toMatch(/\[CONFIG_INVALID\]$/);
    expect(line).toContain(message);
    expect(line).not.toContain('sesame');
  });

  it('a missing model', async () => {
    const line = await failureOf(
      FAILURE,
      'render',
      'street:duration=1,size=320x180',
      'n.mp4',
      '--generator',
      'gone.onnx',
    );
    expect(line).toContain('[MODEL_NOT_FOUND]');
  });
});

it('prints help with examples, exit codes and every command', async () => {
  const { exitCode, stdout } = await nocturne(['--help']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/Exit codes:\n {2}0 +success\n(.*\n)* {2}130 +interrupted/);
  for (const word of ['serve', 'render', 'probe', 'doctor', 'nocturne render drive.mp4 night.mp4'])
    expect(stdout).toContain(word);
  const serve = await nocturne(['serve', '--help']);
  for (const word of ['--strength', '--token', '--loop', '--no-reconnect', 'Server:', 'Night:'])
    expect(serve.stdout).toContain(word);
});

/** Root can read everything, so the command runs as nobody, if that user can reach the checkout. */
const NOBODY = 65534;
it.skipIf(process.getuid?.() !== 0)(
  'reports a folder without permission as such, not as an internal error',
  async ({ skip }) => {
    const reach = await nocturne(['--version'], { userId: NOBODY });
    skip(reach.exitCode !== 0, 'user nobody cannot reach this checkout');
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    chmodSync(folder, 0o755);
    const messageOf = async (input: string, output: string): Promise<string> =>
      (await nocturne(['render', input, output], { userId: NOBODY })).stderr;
    expect(await messageOf(join(closed, 'in.mp4'), join(folder, 'o.mp4'))).toContain('[INPUT_NO_PERMISSION]');
    expect(await messageOf('street:duration=1,size=64x36', join(closed, 'o.png'))).toMatch(/\[OUTPUT_\w+\]/);
    writeFileSync(join(folder, 'open.png'), '');
    expect(await messageOf(join(folder, 'open.png'), join(closed, 'o.png'))).toContain('[OUTPUT_NO_PERMISSION]');
  },
);

it('prints the help and exits as a usage error without a command', async () => {
  const { exitCode, stdout, stderr } = await nocturne([]);
  expect([exitCode, stdout]).toEqual([USAGE, '']);
  expect(stderr).toMatch(/^Usage: nocturne <command>/);
});

it('prints the version without loading the commands', async () => {
  const { exitCode, stdout, stderr } = await nocturne(['--version'], {
    environment: { NODE_DEBUG: 'esm' },
  });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(stderr).not.toMatch(/node_modules\/(zod|node-av|pino|fastify|sharp)\//);
});
