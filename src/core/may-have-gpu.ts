import { existsSync, readdirSync } from 'node:fs';

/** Where Linux shows a GPU: of any maker, of NVIDIA, of Windows under WSL. */
const GPU_FOLDER = '/dev/dri';
const GPU_FILES = ['/dev/nvidia0', '/dev/dxg'];

/** Whether this machine may have a GPU: on Linux, by its device files; true on other systems. Graphics drivers write to stderr where there is none. */
export function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return true;
  const nodes = existsSync(GPU_FOLDER) ? readdirSync(GPU_FOLDER) : [];
  return nodes.some((name) => name.startsWith('renderD')) || GPU_FILES.some((path) => existsSync(path));
}
