import { placeOf } from './device-names.js';
import type { Placement } from './network-session.js';
import { openGenerator } from './open-generator.js';
import { listDevices, type DeviceReport } from './ort-devices.js';

/** Whether a library runs networks here. */
export interface EngineReport {
  readonly name: 'onnx' | 'tensorflow' | 'auto';
  readonly available: boolean;
  /** Where it runs; else why not, and what to do. */
  readonly detail: string;
}

/** What runs networks on this machine. */
export interface DeviceReports {
  readonly devices: readonly DeviceReport[];
  readonly engines: readonly EngineReport[];
}

/** Runs a network on each device and in each library, and the default generator. */
export async function reportDevices(): Promise<DeviceReports> {
  const devices = await listDevices();
  return { devices, engines: [onnxReport(devices), await tensorflowReport(), await generatorReport()] };
}

function onnxReport(devices: readonly DeviceReport[]): EngineReport {
  const names = devices.filter(({ available }) => available).map(({ name }) => name);
  const detail = names.length > 0 ? `runs on ${names.join(', ')}` : 'runs on no device';
  return { name: 'onnx', available: names.length > 0, detail };
}

async function tensorflowReport(): Promise<EngineReport> {
  const { openTensorflowEngine } = await import('./tensorflow/tensorflow-engine.js');
  const { engine, device, notice } = await openTensorflowEngine('auto');
  const detail = notice === '' ? `runs on ${device}` : notice;
  return { name: 'tensorflow', available: engine === 'tensorflow', detail };
}

/** Where the generator runs that `--generator auto` takes. */
async function generatorReport(): Promise<EngineReport> {
  await using generator = await openGenerator({ generator: 'auto' });
  const { card, placement } = generator;
  const place: Placement = placement ?? { engine: 'onnx', device: 'cpu', notice: '' };
  const detail = `${card.name} ${card.version} runs on ${placeOf(place)}${place.notice === '' ? '' : `: ${place.notice}`}`;
  return { name: 'auto', available: true, detail };
}
