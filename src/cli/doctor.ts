import { cpus, freemem, totalmem } from 'node:os';
import { spawnSync, type SpawnSyncOptionsWithStringEncoding } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { DeviceReport } from '../infer/ort-devices.js';
import { openRenderer } from '../render/wasm-renderer.js';
import { listEncoders } from '../encode/av-encoder-probe.js';
import { packageVersion } from './package-version.js';

/** One line of the doctor's report. */
interface Finding {
  readonly what: string;
  /** `ok`: there. `missing`: something works less well without it. `broken`: the product cannot work. */
  readonly state: 'ok' | 'missing' | 'broken';
  readonly detail: string;
}

const OLDEST_NODE = [20, 19] as const;
const MARKS = { ok: '✓', missing: '–', broken: '✗' } as const;

/** `nocturne doctor`: what this machine can do, by trying it. Exits non-zero when the product cannot work here. */
export async function doctor(command: Command): Promise<void> {
  const findings = [nodeFinding(), cpuFinding(), memoryFinding(), await kernelFinding(), ...(await encoderFindings())];
  findings.push(...deviceFindings(), commandFinding());
  const isBroken = findings.some(({ state }) => state === 'broken');
  if (command.opts<{ json?: boolean }>().json === true) {
    process.stdout.write(`${JSON.stringify({ version: packageVersion(), findings }, null, 2)}\n`);
  } else {
    process.stdout.write(`nocturne ${packageVersion()} on ${process.platform} ${process.arch}\n`);
    for (const { what, state, detail } of findings)
      process.stdout.write(`${MARKS[state]} ${what.padEnd(22)} ${detail}\n`);
    const verdict = isBroken ? 'cannot work here: see ✗' : 'works here; what has a – is not needed';
    process.stdout.write(`Nocturne ${verdict}.\n`);
  }
  if (isBroken) process.exitCode = 1;
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const recent = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const detail = recent ? process.version : `${process.version}: install ${OLDEST_NODE.join('.')} or newer`;
  return { what: 'Node', state: recent ? 'ok' : 'broken', detail };
}

function cpuFinding(): Finding {
  const cores = cpus();
  const detail = `${cores.length} cores, ${cores[0]?.model.trim() ?? 'unknown model'}`;
  return { what: 'CPU', state: cores.length > 1 ? 'ok' : 'missing', detail };
}

function memoryFinding(): Finding {
  const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
  const detail = `${gibibytes(freemem())} GiB free of ${gibibytes(totalmem())}`;
  return { what: 'memory', state: freemem() > 2 ** 29 ? 'ok' : 'missing', detail };
}

async function kernelFinding(): Promise<Finding> {
  try {
    (await openRenderer())[Symbol.dispose]();
    return { what: 'WebAssembly SIMD', state: 'ok', detail: 'the kernels load' };
  } catch (error) {
    return {
      what: 'WebAssembly SIMD',
      state: 'broken',
      detail: error instanceof Error ? error.message : String(error),
    };
  }
}

async function encoderFindings(): Promise<Finding[]> {
  const encoders = await listEncoders();
  return encoders.map(({ name, available, reason }) => {
    const state = available ? 'ok' : name === 'libx264' ? 'broken' : 'missing';
    return { what: `encoder ${name}`, state, detail: available ? 'encodes a test picture' : reason };
  });
}

/** Most time that trying the devices may take, milliseconds. */
const DEVICES_WITHIN_MS = 60_000;

function deviceFindings(): Finding[] {
  const script = fileURLToPath(new URL('doctor-devices.js', import.meta.url));
  const options: SpawnSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: DEVICES_WITHIN_MS,
  };
  const { status, signal, stdout } = spawnSync(process.execPath, [script], options);
  if (status !== 0) {
    const detail = `trying them ended with ${signal ?? `exit code ${status}`}; --device cpu keeps away from the graphics driver`;
    return [{ what: 'devices for a network', state: 'missing', detail }];
  }
  const devices = JSON.parse(stdout) as DeviceReport[]; // as doctor-devices.ts writes it
  return devices.map(({ name, available, reason }) => {
    const state = available ? 'ok' : name === 'cpu' ? 'broken' : 'missing';
    return { what: `network on ${name}`, state, detail: available ? 'runs a test network' : reason };
  });
}

function commandFinding(): Finding {
  const found = spawnSync('ffmpeg', ['-version'], { encoding: 'utf8' });
  const version = found.status === 0 ? /version (\S+)/.exec(found.stdout)?.[1] : undefined;
  const detail = version ?? 'not installed; only benchmarks and tests use it (apt-get install ffmpeg)';
  return { what: 'ffmpeg command', state: version === undefined ? 'missing' : 'ok', detail };
}
