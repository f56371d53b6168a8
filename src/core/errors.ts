/** The part of Nocturne in which an operation failed. */
export type Stage =
  'config' | 'ingest' | 'infer' | 'temporal' | 'render' | 'encode' | 'output' | 'stream' | 'pipeline' | 'train';

/** Every exit code of the command line. `docs/errors.md` and `nocturne --help` are generated from this table. */
export const EXIT_CODES = {
  success: { code: 0, meaning: 'success' },
  failure: { code: 1, meaning: 'the work itself failed (model, encoder, worker, training), or an internal error' },
  usage: { code: 2, meaning: 'invalid command, flag or setting' },
  input: { code: 3, meaning: 'the input is missing, unreadable or not a video' },
  output: { code: 4, meaning: 'the output cannot be written' },
  network: { code: 5, meaning: 'an input was refused or lost, or the port or address cannot be used' },
  interrupted: { code: 130, meaning: 'interrupted by Ctrl-C or SIGTERM' },
  closedPipe: { code: 141, meaning: 'the reader of the output closed the pipe' },
} as const;

/** A key of {@link EXIT_CODES}: the class of a failure. */
export type ExitClass = keyof typeof EXIT_CODES;

/** Every failure a user can see: its exit class, its meaning and its remedy. `docs/errors.md` is generated from this table. */
export const ERROR_CODES = {
  INPUT_NOT_FOUND: {
    exit: 'input',
    meaning: 'The input does not exist.',
    remedy: 'Check the path or address.',
  },
  INPUT_NO_PERMISSION: {
    exit: 'input',
    meaning: 'The input cannot be read: permission denied.',
    remedy: 'Give this user read permission.',
  },
  INPUT_NOT_VIDEO: {
    exit: 'input',
    meaning: 'The input contains no video or image that FFmpeg can decode.',
    remedy: 'Check that it is the right file, or convert it with ffmpeg.',
  },
  INPUT_TOO_SHORT: {
    exit: 'input',
    meaning: 'The input ends before the requested start.',
    remedy: 'Choose an earlier --start.',
  },
  INPUT_NOT_SEEKABLE: {
    exit: 'input',
    meaning: 'The input must be seekable, but it can only be read from start to end.',
    remedy: 'Use a local file, or make it streamable: `ffmpeg -i IN -c copy -movflags +faststart OUT`.',
  },
  INPUT_UNSUPPORTED: {
    exit: 'input',
    meaning: 'The input needs something that this build or machine lacks.',
    remedy: 'Run `nocturne doctor` to see what is missing.',
  },
  INPUT_REFUSED: {
    exit: 'network',
    meaning: 'The other side refused the connection or could not be reached.',
    remedy: 'Check the address, the credentials and that the sender is running.',
  },
  INPUT_LOST: {
    exit: 'network',
    meaning: 'A live input disconnected or timed out.',
    remedy: 'Nocturne reconnects with growing pauses; check the sender if it stays lost.',
  },
  OUTPUT_EXISTS: {
    exit: 'output',
    meaning: 'The output already exists.',
    remedy: 'Choose another name, or pass --overwrite.',
  },
  OUTPUT_IS_INPUT: {
    exit: 'output',
    meaning: 'Input and output are the same file.',
    remedy: 'Choose another output.',
  },
  OUTPUT_NO_PERMISSION: {
    exit: 'output',
    meaning: 'The output cannot be written: permission denied.',
    remedy: 'Choose a folder that you may write to.',
  },
  OUTPUT_NO_SPACE: {
    exit: 'output',
    meaning: 'The disk is full.',
    remedy: 'Free some space or choose another disk; no partial file was left behind.',
  },
  OUTPUT_FAILED: {
    exit: 'output',
    meaning: 'The output could not be written.',
    remedy: 'See the cause; try another container.',
  },
  OUTPUT_UNSUPPORTED: {
    exit: 'output',
    meaning: 'The container or codec cannot be written.',
    remedy: 'Use .mp4 or .mkv, or another --codec; `nocturne doctor` lists the encoders.',
  },
  ENCODER_UNAVAILABLE: {
    exit: 'failure',
    meaning: 'The encoder is not in this build or does not open on this machine.',
    remedy: 'Run `nocturne doctor`, or leave --encoder at auto.',
  },
  ENCODER_FAILED: {
    exit: 'failure',
    meaning: 'The encoder failed.',
    remedy: 'See the cause; try --encoder libx264.',
  },
  MODEL_NOT_FOUND: {
    exit: 'failure',
    meaning: 'The model or its card is missing.',
    remedy: 'Check the path given to --generator, or use `grade`, which needs no model.',
  },
  MODEL_INVALID: {
    exit: 'failure',
    meaning: 'The model does not match its card, or its output is not a look.',
    remedy: 'Compare it with docs/models.md and export it again.',
  },
  MODEL_FAILED: {
    exit: 'failure',
    meaning: 'The network failed on a frame.',
    remedy: 'Nocturne continues with the last good look, then with the grade; see the log.',
  },
  DEVICE_UNAVAILABLE: {
    exit: 'failure',
    meaning: 'The requested device is not available.',
    remedy: 'Leave --device at auto, or run `nocturne doctor`.',
  },
  FFMPEG_UNAVAILABLE: {
    exit: 'failure',
    meaning:
      "The user's own FFmpeg, which `--via ffmpeg` asks for, or the package fluent-ffmpeg is missing or too old.",
    remedy: 'Run `nocturne doctor`, or leave --via out: the libav of the package needs neither.',
  },
  KERNEL_UNAVAILABLE: {
    exit: 'failure',
    meaning: 'A WebAssembly kernel could not be loaded.',
    remedy: 'Run `npm run build`, or install the package again.',
  },
  CONFIG_INVALID: {
    exit: 'usage',
    meaning: 'A flag, environment variable or configuration value is invalid.',
    remedy: 'See `nocturne --help`.',
  },
  PORT_TAKEN: {
    exit: 'network',
    meaning: 'Another program uses the port.',
    remedy: 'Choose another --port, or 0 for a free one.',
  },
  ADDRESS_UNAVAILABLE: {
    exit: 'network',
    meaning: 'The address does not belong to this machine.',
    remedy: 'Choose another --host.',
  },
  ABORTED: {
    exit: 'interrupted',
    meaning: 'The work was interrupted.',
    remedy: 'No partial output was left behind; start it again.',
  },
  WORKER_DIED: {
    exit: 'failure',
    meaning: 'The worker process of a stream or render, or its look thread, ended unexpectedly.',
    remedy:
      'A stream restarts by itself and keeps its viewers; start a render again. Please report it if it happens again.',
  },
  OUT_OF_MEMORY: {
    exit: 'failure',
    meaning: 'The machine, or its container, has too little memory for the streams.',
    remedy: 'Serve fewer streams.',
  },
  INTERNAL: {
    exit: 'failure',
    meaning: 'An internal error: a bug in nocturne.',
    remedy: 'Please report it with the output of --verbose.',
  },
} as const satisfies Record<string, { exit: ExitClass; meaning: string; remedy: string }>;

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

/** Creates the ABORTED error of work that the user stopped. @param what a clause: `OUT was complete`. @param remedy default: the code's. */
export function abortedError(what: string, stage: Stage = 'pipeline', remedy?: string): NocturneError {
  const message = `stopped before ${what}.`;
  return new NocturneError({ code: 'ABORTED', stage, message, ...(remedy !== undefined && { remedy }) });
}

/** Converts any thrown value to a NocturneError; a foreign one becomes `INTERNAL` with the stage. */
export function asNocturneError(value: unknown, stage: Stage): NocturneError {
  if (value instanceof NocturneError) return value;
  const message = value instanceof Error ? value.message : String(value);
  return new NocturneError({ code: 'INTERNAL', stage, message: `unexpected failure: ${message}.`, cause: value });
}
