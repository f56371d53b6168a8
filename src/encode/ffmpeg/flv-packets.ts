/** Layout of a tag (Adobe Flash Video File Format 10.1, annex E). */
const FILE_HEADER_BYTES = 9;
const TAG_SIZE_BYTES = 4;
const TAG_HEADER_BYTES = 11;
const VIDEO_TAG = 9;
/** Of the body of a video tag of H.264: frame type and codec, packet type, composition time. */
const VIDEO_HEADER_BYTES = 5;
const H264_CODEC = 7;
const KEYFRAME = 1;
const SEQUENCE_HEADER = 0;
const ACCESS_UNIT = 1;
const START_CODE = Buffer.from([0, 0, 0, 1]);

/** One access unit as FLV holds it. */
export interface FlvPacket {
  /** Decode time, milliseconds: FLV has no finer one. */
  readonly ms: number;
  readonly isKeyframe: boolean;
  /** Annex B bytes; a keyframe begins with the parameter sets of the stream. In their own ArrayBuffer. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Splits the H.264 of an FLV stream into access units; any number of bytes at a time. */
export class FlvPackets {
  #rest: Buffer = Buffer.alloc(0);
  #chunks: Buffer[] = [];
  #waiting = 0;
  /** Bytes that the next step needs. */
  #wanted = FILE_HEADER_BYTES + TAG_SIZE_BYTES;
  #hasHeader = false;
  #parameterSets: Buffer = Buffer.alloc(0);

  /** Parameter sets in Annex B; empty before the sequence header. */
  get parameterSets(): Uint8Array {
    return this.#parameterSets;
  }

  /** Adds bytes; returns the access units that are complete. Throws RangeError where they are no FLV with H.264. */
  push(chunk: Buffer): FlvPacket[] {
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
    const packets: FlvPacket[] = [];
    while (this.#waiting >= this.#wanted) {
      this.#rest = this.#chunks.length === 1 ? (this.#chunks[0] ?? this.#rest) : Buffer.concat(this.#chunks);
      const bytes = this.#rest.subarray(0, this.#wanted);
      if (!this.#hasHeader) {
        if (bytes.toString('latin1', 0, 3) !== 'FLV') throw new RangeError('the encoder must write FLV');
        this.#hasHeader = true;
        this.#consume(FILE_HEADER_BYTES + TAG_SIZE_BYTES);
        continue;
      }
      const total = TAG_HEADER_BYTES + bytes.readUIntBE(1, 3) + TAG_SIZE_BYTES;
      if (this.#waiting < total) {
        this.#chunks = [this.#rest];
        this.#wanted = total;
        break;
      }
      const packet = this.#readTag(this.#rest.subarray(0, total - TAG_SIZE_BYTES));
      if (packet) packets.push(packet);
      this.#consume(total);
    }
    return packets;
  }

  #consume(bytes: number): void {
    this.#chunks = [this.#rest.subarray(bytes)];
    this.#waiting -= bytes;
    this.#wanted = TAG_HEADER_BYTES;
  }

  #readTag(tag: Buffer): FlvPacket | undefined {
    const body = tag.subarray(TAG_HEADER_BYTES);
    if (tag[0] !== VIDEO_TAG || body.length < VIDEO_HEADER_BYTES) return undefined;
    const [first = 0, type] = body;
    if ((first & 15) !== H264_CODEC) throw new RangeError('the encoder must write H.264');
    const content = body.subarray(VIDEO_HEADER_BYTES);
    if (type === SEQUENCE_HEADER) this.#parameterSets = parameterSetsOf(content);
    if (type !== ACCESS_UNIT || content.length === 0) return undefined;
    const isKeyframe = first >> 4 === KEYFRAME;
    const ms = (tag.readUIntBE(4, 3) | ((tag[7] ?? 0) << 24)) >>> 0; // the eighth byte extends the time upwards
    return { ms, isKeyframe, data: toAnnexB(content, isKeyframe ? this.#parameterSets : Buffer.alloc(0)) };
  }
}

/** SPS and PPS of a decoder configuration record (ISO/IEC 14496-15, 5.3.3.1) in Annex B. */
function parameterSetsOf(record: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 5;
  for (const mask of [31, 255]) {
    const count = (record[at++] ?? 0) & mask;
    for (let n = 0; n < count; n++) {
      const length = record.readUInt16BE(at);
      parts.push(START_CODE, record.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return Buffer.concat(parts);
}

/** Replaces the lengths of NAL units, four bytes each in FLV, by start codes, behind the parameter sets where the unit has none. */
function toAnnexB(units: Buffer, parameterSets: Buffer): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let hasOwn = false;
  for (let at = 0; at + 4 <= units.length;) {
    const length = units.readUInt32BE(at);
    const unit = units.subarray(at + 4, at + 4 + length);
    hasOwn ||= ((unit[0] ?? 0) & 31) === 7;
    parts.push(START_CODE, unit);
    at += 4 + length;
  }
  if (!hasOwn) parts.unshift(parameterSets);
  const data = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of parts) {
    data.set(part, to);
    to += part.length;
  }
  return data;
}
