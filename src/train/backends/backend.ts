/** Where TensorFlow.js computes. One is current at a time; tensors belong to the one they were made on. */
export interface Backend extends AsyncDisposable {
  readonly name: 'tensorflow' | 'webgpu' | 'wasm';
  /** The device, in words. */
  readonly description: string;
  /** Whether the same computation gives the same bits again. */
  readonly isExact: boolean;
  /** Frees the device and every tensor on it. Idempotent; never throws. */
  close(): Promise<void>;
}
