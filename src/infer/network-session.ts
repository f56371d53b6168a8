/** Devices that a network may be asked to run on. `auto` chooses: see `openNetworkSession`. */
export const DEVICES = ['auto', 'cpu', 'webgpu', 'cuda', 'tensorrt', 'coreml', 'directml'] as const;

/** One of {@link DEVICES}. */
export type Device = (typeof DEVICES)[number];

/** A device that a network runs on. */
export type RunDevice = Exclude<Device, 'auto'>;

/** Libraries that run networks. `auto` is ONNX Runtime for ONNX models, TensorFlow for its own. */
export const ENGINES = ['auto', 'onnx', 'tensorflow'] as const;

/** One of {@link ENGINES}. */
export type Engine = (typeof ENGINES)[number];

/** Where a network really runs, and why there if that is not what was asked for. */
export interface Placement {
  /** The library that runs it; `wasm`: TensorFlow.js without its native library. */
  readonly engine: 'onnx' | 'tensorflow' | 'wasm';
  readonly device: RunDevice;
  /** One sentence: why it is not what was asked for, and what to do; empty where it is. */
  readonly notice: string;
}

/** An input or output of a network, as its file declares it. */
export interface TensorPort {
  readonly name: string;
  /** Element type in ONNX's words: `float32`, `float16`, `int64`. */
  readonly type: string;
  /** A text, the dimension's name, fits any size. */
  readonly shape: readonly (number | string)[];
}

/** Numbers that go into or out of a network: float32, whatever type its port has. */
export interface NetworkTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A network that is ready to run, on whichever library, device or process. Runs one request after another. */
export interface NetworkSession extends AsyncDisposable {
  readonly inputs: readonly TensorPort[];
  readonly outputs: readonly TensorPort[];
  /** Complete after the first run: which operators run elsewhere is known only then. */
  readonly placement: Placement;
  /** Whether it runs in another process, so that this thread does not wait for it; default false. */
  readonly isElsewhere?: boolean;
  /**
   * Runs the network. Borrows the inputs until it settles; the caller owns what it returns: the outputs asked for, by name.
   * Throws what its library throws; `reasonOf` says it for people.
   */
  run(
    inputs: Readonly<Record<string, NetworkTensor>>,
    outputs: readonly string[],
  ): Promise<Readonly<Record<string, NetworkTensor>>>;
  /** Waits for the run in flight, then frees the network. Idempotent, never throws. */
  close(): Promise<void>;
}
