/** The reason of an error for people: the first line of its message, without full stop, to be put into a sentence. */
export function firstLine(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).trim();
  return (text.split('\n', 1)[0] ?? text).replace(/[.\s]+$/, '');
}
