import { cpus, freemem, totalmem } from 'node:os';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { EXIT_CODES } from '../core/errors.js';
import { listHwaccels } from '../ingest/av-hardware.js';
import type { DeviceReports } from '../infer/device-reports.js';
import { loadFluentFfmpeg } from '../ffmpeg/fluent-ffmpeg.js';
import { SystemFfmpeg } from '../ffmpeg/system-ffmpeg.js';
import type { ApplyReport } from './doctor-apply.js';
import { parseReport } from './doctor-report.js';
import { openRenderer } from '../render/wasm-renderer.js';
import { listEncoders } from '../encode/av-encoder-probe.js';
import { packageVersion } from '../core/package-version.js';
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
  findings.push(...decoderFindings(), ...deviceFindings(), applyFinding(), ...(await commandFindings()));
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

function decoderFindings(): Finding[] {
  return listHwaccels().map(({ name, available, reason }) => {
    const detail = available ? 'opens; a video whose codec it does not take is decoded on the CPU' : reason;
    return { what: `decoder ${name}`, state: available ? 'ok' : 'missing', detail };
  });
}

/** Timeout of the device tests, milliseconds. */
const DEVICES_TIMEOUT_MS = 60_000;

function deviceFindings(): Finding[] {
  const report = runTest('doctor-devices.js') as DeviceReports | string; // what that entry prints
  if (typeof report === 'string') {
    return [
      { what: 'network devices', state: 'missing', detail: `${report}; --device cpu avoids the graphics driver` },
    ];
  }
  const engineFindings = report.engines.map(({ name, available, detail }): Finding => {
    return { what: `engine ${name}`, state: available ? 'ok' : name === 'onnx' ? 'broken' : 'missing', detail };
  });
  const networkFindings = report.devices.map(({ name, available, detail }) => {
    const state = available ? 'ok' : name === 'cpu' ? 'broken' : 'missing';
    return { what: `network on ${name}`, state, detail } satisfies Finding;
  });
  return [...networkFindings, ...engineFindings];
}

function applyFinding(): Finding {
  const what = 'looks on webgpu';
  const report = runTest('doctor-apply.js') as ApplyReport | string; // what that entry prints
  if (typeof report === 'string') {
    return { what, state: 'missing', detail: `${report}; --apply-device cpu avoids the graphics driver` };
  }
  return { what, state: report.available ? 'ok' : 'missing', detail: report.detail };
}

/** Runs a test of graphics drivers in a process of its own. Returns its report, or how it failed, a clause. */
function runTest(entry: string): object | string {
  const script = fileURLToPath(new URL(entry, import.meta.url));
  const { status, signal, stdout } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: DEVICES_TIMEOUT_MS,
  });
  if (status !== 0) return `the test ended with ${signal ?? `exit code ${status}`}`;
  return parseReport(stdout) ?? 'the test gave no report';
}

/** The user's own FFmpeg and the package that starts it, for `--via ffmpeg`. */
async function commandFindings(): Promise<Finding[]> {
  const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  const program = await SystemFfmpeg.find().then(
    ({ path, version }): Finding => ({
      what: 'ffmpeg command',
      state: 'ok',
      detail: `${version}, ${path} on the PATH`,
    }),
    (error: unknown): Finding => ({ what: 'ffmpeg command', state: 'missing', detail: reasonOf(error) }),
  );
  const starter = await loadFluentFfmpeg().then(
    (): Finding => ({ what: 'fluent-ffmpeg', state: 'ok', detail: 'loads, for --via ffmpeg' }),
    (error: unknown): Finding => ({ what: 'fluent-ffmpeg', state: 'missing', detail: reasonOf(error) }),
  );
  return [program, starter];
}
