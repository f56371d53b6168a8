import { existsSync } from 'node:fs';
import { Device } from 'node-av/lib';
import { NocturneError } from '../core/errors.js';
import { defaultPlan, type OpenPlan } from './open-plan.js';
import type { SourceOptions } from './source-options.js';

interface Camera {
  readonly name: string;
  readonly description: string;
}

/**
 * Plan for a camera on this machine: V4L2 on Linux, AVFoundation on macOS, DirectShow on Windows.
 * @param name its number (`0`), its name in the system, or on Linux its device file.
 */
export async function planCamera(name: string, options: SourceOptions, label: string): Promise<OpenPlan> {
  const plan = { ...defaultPlan(options, label), live: 'yes' as const, options: { fpsprobesize: '0' } };
  if (process.platform === 'darwin') {
    // AVFoundation accepts a number or a name, and expects the audio device after the colon.
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
  throw cameraNotFound(label, await listCameras());
}

async function cameraName(name: string, label: string): Promise<string> {
  return /^\d+$/.test(name) ? (await findCamera(name, label)).name : name;
}

async function findCamera(name: string, label: string): Promise<Camera> {
  const cameras = await listCameras();
  const camera = /^\d+$/.test(name)
    ? cameras[Number(name)]
    : cameras.find(({ name: id, description }) => description === name || id === name);
  if (camera) return camera;
  throw cameraNotFound(label, cameras);
}

async function listCameras(): Promise<Camera[]> {
  return (await Device.list()).filter((device) => device.type === 'video');
}

function cameraNotFound(label: string, cameras: readonly Camera[]): NocturneError {
  const names = cameras.map(({ description }) => description).join(', ') || 'none';
  return new NocturneError({
    code: 'INPUT_NOT_FOUND',
    stage: 'ingest',
    message: `${label} not found; cameras on this machine: ${names}.`,
    remedy: 'Connect it, or choose another camera.',
  });
}
