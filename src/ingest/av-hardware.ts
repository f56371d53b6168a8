import { Codec, HardwareDeviceContext, type Frame as AvFrame } from 'node-av/lib';
import * as av from 'node-av/constants';
import { NocturneError } from '../core/errors.js';
import { allocateAvFrame } from './av-frame.js';
import { errorText } from './av-errors.js';
import type { Hwaccel } from './hwaccel.js';

/** A device that decodes, as FFmpeg names it. */
type HardwareName = Exclude<Hwaccel, 'auto' | 'none'>;

const TYPES: Readonly<Record<HardwareName, av.AVHWDeviceType>> = {
  vaapi: av.AV_HWDEVICE_TYPE_VAAPI,
  cuda: av.AV_HWDEVICE_TYPE_CUDA,
  videotoolbox: av.AV_HWDEVICE_TYPE_VIDEOTOOLBOX,
  d3d11va: av.AV_HWDEVICE_TYPE_D3D11VA,
  qsv: av.AV_HWDEVICE_TYPE_QSV,
  vulkan: av.AV_HWDEVICE_TYPE_VULKAN,
};
/** Tried by `auto`, in this order. Not Vulkan: software drivers have it too. */
const AUTOMATIC = ['videotoolbox', 'cuda', 'vaapi', 'qsv', 'd3d11va'] as const satisfies readonly HardwareName[];
/** `AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX`: a decoder takes a device and gives its frames. */
const BY_DEVICE = 1;

/** Whether a device that decodes works on this machine. */
export interface HwaccelReport {
  readonly name: HardwareName;
  readonly available: boolean;
  /** Why not; for people. */
  readonly reason: string;
}

/** Opens each device that this build of libav knows. */
export function listHwaccels(): HwaccelReport[] {
  return (Object.keys(TYPES) as HardwareName[]).map((name) => {
    const device = openDevice(name); // Object.keys widens to string[]
    if (typeof device === 'string') return { name, available: false, reason: device };
    device.free();
    return { name, available: true, reason: '' };
  });
}

/** A device that decodes the frames of one decoder. */
export class AvHardware implements Disposable {
  readonly name: HardwareName;
  /** For `CodecContext.hwDeviceCtx`, which keeps a reference of its own. Lent. */
  readonly device: HardwareDeviceContext;
  /** The format of frames on the device. */
  readonly pixelFormat: av.AVPixelFormat;

  private constructor(name: HardwareName, device: HardwareDeviceContext, pixelFormat: av.AVPixelFormat) {
    this.name = name;
    this.device = device;
    this.pixelFormat = pixelFormat;
  }

  /**
   * Opens the device for a decoder; undefined for `none`, and for `auto` where there is none.
   * Throws NocturneError DEVICE_UNAVAILABLE where one that was asked for does not open or does not decode the codec.
   */
  static open(hwaccel: Hwaccel, codec: Codec): AvHardware | undefined {
    if (hwaccel === 'none') return undefined;
    if (hwaccel !== 'auto') {
      const opened = AvHardware.#tryOpen(hwaccel, codec);
      if (typeof opened !== 'string') return opened;
      throw new NocturneError({
        code: 'DEVICE_UNAVAILABLE',
        stage: 'ingest',
        message: `--hwaccel ${hwaccel} is not available: ${opened}.`,
        remedy: 'Leave --hwaccel at none, or use auto; `nocturne doctor` lists what decodes here (docs/devices.md).',
      });
    }
    for (const name of AUTOMATIC) {
      const opened = AvHardware.#tryOpen(name, codec);
      if (typeof opened !== 'string') return opened;
    }
    return undefined;
  }

  static #tryOpen(name: HardwareName, codec: Codec): AvHardware | string {
    const pixelFormat = formatOn(TYPES[name], codec);
    if (pixelFormat === undefined) return `it does not decode ${codec.name ?? 'this codec'}`;
    const device = openDevice(name);
    return typeof device === 'string' ? device : new AvHardware(name, device, pixelFormat);
  }

  [Symbol.dispose](): void {
    this.device.free();
  }
}

/** Copies a frame from a device to memory, tags included. The caller frees what it returns. Throws an Error where that fails. */
export async function downloadFrame(avFrame: AvFrame): Promise<AvFrame> {
  const copy = allocateAvFrame();
  const code = await avFrame.hwframeTransferData(copy);
  if (code >= 0) copy.copyProps(avFrame);
  if (code >= 0) return copy;
  copy.free();
  throw new Error(errorText(code));
}

/** The format in which a decoder gives frames of a device; undefined where it does not use the device. */
function formatOn(type: av.AVHWDeviceType, codec: Codec): av.AVPixelFormat | undefined {
  for (let i = 0; ; i++) {
    const config = codec.getHwConfig(i);
    if (!config) return undefined;
    if (config.deviceType === type && (config.methods & BY_DEVICE) !== 0) return config.pixFmt;
  }
}

/** The opened device, or why it does not open. The caller frees it. */
function openDevice(name: HardwareName): HardwareDeviceContext | string {
  const type = TYPES[name];
  if (!HardwareDeviceContext.iterateTypes().includes(type))
    return `this build of libav for ${process.platform} lacks it`;
  const device = new HardwareDeviceContext();
  const code = device.create(type);
  if (code >= 0) return device;
  device.free();
  return `no device or driver opens (${errorText(code)})`;
}
