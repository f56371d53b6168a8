import { expect, it } from 'vitest';
import { nocturne } from '../support/command.js';

it('says what this machine can do, and keeps the lines of drivers to itself', { timeout: 90_000 }, async () => {
  const { exitCode, stdout, stderr } = await nocturne(['doctor']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/✓ network on cpu +runs a test network/);
  expect(stdout).toMatch(/[✓–] network on webgpu/);
  expect(stdout).toContain('✓ encoder libx264');
  expect(stderr).toBe('');
});

it('gives the same as JSON', { timeout: 90_000 }, async () => {
  const { stdout } = await nocturne(['doctor', '--json']);
  const { findings } = JSON.parse(stdout) as { findings: { what: string; state: string }[] };
  expect(findings).toContainEqual(expect.objectContaining({ what: 'network on cpu', state: 'ok' }));
});
