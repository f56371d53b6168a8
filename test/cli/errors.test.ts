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

const folder = temporaryFolder();
const notVideo = join(folder, 'notes.txt');
writeFileSync(notVideo, 'not a video at all\n'.repeat(200));

/** The one line that a failure is told in. */
async function lineOf(...args: string[]): Promise<string> {
  const result = await nocturne(args, { cwd: folder });
  expect(result.exitCode).not.toBe(0);
  const lines = result.stderr.split('\n').filter((line) => line !== '');
  expect(lines, result.stderr).toHaveLength(1);
  return lines[0]!;
}

describe('one clear line and a non-zero exit for', () => {
  it.each(['serve', 'probe'])('no such file: %s', async (command) => {
    const args = command === 'serve' ? ['serve', 'nothing.mp4', '--port', '0'] : [command, 'nothing.mp4'];
    const result = await nocturne(args, { cwd: folder });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain('nothing.mp4');
    expect(result.stderr).toContain('[INPUT_NOT_FOUND]');
  });

  it('no such file to render', async () => {
    expect(await lineOf('render', 'nothing.mp4', 'out.mp4')).toContain('[INPUT_NOT_FOUND]');
  });

  it('a file that is not a video', async () => {
    expect(await lineOf('render', notVideo, 'out.mp4')).toContain('[INPUT_NOT_VIDEO]');
  });

  it('a sender that never comes, within the time given to it', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const input = `udp://127.0.0.1:${socket.address().port}`;
    socket.close();
    await once(socket, 'close');
    const line = await lineOf('probe', input, '--open-timeout', '0.5');
    expect(line).toContain(`no video received on ${input} within 0.5 s.`);
    expect(line).toContain('[INPUT_REFUSED]');
  });

  it.skipIf(!hasFfmpeg)('an output that is the input', async () => {
    const clip = join(folder, 'a.mp4');
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=64x36:duration=0.2', clip);
    expect(await lineOf('render', clip, clip, '--overwrite')).toContain('[OUTPUT_IS_INPUT]');
    expect(await lineOf('render', clip, join(folder, 'sub/none.mp4'))).toMatch(/\[OUTPUT_\w+\]/);
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=64x36:duration=0.2', join(folder, 'b.mp4'));
    expect(await lineOf('render', clip, join(folder, 'b.mp4'))).toContain('[OUTPUT_EXISTS]');
  });

  it.skipIf(!hasFfmpeg)('an output whose folder is not there, or takes no file', async () => {
    const clip = join(folder, 'c.mp4');
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=64x36:duration=0.2', clip);
    expect(await lineOf('render', clip, 'nodir/o.mp4')).toMatch(/does not exist\. Make it first\. \[OUTPUT_FAILED\]/);
    if (!existsSync('/proc/self')) return;
    expect(await lineOf('render', clip, '/proc/o.mp4')).toContain('[OUTPUT_NO_PERMISSION]');
    mkdirSync(join(folder, 'pictures'));
    ffmpeg('-i', clip, '-frames:v', '1', join(folder, 'pictures/1.png'));
    expect(await lineOf('render', 'pictures', '/proc/night')).toContain('[OUTPUT_NO_PERMISSION]');
  });

  it.skipIf(!hasFfmpeg)('a start after the end, and an index at the end of what is read forwards', async () => {
    const clip = join(folder, 'd.mp4');
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=640x360:duration=2', clip);
    expect(await lineOf('render', clip, 'd-night.mp4', '--start', '100')).toContain('[INPUT_TOO_SHORT]');
    const server = createHttpServer((_, response) => response.end(readFileSync(clip))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // a TCP server
    const line = await lineOf('render', `http://127.0.0.1:${port}/d.mp4`, 'd-night.mp4');
    server.close();
    expect(line).toContain('faststart');
    expect(line).toContain('[INPUT_NOT_SEEKABLE]');
  });

  it('a remedy that leads somewhere', async () => {
    expect(await lineOf('probe', notVideo)).not.toContain('probe`');
    expect(await lineOf('render', 'street:duration=1,size=320x180', 'n.mp4', '--generator', 'foo')).toContain(
      '`grade`',
    );
    expect(await lineOf('probe', 'rtmp://:1936/live/key')).toContain('--listen');
    if (process.platform === 'linux' && !existsSync('/dev/video63'))
      expect(await lineOf('probe', 'camera:63')).toContain('cameras on this machine: ');
  });

  it('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const line = await lineOf('serve', 'street:size=320x180', '--port', String(port), '--log-level', 'silent');
    other.close();
    expect(line).toContain(String(port));
    expect(line).toContain('[PORT_TAKEN]');
  });

  it('an unknown flag, a bad value, a bad config file', async () => {
    const unknown = await lineOf('serve', '--sped', '2');
    expect(unknown).toMatch(/^nocturne: unknown option '--sped' \(Did you mean --\w+\?\).*--help.*\[CONFIG_INVALID\]$/);
    expect(await lineOf('rendr', 'a.mp4')).toMatch(/^nocturne: unknown command 'rendr' \(Did you mean render\?\)/);
    expect(await lineOf('render', 'a.mp4')).toMatch(
      /^nocturne: missing required argument 'output'\. .*\[CONFIG_INVALID\]$/,
    );
    expect(await lineOf('serve', '--port', 'abc')).toContain(
      '--port must be a whole number from 0 to 65535, got "abc".',
    );
    writeFileSync(join(folder, 'bad.json'), '{ "port": }');
    expect(await lineOf('serve', '--config', join(folder, 'bad.json'))).toContain('[CONFIG_INVALID]');
  });

  it('a model that is not there', async () => {
    const line = await lineOf('render', 'street:duration=1,size=320x180', 'n.mp4', '--generator', 'gone.onnx');
    expect(line).toContain('[MODEL_NOT_FOUND]');
  });
});

it('prints help with examples and every command', async () => {
  const { exitCode, stdout } = await nocturne(['--help']);
  expect(exitCode).toBe(0);
  for (const word of ['serve', 'render', 'probe', 'doctor', 'nocturne render drive.mp4 night.mp4'])
    expect(stdout).toContain(word);
  const serve = await nocturne(['serve', '--help']);
  for (const word of ['--strength', '--token', '--loop', '--no-reconnect', 'Server:', 'Night:'])
    expect(serve.stdout).toContain(word);
});

/** Root reads everything: as root the command runs as nobody, where that user can reach the checkout. */
const NOBODY = 65534;
it.skipIf(process.getuid?.() !== 0)('tells a folder that may not be entered from a defect', async ({ skip }) => {
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
});
