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
