/** Secrets shorter than this are not searched for, characters: they would mask parts of ordinary words. */
const MIN_LENGTH = 6;
const MASK = '***';

/** Every form of every secret of this process, longest first. */
let forms: readonly string[] = [];

/**
 * Remembers a secret of this process, so that {@link redact} masks it: as it is, percent-encoded, and as JSON writes it. One of under six
 * characters is masked only where `maskUrl` expects a secret.
 */
export function rememberSecret(secret: string): void {
  if (secret.length < MIN_LENGTH) return;
  const found = [secret, encodeURIComponent(secret), encodeURI(secret), JSON.stringify(secret).slice(1, -1)];
  forms = [...new Set([...forms, ...found])].sort((a, b) => b.length - a.length);
}

/** A text with every remembered secret masked: for logs, pages and error lines. Masks too much rather than too little. */
export function redact(text: string): string {
  let masked = text;
  for (const form of forms) if (masked.includes(form)) masked = masked.replaceAll(form, MASK);
  return masked;
}
