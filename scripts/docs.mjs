// Renders docs/errors.md and docs/settings.md from the built code (--write), or checks that they are up to date and that every link of the docs leads somewhere.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { ERROR_CODES } = await import('../dist/core/errors.js');
const { environmentName, flagName, SETTING_NAMES, SETTINGS } = await import('../dist/config/settings.js');
const write = process.argv.includes('--write');
const faults = [];

function errorsPage() {
  const rows = Object.entries(ERROR_CODES).map(([code, row]) => `| \`${code}\` | ${row.meaning} | ${row.remedy} |`);
  return [
    '# Errors',
    '',
    'Every failure has a code that stays the same from version to version; the command line prints it in brackets at the end',
    'of its one line. Rendered from `src/core/errors.ts`.',
    '',
    '| code | what it means | what to do |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function settingsPage() {
  const lines = [
    '# Settings',
    '',
    'One schema for flags, environment variables and the config file (`nocturne.config.json` in the working folder, or',
    '`--config FILE`: one JSON object). Flags win over variables, variables over the file. Rendered from `src/config/settings.ts`.',
    '',
  ];
  const groups = [...new Set(SETTING_NAMES.map((name) => SETTINGS[name].group))];
  for (const group of groups) {
    lines.push(
      `## ${group}`,
      '',
      '| flag | variable | value | default | commands | what it does |',
      '| --- | --- | --- | --- | --- | --- |',
    );
    for (const name of SETTING_NAMES.filter((key) => SETTINGS[key].group === group)) {
      const setting = SETTINGS[name];
      const initial = setting.default === undefined ? '' : `\`${setting.default}\``;
      const cells = [
        `\`${flagName(name)}\``,
        `\`${environmentName(name)}\``,
        setting.rule,
        initial,
        setting.commands.join(', '),
        setting.help,
      ];
      lines.push(`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
    }
    lines.push('');
  }
  return lines.join('\n');
}

async function page(path, text) {
  const options = await resolveConfig(join(root, path));
  const rendered = await format(text, { ...options, filepath: path });
  const file = join(root, path);
  if (write) writeFileSync(file, rendered);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== rendered) {
    faults.push(`${path} is not what the code says: run node scripts/docs.mjs --write`);
  }
}

function checkLinks(file) {
  for (const [, target] of readFileSync(file, 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    if (!existsSync(join(dirname(file), target)))
      faults.push(`${relative(root, file)} links to ${target}, which is not there`);
  }
}

await page('docs/errors.md', errorsPage());
await page('docs/settings.md', settingsPage());
const pages = readdirSync(root)
  .filter((name) => name.endsWith('.md'))
  .map((name) => join(root, name));
for (const entry of readdirSync(join(root, 'docs'), { recursive: true })) {
  if (entry.endsWith('.md')) pages.push(join(root, 'docs', entry));
}
pages.forEach(checkLinks);
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
