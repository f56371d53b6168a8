import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { NocturneError } from '../core/errors.js';

/** The end of an http URL that names a file. */
const MEDIA_EXTENSION = /\.(mp4|m4v|mov|mkv|webm|ts|avi|flv|m3u8|mpd)(?:[?#]|$)/i;
const MAX_NAME_LENGTH = 60;

/**
 * Names the stream of each input: as given by `NAME=INPUT`, else after the input; equal names get a number. A file whose
 * own name has that form is the input.
 * Throws NocturneError CONFIG_INVALID if a given name is not unique.
 */
export function nameInputs(inputs: readonly string[]): { name: string; input: string }[] {
  const taken = new Set<string>();
  return inputs.map((argument) => {
    const given = existsSync(argument) ? null : /^([A-Za-z0-9][A-Za-z0-9_-]{0,59})=(.+)$/s.exec(argument);
    const input = given?.[2] ?? argument;
    const wanted = given?.[1] ?? nameOf(input);
    if (given && taken.has(wanted)) {
      throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message: `two streams are named ${wanted}.` });
    }
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
    taken.add(name);
    return { name, input };
  });
}

/**
 * A name that is safe to show: it appears in URLs and logs. Of an address it uses the scheme only, since host, path and
 * parameters can be secrets. An http URL of a file is named after the file, like a local file.
 */
function nameOf(input: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(input)?.[1]?.toLowerCase();
  if (scheme === undefined) return toName(basename(input, extname(input))) || 'stream';
  if (scheme === 'camera') return toName(`camera${input.slice('camera:'.length)}`);
  const isFile = scheme === 'file' || (/^https?$/.test(scheme) && MEDIA_EXTENSION.test(input));
  if (!isFile) return scheme;
  const path = input.replace(/[?#].*$/s, '');
  return toName(basename(path, extname(path))) || scheme;
}

/** Keeps the characters that a name allows; returns an empty string for digits alone. */
function toName(text: string): string {
  const name = text
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, MAX_NAME_LENGTH);
  return /^\d+$/.test(name) ? '' : name;
}
