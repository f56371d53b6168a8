/** Colour tags of a video stream by FFmpeg's names; undefined: untagged. */
export interface StreamTags {
  readonly matrix: string | undefined;
  readonly primaries: string | undefined;
  readonly transfer: string | undefined;
  /** `tv` or `pc`. */
  readonly range: string | undefined;
}

/** What ffmpeg says of its input before it decodes. */
export interface FfmpegDescription {
  /** FFmpeg's short names of the container: `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly container: string;
  /** Seconds; undefined when unknown or endless. */
  readonly durationS: number | undefined;
  readonly codec: string;
  /** Ticks a second of the input's video; undefined where it is not stated to the unit. */
  readonly ticksPerSecond: number | undefined;
  /** Frames per second; 0 when unknown. */
  readonly frameRate: number;
  readonly tags: StreamTags;
  readonly isInterlaced: boolean;
  readonly isRotated: boolean;
  readonly hasSound: boolean;
}

const NO_TAGS: StreamTags = { matrix: undefined, primaries: undefined, transfer: undefined, range: undefined };
const FIELD_ORDERS = /\b(top|bottom) (coded )?first\b/;

/** Reads the description of input and output that ffmpeg 4 to 9 writes to stderr, line by line. */
export class FfmpegDescriptionReader {
  #part: 'before' | 'input' | 'output' = 'before';
  #container = '';
  #durationS: number | undefined;
  #video: string | undefined;
  #hasSound = false;
  #isRotated = false;
  #description: FfmpegDescription | undefined;

  /** Complete once the output is described, which ffmpeg does when it has decoded a frame; undefined before. */
  get description(): FfmpegDescription | undefined {
    return this.#description;
  }

  /** @param line of stderr, without its level. */
  add(line: string): void {
    const input = /^Input #0, (.+?), from '/.exec(line);
    if (input) {
      this.#part = 'input';
      this.#container = input[1] ?? '';
    } else if (line.startsWith('Output #0, ')) this.#part = 'output';
    else if (this.#part === 'input') this.#addInput(line);
    else if (this.#part === 'output' && /Stream #0:0.*: Video: /.test(line)) {
      this.#description ??= this.#complete(line);
    }
  }

  #addInput(line: string): void {
    const duration = /^\s*Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)/.exec(line);
    if (duration) this.#durationS = Number(duration[1]) * 3600 + Number(duration[2]) * 60 + Number(duration[3]);
    if (/Stream #0:\d+.*: Audio: /.test(line)) this.#hasSound = true;
    // Which of several the program chooses is not said here; the first that is no cover art is the usual one.
    if (/Stream #0:\d+.*: Video: /.test(line) && !line.includes('(attached pic)')) this.#video ??= line;
    if (/displaymatrix: rotation of -?(?!0\.00)\d/.test(line)) this.#isRotated = true;
  }

  #complete(output: string): FfmpegDescription {
    const input = this.#video ?? output;
    const [given, made] = [tagsOf(input), tagsOf(output)];
    const ticks = /, (\d+)(k?) tbn\b/.exec(input);
    return {
      container: this.#container,
      durationS: this.#durationS,
      codec: /: Video: ([\w.-]+)/.exec(input)?.[1] ?? 'unknown',
      ticksPerSecond: ticks ? Number(ticks[1]) * (ticks[2] === 'k' ? 1000 : 1) : undefined,
      frameRate: Number(/, ([\d.]+) fps\b/.exec(input)?.[1] ?? 0),
      // FFmpeg before 5 does not state the colour of its output.
      tags: {
        matrix: made.matrix ?? given.matrix,
        primaries: made.primaries ?? given.primaries,
        transfer: made.transfer ?? given.transfer,
        range: made.range ?? given.range,
      },
      isInterlaced: FIELD_ORDERS.test(input),
      isRotated: this.#isRotated,
      hasSound: this.#hasSound,
    };
  }
}

/** Tags in the brackets behind the pixel format: `yuv420p(tv, bt709)`, `yuv420p10le(tv, bt2020nc/bt2020/smpte2084, progressive)`. */
function tagsOf(line: string): StreamTags {
  const inside = /, [a-z][a-z0-9_]*\(([^)]*)\), \d+x\d+/.exec(line)?.[1];
  if (inside === undefined) return NO_TAGS;
  const words = inside.split(', ').map((word) => word.trim());
  const range = words.find((word) => word === 'tv' || word === 'pc');
  const color = words.find((word) => word.includes('/') || isMatrix(word));
  const [matrix, primaries = matrix, transfer = primaries] = color?.split('/') ?? [];
  return { matrix: known(matrix), primaries: known(primaries), transfer: known(transfer), range };
}

const isMatrix = (word: string): boolean => /^(bt|smpte|gbr$|fcc$|ycgco|chroma-|ictcp)/.test(word);
const known = (name: string | undefined): string | undefined => (name === 'unknown' ? undefined : name);
