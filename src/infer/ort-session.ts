import type { InferenceSession, OrtRuntime, Tensor } from './ort-runtime.js';
import type { OrtProfile } from './ort-placement.js';
import type { NetworkSession, NetworkTensor, Placement, TensorPort } from './network-session.js';
import { fromElements, isElementType, toElements } from './tensor-elements.js';

/** The last run of any session on a GPU in this thread. Sessions share one device, which allows one run at a time. */
let lastGpuRun: Promise<unknown> = Promise.resolve();

/** A network session on ONNX Runtime; ports of other types are converted from and to float32. Takes the session: closes it with itself. */
export class OrtNetworkSession implements NetworkSession {
  readonly inputs: readonly TensorPort[];
  readonly outputs: readonly TensorPort[];
  readonly #ort: OrtRuntime;
  readonly #session: InferenceSession;
  #placement: Placement;
  #profile: OrtProfile | undefined;
  #lastRun: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** @param profile what the session writes in its first run; taken, and read then: it says where the operators run. */
  constructor(ort: OrtRuntime, session: InferenceSession, placement: Placement, profile?: OrtProfile) {
    this.#ort = ort;
    this.#session = session;
    this.#placement = placement;
    this.#profile = profile;
    this.inputs = session.inputMetadata.map(portOf);
    this.outputs = session.outputMetadata.map(portOf);
  }

  get placement(): Placement {
    return this.#placement;
  }

  run(
    inputs: Readonly<Record<string, NetworkTensor>>,
    outputs: readonly string[],
  ): Promise<Readonly<Record<string, NetworkTensor>>> {
    if (this.#closing) return Promise.reject(new TypeError('run needs an open session, got a closed one'));
    const isOnGpu = this.#placement.device !== 'cpu';
    const before = isOnGpu ? Promise.all([lastGpuRun, this.#lastRun]) : this.#lastRun;
    const run = before.then(() => this.#run(inputs, outputs));
    this.#lastRun = run.catch(ignore);
    if (isOnGpu) lastGpuRun = this.#lastRun;
    return run;
  }

  close(): Promise<void> {
    this.#closing ??= this.#lastRun
      .then(() => this.#session.release())
      .catch(ignore)
      .then(() => this.#profile?.remove());
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(
    inputs: Readonly<Record<string, NetworkTensor>>,
    outputs: readonly string[],
  ): Promise<Readonly<Record<string, NetworkTensor>>> {
    const feeds: Record<string, Tensor> = {};
    for (const [name, { data, shape }] of Object.entries(inputs)) {
      const type = this.inputs.find((port) => port.name === name)?.type ?? 'float32';
      if (!isElementType(type)) throw new TypeError(`input ${name} is ${type}, which holds no image`);
      feeds[name] = new this.#ort.Tensor(type, toElements(data, type), shape);
    }
    const results = await this.#session.run(feeds, outputs);
    if (this.#profile) await this.#readProfile(this.#profile);
    const tensors: Record<string, NetworkTensor> = {};
    for (const name of outputs) {
      const { data, dims, type } = results[name] ?? {};
      if (!dims || !ArrayBuffer.isView(data)) throw new TypeError(`output ${name} is no tensor`);
      if (type === undefined || !isElementType(type))
        throw new TypeError(`output ${name} is ${type}, which holds no image`);
      tensors[name] = { data: fromElements(data, type), shape: dims };
    }
    return tensors;
  }

  async #readProfile(profile: OrtProfile): Promise<void> {
    this.#profile = undefined;
    this.#session.endProfiling();
    this.#placement = await profile.read(this.#placement);
  }
}

/** What ONNX Runtime declares of an input or output. */
function portOf(value: InferenceSession.ValueMetadata): TensorPort {
  const { name } = value;
  return value.isTensor ? { name, type: value.type, shape: value.shape } : { name, type: 'no tensor', shape: [] };
}

function ignore(): void {
  // Whoever started the run has its error.
}
