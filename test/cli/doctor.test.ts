import { expect, it } from 'vitest';
import { nocturne } from '../support/command.js';

it('reports what works on this machine, without the output of drivers', { timeout: 90_000 }, async () => {
  const { exitCode, stdout, stderr } = await nocturne(['doctor']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/✓ network on cpu +runs a test network/);
  expect(stdout).toMatch(/[✓–] network on webgpu/);
  expect(stdout).toMatch(
    /✓ decoder \w+ +opens;|– decoder vaapi +no device or driver opens|– decoder vaapi +this build/,
  );
  expect(stdout).not.toContain('decodes on it'); // opening a device does not show that
  expect(stdout).toContain('✓ encoder libx264');
  expect(stderr).toBe('');
});

it('prints one JSON object with --json', { timeout: 90_000 }, async () => {
  const { stdout, stderr } = await nocturne(['doctor', '--json']);
  expect(stderr).toBe('');
  const { findings } = JSON.parse(stdout) as { findings: { what: string; state: string }[] };
  expect(findings).toContainEqual(expect.objectContaining({ what: 'network on cpu', state: 'ok' }));
});
