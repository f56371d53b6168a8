import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';

/** Whether this machine has the browser; warns when it does not. */
export function hasBrowser(): boolean {
  const found = existsSync(EXECUTABLE);
  if (!found) console.warn(`skipped: no browser at ${EXECUTABLE}`);
  return found;
}

/** A headless Chromium with a temporary profile. */
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
