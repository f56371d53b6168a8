import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeImage } from '../../../src/image/image-file.js';
import { render } from '../../../src/library.js';
import { paintedImages } from '../../evaluate/painted-images.js';
import { writeSceneModel } from '../../support/scene-model.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder, ...names);

describe('stills lit by a scene network', () => {
  it('have the same bytes alone and in a folder, and other bytes at another time of day', async () => {
    mkdirSync(at('day'));
    for (const [i, image] of paintedImages('day', 3, 1).entries()) await writeImage(at('day', `${i}.png`), image);
    const generator = await writeSceneModel(folder);
    await render(at('day'), at('night'), { generator });
    await render(at('day', '2.png'), at('alone.png'), { generator });
    await render(at('day', '2.png'), at('dusk.png'), { generator, time: 'dusk' });
    const [inFolder, alone, dusk] = [at('night', '2.png'), at('alone.png'), at('dusk.png')].map((path) =>
      readFileSync(path),
    );
    expect(alone?.equals(inFolder ?? alone.subarray(1))).toBe(true);
    expect(dusk?.equals(inFolder ?? dusk)).toBe(false);
  });
});
