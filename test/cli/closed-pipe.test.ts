import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const NOCTURNE = `"${process.execPath}" "${MAIN}"`;
const hasBash = existsSync('/bin/bash');

/** The work takes seconds on an idle machine. */
vi.setConfig({ testTimeout: 300_000 });

/** Runs a pipeline in bash. Returns the exit code of `nocturne`, its first command, and all that goes to bash's stderr. */
async function runPipeline(pipeline: string): Promise<{ exitCode: number; stderr: string }> {
  const script = `${pipeline}; echo "exit:\${PIPESTATUS[0]}" >&2`;
  const child = spawn('/bin/bash', ['-c', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  await once(child, 'close');
  const [, code = 'none'] = /exit:(\d+)\n$/.exec(stderr) ?? [];
  return { exitCode: Number(code), stderr: stderr.replace(/exit:\d+\n$/, '') };
}

/** `true` closes its end of the pipe at once, long before the command writes. */
describe.skipIf(!hasBash)('a reader that closes the pipe ends quietly, with the exit code of SIGPIPE,', () => {
  it.each(['doctor', 'doctor --json', 'probe street', 'serve street:size=64x36 --port 0 --log-level silent'])(
    'nocturne %s',
    async (args) => {
      expect(await runPipeline(`${NOCTURNE} ${args} | true`)).toEqual({ exitCode: 141, stderr: '' });
    },
  );

  it('a server whose log nobody reads', async () => {
    const serve = 'serve street:size=64x36 --port 0 --log-level debug';
    expect(await runPipeline(`${NOCTURNE} ${serve} 2>&1 >/dev/null | true`)).toEqual({ exitCode: 141, stderr: '' });
  });

  it('a failure that nobody reads', async () => {
    const { exitCode } = await runPipeline(`${NOCTURNE} probe nothing.mp4 2>&1 | true`);
    expect(exitCode).toBe(141);
  });
});

it.skipIf(!hasBash || !existsSync('/dev/full'))('a full disk under stdout is an output error', async () => {
  const { exitCode, stderr } = await runPipeline(`${NOCTURNE} probe street --json > /dev/full`);
  expect(exitCode).toBe(4);
  expect(stderr).toMatch(/^nocturne: cannot write to standard output: .*ENOSPC.*\[OUTPUT_FAILED\]\n$/);
});
