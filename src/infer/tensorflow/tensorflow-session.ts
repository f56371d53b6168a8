import type { NetworkSession, NetworkTensor, Placement, TensorPort } from '../network-session.js';

/** What a {@link TensorflowSession} runs: an ONNX network or a model of TensorFlow.js. */
export interface TensorflowNetwork {
  readonly inputs: readonly TensorPort[];
  readonly outputs: readonly TensorPort[];
  /** Computes some outputs. Borrows the inputs until it settles. */
  run(
    inputs: Readonly<Record<string, NetworkTensor>>,
    outputs: readonly string[],
  ): Promise<Readonly<Record<string, NetworkTensor>>>;
  /** Frees the weights. */
  close(): void;
}

/** The last run of any session in this thread: they share a backend, which computes one network at a time. */
let lastRun: Promise<unknown> = Promise.resolve();

/** A network session on TensorFlow.js. Takes the network. */
export class TensorflowSession implements NetworkSession {
  readonly inputs: readonly TensorPort[];
  readonly outputs: readonly TensorPort[];
  readonly placement: Placement;
  readonly #network: TensorflowNetwork;
  #ownRun: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(network: TensorflowNetwork, placement: Placement) {
    this.#network = network;
    this.placement = placement;
    this.inputs = network.inputs;
    this.outputs = network.outputs;
  }

  run(
    inputs: Readonly<Record<string, NetworkTensor>>,
    outputs: readonly string[],
  ): Promise<Readonly<Record<string, NetworkTensor>>> {
    if (this.#closing) return Promise.reject(new TypeError('run needs an open session, got a closed one'));
    const run = lastRun.then(() => this.#network.run(inputs, outputs));
    this.#ownRun = lastRun = run.catch(() => undefined); // whoever started the run has its error
    return run;
  }

  close(): Promise<void> {
    this.#closing ??= this.#ownRun.then(() => this.#network.close());
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
