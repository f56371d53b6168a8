import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/words.mjs', import.meta.url));
const folder = temporaryFolder();

/** Checks a file with a text; returns the exit code and the problems without the folder. */
function check(name: string, text: string): { status: number | null; problems: string[] } {
  writeFileSync(join(folder, name), text);
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, name], { cwd: folder, encoding: 'utf8' });
  return { status, problems: stderr.split('\n').filter((line) => line.startsWith(name)) };
}

it('refuses a word of the glossary in a help text, a template, a comment and a name', () => {
  const { status, problems } = check(
    'help.ts',
    [
      "const setting = { help: 'rate of the pictures' };",
      '/** The last picture. */',
      'const lastPicture = `${setting.help}: patience`;',
      'const MOST_FRAMES = 3; // started anew',
    ].join('\n'),
  );
  expect(status).toBe(1);
  expect(problems).toEqual([
    'help.ts:1: "pictures": write frame or image',
    'help.ts:2: "picture": write frame or image',
    'help.ts:3: "lastPicture": write frame or image',
    'help.ts:3: "patience": write timeout',
    'help.ts:4: "MOST_FRAMES": write MAX_, MIN_',
    'help.ts:4: "anew": write again, restart',
  ]);
});

it('accepts the terms of the glossary, words in brackets and the constants of libav', () => {
  const text =
    "// The view takes most frames: av.AV_PICTURE_TYPE_I\nconst maxFrames = av.AV_PICTURE_TYPE_I + 'at least';\n";
  expect(check('clean.ts', text)).toEqual({ status: 0, problems: [] });
});

it('checks the prose of Markdown, but not the output of ffmpeg in a code block', () => {
  const text = 'A frame.\n\n```sh\nffmpeg -i picture.png\n```\n\nOne small picture.\n';
  expect(check('page.md', text)).toEqual({ status: 1, problems: ['page.md:7: "small picture": write thumbnail'] });
});
