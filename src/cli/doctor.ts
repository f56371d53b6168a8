import { cpus, freemem, totalmem } from 'node:os';
import { spawnSync, type SpawnSyncOptionsWithStringEncoding } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { EXIT_CODES } from '../core/errors.js';
import type { DeviceReport } from '../infer/ort-devices.js';
import type { ApplyReport } from './doctor-apply.js';
import { openRenderer } from '../render/wasm-renderer.js';
import { listEncoders } from '../encode/av-encoder-probe.js';
import { packageVersion } from '../config/package-version.js';
import { printJson } from './standard-streams.js';

/** One line of the report. */
interface Finding {
  readonly what: string;
  /** `ok`: works. `missing`: optional, something works less well without it. `broken`: nocturne cannot work. */
  readonly state: 'ok' | 'missing' | 'broken';
  readonly detail: string;
}

const MIN_NODE_VERSION = [20, 19] as const;
const MARKS = { ok: '✓', missing: '–', broken: '✗' } as const;

/** Runs `nocturne doctor`: tests what works on this machine. Sets a non-zero exit code if nocturne cannot work here. */
export async function doctor(command: Command): Promise<void> {
  const findings = [nodeFinding(), cpuFinding(), memoryFinding(), await kernelFinding(), ...(await encoderFindings())];
  findings.push(...deviceFindings(), applyFinding(), commandFinding());
  const isBroken = findings.some(({ state }) => state === 'broken');
  if (command.opts<{ json?: boolean }>().json === true) {
    printJson({ version: packageVersion(), findings });
  } else {
    process.stdout.write(`nocturne ${packageVersion()} on ${process.platform} ${process.arch}\n`);
    for (const { what, state, detail } of findings)
      process.stdout.write(`${MARKS[state]} ${what.padEnd(22)} ${detail}\n`);
    const verdict = isBroken ? 'cannot work here, see ✗' : 'works here; – marks optional parts';
    process.stdout.write(`Nocturne ${verdict}.\n`);
  }
  if (isBroken) process.exitCode = EXIT_CODES.failure.code;
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isRecent = major > MIN_NODE_VERSION[0] || (major === MIN_NODE_VERSION[0] && minor >= MIN_NODE_VERSION[1]);
  const detail = isRecent ? process.version : `${process.version}: install ${MIN_NODE_VERSION.join('.')} or newer`;
  return { what: 'Node', state: isRecent ? 'ok' : 'broken', detail };
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
    return { what: 'WebAssembly SIMD', state: 'ok', detail: 'kernels load' };
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
    return { what: `encoder ${name}`, state, detail: available ? 'encodes a test frame' : reason };
  });
}

/** Timeout of the device tests, milliseconds. */
const DEVICES_TIMEOUT_MS = 60_000;

function deviceFindings(): Finding[] {
  const script = fileURLToPath(new URL('doctor-devices.js', import.meta.url));
  const options: SpawnSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: DEVICES_TIMEOUT_MS,
  };
  const { status, signal, stdout } = spawnSync(process.execPath, [script], options);
  if (status !== 0) {
    const detail = `the test ended with ${signal ?? `exit code ${status}`}; --device cpu avoids the graphics driver`;
    return [{ what: 'network devices', state: 'missing', detail }];
  }
  const devices = JSON.parse(stdout) as DeviceReport[]; // written by doctor-devices.ts
  return devices.map(({ name, available, reason }) => {
    const state = available ? 'ok' : name === 'cpu' ? 'broken' : 'missing';
    return { what: `network on ${name}`, state, detail: available ? 'runs a test network' : reason };
  });
}

function applyFinding(): Finding {
  const script = fileURLToPath(new URL('doctor-apply.js', import.meta.url));
  const options: SpawnSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: DEVICES_TIMEOUT_MS,
  };
  const { status, signal, stdout } = spawnSync(process.execPath, [script], options);
  const what = 'looks on webgpu';
  if (status !== 0) {
    const detail = `the test ended with ${signal ?? `exit code ${status}`}; --apply-device cpu avoids the graphics driver`;
    return { what, state: 'missing', detail };
  }
  const { available, detail } = JSON.parse(stdout) as ApplyReport; // written by doctor-apply.ts
  return { what, state: available ? 'ok' : 'missing', detail };
}

function commandFinding(): Finding {
  const found = spawnSync('ffmpeg', ['-version'], { encoding: 'utf8' });
  const version = found.status === 0 ? /version (\S+)/.exec(found.stdout)?.[1] : undefined;
  const detail = version ?? 'not installed; needed for benchmarks and tests only (apt-get install ffmpeg)';
  return { what: 'ffmpeg command', state: version === undefined ? 'missing' : 'ok', detail };
}
