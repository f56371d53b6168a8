/** The part of Nocturne in which an operation failed. */
export type Stage =
  'config' | 'ingest' | 'infer' | 'temporal' | 'render' | 'encode' | 'output' | 'stream' | 'pipeline' | 'train';

/** Every failure a user can see: its meaning and its remedy. `docs/errors.md` is generated from this table. */
export const ERROR_CODES = {
  INPUT_NOT_FOUND: { meaning: 'The input does not exist.', remedy: 'Check the path or address.' },
  INPUT_NO_PERMISSION: { meaning: 'The input may not be read.', remedy: 'Give this user read permission.' },
  INPUT_NOT_VIDEO: {
    meaning: 'The input has no video that FFmpeg understands.',
    remedy: 'Check that it is the right file; convert it with ffmpeg.',
  },
  INPUT_TOO_SHORT: {
    meaning: 'The input ends before the start that was asked for.',
    remedy: 'Choose an earlier --start.',
  },
  INPUT_NOT_SEEKABLE: {
    meaning: 'The input must be read at any place, and where it comes from it can only be read forwards.',
    remedy: 'Give it as a file, or make it streamable: `ffmpeg -i IN -c copy -movflags +faststart OUT`.',
  },
  INPUT_UNSUPPORTED: {
    meaning: 'The input asks for something this build or machine lacks.',
    remedy: 'Run `nocturne doctor` to see what is missing.',
  },
  INPUT_REFUSED: {
    meaning: 'The other side refused or could not be reached.',
    remedy: 'Check the address, the credentials and that the sender runs.',
  },
  INPUT_LOST: {
    meaning: 'A live input stopped or fell silent.',
    remedy: 'Nothing to do when it returns: it is reconnected with growing pauses.',
  },
  INPUT_CORRUPT: {
    meaning: 'Packets could not be decoded.',
    remedy: 'They are skipped and counted; look at the sender when the count grows.',
  },
  OUTPUT_EXISTS: { meaning: 'The output file exists already.', remedy: 'Name another, or pass --overwrite.' },
  OUTPUT_IS_INPUT: { meaning: 'Input and output are the same file.', remedy: 'Name another output.' },
  OUTPUT_NO_PERMISSION: { meaning: 'The output may not be written.', remedy: 'Choose a folder you may write to.' },
  OUTPUT_NO_SPACE: {
    meaning: 'The disk is full.',
    remedy: 'Free some space or choose another disk; no half file was left.',
  },
  OUTPUT_FAILED: { meaning: 'The output could not be written.', remedy: 'Read the cause; try another container.' },
  OUTPUT_UNSUPPORTED: {
    meaning: 'The container or codec cannot be written.',
    remedy: 'Use .mp4 or .mkv, or another --codec; `nocturne doctor` lists the encoders.',
  },
  ENCODER_UNAVAILABLE: {
    meaning: 'The encoder is not in this build or does not open on this machine.',
    remedy: 'Run `nocturne doctor`; leave --encoder at auto.',
  },
  ENCODER_FAILED: { meaning: 'The encoder failed.', remedy: 'Read the cause; try --encoder libx264.' },
  MODEL_NOT_FOUND: {
    meaning: 'The model or its card is missing.',
    remedy: 'Name `grade`, which needs none, or check the path given to --generator.',
  },
  MODEL_INVALID: {
    meaning: 'The model does not fit its card, or its output is not a look.',
    remedy: 'Compare with docs/models.md; export it again.',
  },
  MODEL_FAILED: {
    meaning: 'The network failed on a frame.',
    remedy: 'The last good look, then the built-in grade, takes its place; see the log.',
  },
  DEVICE_UNAVAILABLE: {
    meaning: 'The asked device (GPU) is absent.',
    remedy: 'Leave --device at auto, or run `nocturne doctor`.',
  },
  KERNEL_UNAVAILABLE: {
    meaning: 'The WebAssembly kernel could not be loaded.',
    remedy: 'Run `npm run build`, or install the package again.',
  },
  CONFIG_INVALID: { meaning: 'A flag, variable or configuration value is wrong.', remedy: 'See `nocturne --help`.' },
  PORT_TAKEN: {
    meaning: 'Another program listens on the port.',
    remedy: 'Pass another --port, or 0 for any free one.',
  },
  ADDRESS_UNAVAILABLE: { meaning: 'The address is not of this machine.', remedy: 'Pass another --host.' },
  ABORTED: {
    meaning: 'The work was stopped before its end.',
    remedy: 'Nothing was left half written; start it again.',
  },
  WORKER_DIED: {
    meaning: 'The worker process of a stream or a render, or its generator’s thread, ended unexpectedly.',
    remedy:
      'A stream is started again by itself and its viewers stay; start a render again. Report it when it repeats.',
  },
  INTERNAL: { meaning: 'A defect in nocturne.', remedy: 'Report it with the output of --verbose.' },
} as const satisfies Record<string, { meaning: string; remedy: string }>;

/** A key of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Options of a {@link NocturneError}. */
export interface NocturneErrorOptions {
  readonly code: ErrorCode;
  readonly stage: Stage;
  /** One line: what, where, got. */
  readonly message: string;
  /** Replaces the remedy of the code in {@link ERROR_CODES}, where a more specific one is known. */
  readonly remedy?: string;
  /** False when the stream continues; default true. */
  readonly fatal?: boolean;
  readonly cause?: unknown;
}

/** A failed operation, with a code that is stable across versions. */
export class NocturneError extends Error {
  readonly code: ErrorCode;
  readonly stage: Stage;
  readonly fatal: boolean;
  readonly remedy: string;

  constructor(options: NocturneErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'NocturneError';
    this.code = options.code;
    this.stage = options.stage;
    this.fatal = options.fatal ?? true;
    this.remedy = options.remedy ?? ERROR_CODES[options.code].remedy;
  }

  /** One line for a user: what happened, what to do, the code. */
  toLine(): string {
    return `${this.message} ${this.remedy} [${this.code}]`.replaceAll(/[\r\n]+/g, ' ');
  }

  /** Plain data for `postMessage` and JSON; {@link deserializeError} reverses it. */
  toJSON(): SerializedError {
    return {
      code: this.code,
      stage: this.stage,
      message: this.message,
      remedy: this.remedy,
      fatal: this.fatal,
      stack: this.stack ?? '',
    };
  }
}

/** {@link NocturneError} as plain data. */
export interface SerializedError {
  readonly code: ErrorCode;
  readonly stage: Stage;
  readonly message: string;
  readonly remedy: string;
  readonly fatal: boolean;
  readonly stack: string;
}

/** Rebuilds an error that came from another thread or process. */
export function deserializeError(data: SerializedError): NocturneError {
  const error = new NocturneError(data);
  error.stack = data.stack;
  return error;
}

/** Creates the ABORTED error of work that the user stopped. @param what a clause: `OUT was complete`. */
export function abortedError(what: string, stage: Stage = 'pipeline'): NocturneError {
  return new NocturneError({ code: 'ABORTED', stage, message: `stopped before ${what}.` });
}

/** Converts any thrown value to a NocturneError; a foreign one becomes `INTERNAL` with the stage. */
export function asNocturneError(value: unknown, stage: Stage): NocturneError {
  if (value instanceof NocturneError) return value;
  const message = value instanceof Error ? value.message : String(value);
  return new NocturneError({ code: 'INTERNAL', stage, message: `unexpected failure: ${message}.`, cause: value });
}
