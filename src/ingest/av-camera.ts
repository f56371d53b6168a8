import { existsSync } from 'node:fs';
import { Device } from 'node-av/lib';
import { NocturneError } from '../core/errors.js';
import { base, type OpenPlan } from './open-plan.js';
import type { SourceOptions } from './source-options.js';

/**
 * Plan for a camera of this machine. `name`: its number (`0`), its name as the system shows it, or on Linux its device
 * file. V4L2 on Linux, AVFoundation on macOS, DirectShow on Windows.
 */
export async function planCamera(name: string, options: SourceOptions, label: string): Promise<OpenPlan> {
  const plan = { ...base(options, label), live: 'yes' as const, options: { fpsprobesize: '0' } };
  if (process.platform === 'darwin') {
    // AVFoundation finds a camera by number or by name, and asks for the sound device after the colon.
    return { ...plan, url: `${name}:none`, format: options.inputFormat ?? 'avfoundation' };
  }
  if (process.platform === 'win32') {
    return { ...plan, url: `video=${await cameraName(name, label)}`, format: options.inputFormat ?? 'dshow' };
  }
  return { ...plan, url: await deviceFile(name, label), format: options.inputFormat ?? 'v4l2' };
}

async function deviceFile(name: string, label: string): Promise<string> {
  const isNumber = /^\d+$/.test(name);
  if (!isNumber && !name.startsWith('/dev/')) return (await findCamera(name, label)).name;
  const file = isNumber ? `/dev/video${name}` : name;
  if (existsSync(file)) return file;
  throw notThere(label, await listCameras());
}

async function cameraName(name: string, label: string): Promise<string> {
  return /^\d+$/.test(name) ? (await findCamera(name, label)).name : name;
}

async function findCamera(name: string, label: string): Promise<{ name: string; description: string }> {
  const cameras = await listCameras();
  const found = /^\d+$/.test(name)
    ? cameras[Number(name)]
    : cameras.find((camera) => camera.description === name || camera.name === name);
  if (found) return found;
  throw notThere(label, cameras);
}

async function listCameras(): Promise<{ name: string; description: string }[]> {
  return (await Device.list()).filter((device) => device.type === 'video');
}

function notThere(label: string, cameras: readonly { description: string }[]): NocturneError {
  const known = cameras.map((camera) => camera.description).join(', ') || 'none';
  const message = `${label} is not there; cameras of this machine: ${known}.`;
  return new NocturneError({
    code: 'INPUT_NOT_FOUND',
    stage: 'ingest',
    message,
    remedy: 'Plug it in, or name another.',
  });
}
