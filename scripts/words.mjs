// Refuses the words that docs/glossary.md replaces (its last column), in strings, comments and names of src/ and web-viewer/, and in the
// prose of the docs. Prints file:line, the word and what to write. `node scripts/words.mjs [FILE...]` checks single files.
//
// In the glossary's last column, words in brackets have other meanings too and are not checked; words in code font are checked in names
// only: `MOST_` as a beginning, `XInit` as an ending.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const GLOSSARY = 'docs/glossary.md';
/** AssemblyScript, whose names stay as they are; its comments are checked. */
const COMMENTS_ONLY = /src[\\/]image[\\/]kernels[\\/]/;

/** Text that may contain a refused word. */
const EXCEPTIONS = [
  /\bAV_PICTURE_\w+/g, // libav's constants
  /\b(?:EncodedVideoChunk|RequestInit|ResponseInit|HeadersInit)\w*/g, // types of the DOM
];

/** The refused words, longest first: where each is wrong, and what to write. */
function readRules() {
  const termsOf = new Map();
  for (const line of readFileSync(join(root, GLOSSARY), 'utf8').split('\n')) {
    const [, term = '', , column = ''] = line.split('|').map((cell) => cell.trim());
    if (term === '' || term === 'term' || /^-+$/.test(term)) continue;
    for (const part of column.replaceAll(/\([^)]*\)/g, '').split(',')) {
      const word = part.trim();
      if (word !== '') termsOf.set(word, [...(termsOf.get(word) ?? []), term.replaceAll('`', '')]);
    }
  }
  return [...termsOf]
    .sort(([a], [b]) => b.length - a.length)
    .map(([word, terms]) => ({ advice: terms.join(' or '), ...patternsOf(word) }));
}

function patternsOf(word) {
  const code = /^`(.+)`$/.exec(word)?.[1];
  if (code === undefined) {
    const text = new RegExp(`\\b${word.replaceAll(' ', '\\s+')}s?\\b`, 'gi');
    return { text, names: new RegExp(`\\b${word.replaceAll('-', ' ')}s?\\b`, 'i') };
  }
  const names = code.startsWith('X')
    ? new RegExp(`^[A-Z]\\w*${code.slice(1)}$`)
    : new RegExp(`^${code.replace(/_$/, '(_|$)')}`);
  return { rawNames: names };
}

/** `LIVE_PICTURES` and `livePictures` as `live pictures`. */
function wordsOf(name) {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_$#]+/g, ' ')
    .trim();
}

/** Every stretch of text or name in a file, with its offset: `[kind, offset, text]`. */
function* piecesOf(path, source) {
  if (extname(path) === '.ts') yield* piecesOfTypeScript(path, source);
  else if (extname(path) === '.html') yield ['text', 0, source.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, blank)];
  else yield ['text', 0, source.replaceAll(/^.*\b(?:ffmpeg|ffprobe)\b.*$/gm, blankInCode(source))];
}

/** Same length and lines, without text. */
function blank(text) {
  return text.replaceAll(/[^\n]/g, ' ');
}

/** Blanks a line of Markdown if it is in a fenced code block. */
function blankInCode(source) {
  return (line, offset) => ((source.slice(0, offset).match(/^```/gm) ?? []).length % 2 === 1 ? blank(line) : line);
}

function* piecesOfTypeScript(path, source) {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const hasOnlyComments = COMMENTS_ONLY.test(path);
  const queue = [file];
  for (let node = queue.pop(); node; node = queue.pop()) {
    if (node.kind === ts.SyntaxKind.JSDoc) continue; // part of the next token's trivia
    const children = node.getChildren(file);
    queue.push(...children);
    if (children.length > 0) continue;
    const start = node.getStart(file);
    yield ['text', node.getFullStart(), source.slice(node.getFullStart(), start)];
    if (hasOnlyComments) continue;
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) yield ['name', start, node.text];
    else if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) yield ['text', start, node.getText(file)];
  }
}

/** The refused words in a piece: `{ at, found, advice }`. A word inside a longer refused one counts once. */
function hitsIn([kind, , raw], rules) {
  const text = EXCEPTIONS.reduce((rest, exception) => rest.replaceAll(exception, blank), raw);
  if (kind === 'name') {
    const rule = rules.find(
      ({ names, rawNames }) => names?.test(wordsOf(text)) || rawNames?.test(text.replace('#', '')),
    );
    return rule ? [{ at: 0, found: raw, advice: rule.advice }] : [];
  }
  const hits = [];
  for (const { text: pattern, advice } of rules) {
    for (const { index: at, 0: found } of pattern ? text.matchAll(pattern) : []) {
      const isInside = hits.some((hit) => at >= hit.at && at < hit.at + hit.found.length);
      if (!isInside) hits.push({ at, found, advice });
    }
  }
  return hits;
}

function problemsOf(path, rules) {
  const source = readFileSync(path, 'utf8');
  const lineOf = (offset) => source.slice(0, offset).split('\n').length;
  return [...piecesOf(path, source)]
    .flatMap((piece) => hitsIn(piece, rules).map(({ at, ...hit }) => ({ offset: piece[1] + at, ...hit })))
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, found, advice }) => ({ line: lineOf(offset), found: found.replaceAll(/\s+/g, ' '), advice }));
}

function defaultFiles() {
  const list = (folder, pattern, recursive) =>
    readdirSync(join(root, folder), { recursive })
      .filter((name) => pattern.test(name))
      .map((name) => join(root, folder, name));
  return [
    ...list('src', /\.ts$/, true),
    ...list('web-viewer', /\.(ts|html)$/, true),
    ...list('docs', /\.md$/, false).filter((path) => relative(root, path) !== GLOSSARY),
    ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'].map((name) => join(root, name)),
  ];
}

const rules = readRules();
const files = process.argv.length > 2 ? process.argv.slice(2).map((path) => resolve(path)) : defaultFiles();
let count = 0;
for (const path of files) {
  const problems = problemsOf(path, rules);
  for (const { line, found, advice } of problems) {
    process.stderr.write(`${relative(process.cwd(), path)}:${line}: "${found}": write ${advice}\n`);
  }
  count += problems.length;
}
if (count > 0) process.stderr.write(`${count} words that ${GLOSSARY} replaces\n`);
process.exitCode = count > 0 ? 1 : 0;
