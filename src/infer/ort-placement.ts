import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEVICE_NAMES } from './device-names.js';
import type { Placement, RunDevice } from './network-session.js';

/** Where one operator ran, as a profile of ONNX Runtime says it. */
interface OperatorRun {
  readonly operator: string;
  /** ONNX Runtime's execution provider. */
  readonly provider: string;
}

/** The provider that runs what no other can. */
const CPU_PROVIDER = 'CPUExecutionProvider';
/** Kinds of operator that a notice names. */
const MAX_NAMED = 4;

/** A profile that a session writes while it runs for the first time. */
export class OrtProfile {
  /** Start of the profile's path, for the session. */
  readonly prefix: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.prefix = join(folder, 'profile');
  }

  /** Makes a folder for it. */
  static async create(): Promise<OrtProfile> {
    return new OrtProfile(await mkdtemp(join(tmpdir(), 'nocturne-profile-')));
  }

  /** Reads the profile, once the session has ended it, and removes it. @param asked the device that was asked for, with its notice. */
  async read(asked: Placement): Promise<Placement> {
    const [file] = await readdir(this.#folder);
    const json = file === undefined ? '[]' : await readFile(join(this.#folder, file), 'utf8');
    await this.remove();
    const { notice, ...placement } = placementOf(asked.device, operatorRuns(JSON.parse(json)));
    return { ...placement, notice: [asked.notice, notice].filter((text) => text !== '').join(' ') };
  }

  /** Removes it. Idempotent, never throws. */
  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Where a network runs, from where its operators ran. */
export function placementOf(asked: RunDevice, runs: readonly OperatorRun[]): Placement {
  const onCpu = runs.filter(({ provider }) => provider === CPU_PROVIDER);
  const name = DEVICE_NAMES[asked];
  if (onCpu.length === 0) return { engine: 'onnx', device: asked, notice: '' };
  const kinds = [...new Set(onCpu.map(({ operator }) => operator))].sort();
  const named = kinds.slice(0, MAX_NAMED).join(', ') + (kinds.length > MAX_NAMED ? ', ...' : '');
  if (onCpu.length === runs.length) {
    const notice = `${name} runs no operator of this network (${named}), so all run on the CPU; leave --device at auto.`;
    return { engine: 'onnx', device: 'cpu', notice };
  }
  const verb = onCpu.length === 1 ? 'runs' : 'run';
  const notice =
    `${onCpu.length} of ${runs.length} operators ${verb} on the CPU, because ${name} lacks them (${named}); ` +
    'export the network without them, or compare with --device cpu.';
  return { engine: 'onnx', device: asked, notice };
}

/** The operators that a profile lists; none for other JSON. */
function operatorRuns(events: unknown): OperatorRun[] {
  if (!Array.isArray(events)) return [];
  return events.flatMap((event: Partial<ProfileEvent>) => {
    const { provider, op_name: operator } = event.args ?? {};
    const isRun = event.cat === 'Node' && event.name?.endsWith('_kernel_time') === true;
    return isRun && typeof provider === 'string' && typeof operator === 'string' ? [{ operator, provider }] : [];
  });
}

/** An entry of a profile. */
interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly args: { readonly provider?: unknown; readonly op_name?: unknown };
}
