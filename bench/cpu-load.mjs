// How busy the machine is before a benchmark starts.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** How long the CPUs are observed, milliseconds. */
const OBSERVATION_MS = 1000;
/** Shares of CPU time from which other programs, or other virtual machines on the same host, slow a benchmark down. */
const MAX_BUSY = 0.15;
const MAX_STEAL = 0.02;

/** Shares of all CPUs' time in [0, 1], over one second: `busy` in programs, `steal` by the hypervisor (Linux; 0 elsewhere). */
export async function measureCpuLoad() {
  const before = cpuTimes();
  await new Promise((resolve) => setTimeout(resolve, OBSERVATION_MS));
  const after = cpuTimes();
  const total = after.busy + after.idle + after.steal - (before.busy + before.idle + before.steal);
  const share = (name) => (total > 0 ? (after[name] - before[name]) / total : 0);
  return { busy: share('busy'), steal: share('steal') };
}

/** A warning for people; undefined when the machine is quiet. */
export function loadWarning({ busy, steal }) {
  if (busy <= MAX_BUSY && steal <= MAX_STEAL) return undefined;
  const percent = (share) => `${Math.round(100 * share)} %`;
  return `warning: this machine is busy: other programs use ${percent(busy)} of its CPU time, the hypervisor ${percent(steal)}. Rates will be too low and uneven.`;
}

/** CPU time since boot, milliseconds over all CPUs. */
function cpuTimes() {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (name) => times.reduce((total, time) => total + time[name], 0);
  const busy = sum('user') + sum('nice') + sum('sys') + sum('irq');
  return { busy, idle: sum('idle'), steal: stealTime() };
}

/** Milliseconds that the hypervisor gave to other machines: column 8 of /proc/stat, in ticks of 10 ms. */
function stealTime() {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    return 10 * Number(line.trim().split(/\s+/)[8] ?? 0);
  } catch {
    return 0; // not Linux
  }
}
