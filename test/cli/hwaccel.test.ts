import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { listHwaccels } from '../../src/ingest/av-hardware.js';
import { nocturne } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const video = join(folder, 'day.mp4');
const reports = listHwaccels();

/** Renders the video with a device that decodes. */
function render(hwaccel: string) {
  const night = join(folder, `${hwaccel}.mp4`);
  return nocturne(['render', video, night, '--generator', 'grade', '--hwaccel', hwaccel]);
}

beforeAll(async () => {
  const street = ['render', 'street:size=320x180,rate=10', video, '--duration', '0.3', '--generator', 'grade'];
  const { exitCode, stderr } = await nocturne(street);
  if (exitCode !== 0) throw new Error(stderr);
}, 60_000);

describe('a device that decodes', () => {
  const missing = reports.filter(({ available }) => !available).map(({ name }) => name);

  it.each(missing.slice(0, 2))(
    'is refused in one line where it does not open: %s',
    { timeout: 60_000 },
    async (name) => {
      const { exitCode, stderr } = await render(name);
      expect(exitCode).toBe(1);
      const reason = 'no device or driver opens|this build of libav|it does not decode';
      expect(stderr).toMatch(
        new RegExp(`^nocturne: --hwaccel ${name} is not available: (${reason}).*DEVICE_UNAVAILABLE]\\n$`),
      );
    },
  );

  it('is what auto takes, else the CPU, and the result says which', { timeout: 60_000 }, async () => {
    const { exitCode, stdout, stderr } = await render('auto');
    expect(exitCode).toBe(0);
    const opens = reports.some(({ name, available }) => available && name !== 'vulkan');
    expect(stdout + stderr).toMatch(
      opens ? /note: decoded on / : /note: decoded on the CPU: no device that decodes opens here/,
    );
  });
});
