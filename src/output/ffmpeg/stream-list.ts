/** A stream of an input beside its video. */
export interface ListedStream {
  readonly index: number;
  readonly kind: 'audio' | 'subtitle' | 'attachment' | 'data' | 'cover art';
  /** For people: `audio stream 1 (aac, eng)`. */
  readonly title: string;
}

/** Collects what ffmpeg writes of an input's streams to stderr, line by line. */
export class StreamList {
  readonly streams: ListedStream[] = [];
  chapters = 0;
  /** First timestamp of the input, seconds. */
  startS = 0;
  /** Videos that are no cover art. */
  videos = 0;
  #last = -1;

  /** @param line of stderr, without its level. */
  add(line: string): void {
    const stream = /^\s*Stream #0:(\d+)(?:\[\w+\])?(?:\((\w+)\))?: (\w+): (\w+)/.exec(line);
    if (stream) this.#addStream(line, stream);
    if (/^\s*Chapter #0:\d+: start/.test(line)) this.chapters++;
    const start = /^\s*Duration: .*start: (-?[\d.]+)/.exec(line);
    if (start) this.startS = Number(start[1]);
  }

  #addStream(line: string, [, number, tag, type = '', codec]: RegExpExecArray): void {
    const index = Number(number);
    if (index <= this.#last) return; // a program of a transport stream lists its streams once more
    this.#last = index;
    const language = tag === undefined || tag === 'und' ? '' : `, ${tag}`;
    const media = type.toLowerCase();
    const title = `${media} stream ${index} (${codec}${language})`;
    if (media === 'video' && !line.includes('(attached pic)')) this.videos++;
    else if (media === 'video') this.streams.push({ index, kind: 'cover art', title });
    else if (media === 'audio' || media === 'subtitle' || media === 'attachment') {
      this.streams.push({ index, kind: media, title });
    } // MP4's text track of chapters is shown as data. Chapters are copied as chapters.
    else if (!/Data: \w+ \(text\b/.test(line)) this.streams.push({ index, kind: 'data', title });
  }
}
