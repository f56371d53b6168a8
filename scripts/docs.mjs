// Writes docs/errors.md, docs/settings.md, recipes/recipe.schema.json, docs/config.schema.json and the import table of ARCHITECTURE.md from the code (--write), or checks that they are up to date and
// that every link in the docs has a target.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { MODULES } from './import-table.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { ERROR_CODES, EXIT_CODES } = await import('../dist/core/errors.js');
const { ruleOf } = await import('../dist/config/setting.js');
const { environmentName, flagName, SETTING_NAMES, SETTINGS } = await import('../dist/config/settings.js');
const { configSchema } = await import('../dist/config/config-schema.js');
const { recipeJsonSchema } = await import('../dist/augment/recipe/recipe-schema.js');
const isWriting = process.argv.includes('--write');
const problems = [];

function errorsPage() {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, { exit, meaning, remedy }]) => `| \`${code}\` | ${EXIT_CODES[exit].code} | ${meaning} | ${remedy} |`,
  );
  const exitRows = Object.values(EXIT_CODES).map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  return [
    '# Errors',
    '',
    'Every failure has a code that is stable across versions. The command line prints it in brackets at the end of a one-line',
    'message. Generated from `src/core/errors.ts`.',
    '',
    '| code | exit code | meaning | remedy |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '## Exit codes',
    '',
    '| exit code | meaning |',
    '| --- | --- |',
    ...exitRows,
    '',
    '`nocturne doctor` exits with 1 if nocturne cannot work on the machine. `nocturne serve` with several inputs exits with the code',
    'of their failures if they share one, else with 1.',
    '',
  ].join('\n');
}

function settingsPage() {
  const lines = [
    '# Settings',
    '',
    'Each setting is a flag, an environment variable and a key of the config file, whose keys are written like `maxViewers`. Flags override',
    'variables; variables override the file. The file is `nocturne.config.json`, `.yaml` or `.yml` in the working folder, or `--config FILE`: one',
    'object, as JSON or, where its name says so, YAML ([schema](config.schema.json)). `streams` in it lists the streams of `serve`, which may have settings',
    'of their own; strings may name environment variables as `${NAME}` ([how](streams.md#streams-in-the-config-file)). Generated from `src/config/settings.ts`.',
    '',
  ];
  const groups = [...new Set(SETTING_NAMES.map((name) => SETTINGS[name].group))];
  for (const group of groups) {
    lines.push(
      `## ${group}`,
      '',
      '| flag | variable | value | default | commands | description |',
      '| --- | --- | --- | --- | --- | --- |',
    );
    for (const name of SETTING_NAMES.filter((key) => SETTINGS[key].group === group)) {
      const setting = SETTINGS[name];
      const initial = setting.default === undefined ? '' : `\`${setting.default}\``;
      const cells = [
        `\`${setting.default === true ? flagName(name).replace('--', '--no-') : flagName(name)}\``,
        `\`${environmentName(name)}\``,
        ruleOf(setting),
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

/** ARCHITECTURE.md with the table of scripts/import-table.mjs between its two markers. */
function architecturePage() {
  const short = (path) => path.replace(/^src[/]/, '');
  const rows = Object.entries(MODULES).map(([module, { holds, imports, packages = {} }]) => {
    const owned = Object.entries(packages).map(
      ([name, files]) => name + (files.length > 0 ? ` (\`${files.join('`, `')}\`)` : ''),
    );
    const ours = imports.map((path) => `\`${short(path)}\``).join(', ') || 'nothing';
    return `| \`${module}\` | ${holds} | ${ours} | ${owned.join(', ') || 'none'} |`;
  });
  const table = [
    '| module | holds | imports of ours | third-party packages |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  return text.replace(
    /(<!-- import table[^\n]*-->\n)[\s\S]*(<!-- end of import table -->)/,
    (_, start, end) => `${start}\n${table}\n\n${end}`,
  );
}

async function writeOrCheck(path, text) {
  const options = await resolveConfig(join(root, path));
  const rendered = await format(text, { ...options, filepath: path });
  const file = join(root, path);
  if (isWriting) writeFileSync(file, rendered);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== rendered) {
    problems.push(`${path} is out of date: run node scripts/docs.mjs --write`);
  }
}

function checkLinks(file) {
  for (const [, target] of readFileSync(file, 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    if (!existsSync(join(dirname(file), target)))
      problems.push(`${relative(root, file)} links to ${target}, which does not exist`);
  }
}

await writeOrCheck('docs/errors.md', errorsPage());
await writeOrCheck('docs/settings.md', settingsPage());
await writeOrCheck('ARCHITECTURE.md', architecturePage());
await writeOrCheck('docs/config.schema.json', JSON.stringify(configSchema()));
await writeOrCheck('recipes/recipe.schema.json', JSON.stringify(recipeJsonSchema()));
const pages = readdirSync(root)
  .filter((name) => name.endsWith('.md'))
  .map((name) => join(root, name));
for (const entry of readdirSync(join(root, 'docs'), { recursive: true })) {
  if (entry.endsWith('.md')) pages.push(join(root, 'docs', entry));
}
pages.forEach(checkLinks);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
