/** Encodings by their byte order mark, as Windows tools write them. */
const MARKS: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/**
 * The text of a file that people write: UTF-8, or what its byte order mark says, without that mark. Throws TypeError, with
 * a clause for people, when it is neither.
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding = MARKS.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte))?.[0] ?? 'utf-8';
  let text: string | undefined;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    // the error below says it for people
  }
  if (text === undefined || text.includes('\0')) throw new TypeError('it is not UTF-8 text: save it as UTF-8');
  return text;
}

/** The value of a JSON file that people write; see {@link decodeText}. Throws SyntaxError or TypeError. */
export function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(decodeText(bytes));
}
