import { createRequire } from 'node:module';

/** Whether an optional package resolves from this one. */
export function isInstalled(packageName: string): boolean {
  try {
    createRequire(import.meta.url).resolve(packageName);
    return true;
  } catch {
    return false;
  }
}

/** The reason why an installed package does not load: the first line of the error, without a full stop. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? text).replace(/[.\s]+$/, '');
}
