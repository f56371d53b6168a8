import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../core/logger.js';
import type { GeneratorAddress } from '../stream-settings.js';
import { GeneratorProcess } from './generator-process.js';

/** Longest path of a Unix domain socket, bytes, its end included: 104 on macOS, 108 on Linux. */
const MAX_SOCKET_PATH = 104;

/** A stream's share of the generator process. */
export interface GeneratorLease {
  readonly address: GeneratorAddress;
  /** Process id; undefined while there is none. */
  readonly pid: number | undefined;
  /** Ends the process when no other stream uses it. Idempotent, never throws. */
  release(): Promise<void>;
}

/** Options of {@link GeneratorHost.lease}; those of the first lease count. */
export interface LeaseOptions {
  /** Most requests of a network that run together; undefined: what suits its device. */
  readonly batch: number | undefined;
  readonly logger: Logger;
}

/** A generator process and where it is reached. */
interface RunningProcess {
  readonly process: GeneratorProcess;
  /** Holds its socket; undefined on Windows. */
  readonly folder: string | undefined;
  readonly address: GeneratorAddress;
}

/** The one generator process of this process: it runs while a stream uses it. */
export class GeneratorHost {
  #running: RunningProcess | undefined;
  #leases = 0;

  /** Starts the process unless it runs. */
  lease({ batch, logger }: LeaseOptions): GeneratorLease {
    const running = (this.#running ??= startProcess(batch, logger));
    this.#leases++;
    let releasing: Promise<void> | undefined;
    return {
      address: running.address,
      get pid() {
        return running.process.pid;
      },
      release: () => (releasing ??= this.#release()),
    };
  }

  async #release(): Promise<void> {
    const running = this.#running;
    if (--this.#leases > 0 || !running) return;
    this.#running = undefined;
    await running.process.close();
    if (running.folder !== undefined) rmSync(running.folder, { recursive: true, force: true });
  }
}

/** The host that streams of this process share. */
export const generatorHost = new GeneratorHost();

function startProcess(batch: number | undefined, logger: Logger): RunningProcess {
  const key = randomBytes(32).toString('hex');
  const name = `nocturne-${randomBytes(16).toString('hex')}`;
  const folder = process.platform === 'win32' ? undefined : privateFolder();
  const address = folder === undefined ? `\\\\.\\pipe\\${name}` : join(folder, 'generator');
  return { process: new GeneratorProcess({ address, folder, key, batch }, logger), folder, address: { address, key } };
}

/** A new folder that only this user may enter (mkdtemp: mode 0700), with a name that nobody can guess. */
function privateFolder(): string {
  const name = 'nocturne-';
  const place = tmpdir();
  const isShort = Buffer.byteLength(join(place, `${name}XXXXXX`, 'generator')) < MAX_SOCKET_PATH;
  return mkdtempSync(join(isShort ? place : '/tmp', name));
}
