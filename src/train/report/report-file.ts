import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { reportFailure } from './report-failure.js';

/** Creates a run's folder, if it does not exist. Throws NocturneError OUTPUT_*. */
export async function createRunFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw reportFailure(path, error);
  });
}

/** Writes a text file of a run, which appears complete or not at all. Throws NocturneError OUTPUT_*: the old file is then unchanged. */
export async function writeReportFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.part`;
  try {
    await writeFile(temporary, text, { flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw reportFailure(path, error);
  }
}
