import type { ErrorCode } from '../../core/errors.js';
import type { Device, Engine, Placement, TensorPort } from '../network-session.js';

/** Which network a stream uses. Two streams with equal requests share one. */
export interface NetworkRequest {
  /** Path of the model's file. */
  readonly path: string;
  /** SHA-256 of the file that the stream has read, hexadecimal: another file at the path is refused. */
  readonly sha256: string;
  /** As those of `openNetworkSession`. */
  readonly options: {
    readonly device: Device;
    readonly engine: Engine;
    readonly threads: number;
    readonly prefersGpu: boolean;
  };
}

/** Stream to generator process: the heads of its messages, on one connection for each network it uses. */
export type ToGeneratorProcess =
  /** First. A connection without the right key is closed. */
  | { readonly type: 'hello'; readonly key: string; readonly stream: string }
  /** Second, answered by `opened` or `failed` with id 0. */
  | { readonly type: 'open'; readonly request: NetworkRequest }
  /** With the inputs; answered by `result` or `failed`. @param outputs names of those wanted. */
  | { readonly type: 'run'; readonly id: number; readonly outputs: readonly string[] };

/** Generator process to stream: the heads of its messages. */
export type FromGeneratorProcess =
  | {
      readonly type: 'opened';
      readonly inputs: readonly TensorPort[];
      readonly outputs: readonly TensorPort[];
      readonly placement: Placement;
    }
  /** With the outputs. */
  | ({ readonly type: 'result'; readonly id: number } & RunTimes)
  /** @param code of a `NocturneError`; undefined where the network's library failed. */
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly message: string;
      readonly code: ErrorCode | undefined;
    }
  /** Several a second, whatever the networks do: a process that sends nothing hangs. */
  | { readonly type: 'alive' };

/** What a request cost in the generator process, milliseconds. */
export interface RunTimes {
  /** From its arrival until the network took it. */
  readonly waitMs: number;
  /** In the network, together with the requests that it ran with. */
  readonly runMs: number;
  /** Requests that ran together, this one included. */
  readonly batch: number;
}

/** Interval of `alive`, milliseconds. */
export const ALIVE_INTERVAL_MS = 500;
/** Silence after which the process counts as hung, milliseconds. */
export const SILENT_AFTER_MS = 3000;

/** How a stream reaches the generator process. */
export interface ShareOptions {
  /** Path of a Unix domain socket or name of a Windows pipe. */
  readonly address: string;
  /** The secret of `hello`. */
  readonly key: string;
  /** The stream's name. */
  readonly stream: string;
  /** Called for each run of a network. */
  readonly onRun?: (times: RunTimes) => void;
}
