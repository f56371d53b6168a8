import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';

/** Whether this machine has the browser; says so when not. */
export function hasBrowser(): boolean {
  const found = existsSync(EXECUTABLE);
  if (!found) console.warn(`skipped: no browser at ${EXECUTABLE}`);
  return found;
}

/** A headless Chromium with a profile of its own, which leaves with it. */
export async function openBrowser(extraArguments: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ...extraArguments,
    ],
  });
}
