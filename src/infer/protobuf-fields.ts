// The part of Protocol Buffers that reading an ONNX file needs: https://protobuf.dev/programming-guides/encoding/

/** A length-delimited field of a message: text, bytes or another message. */
export interface ProtobufField {
  readonly id: number;
  /** Lends the message's memory. */
  readonly content: Uint8Array;
}

/** An integer, enum or float field of a message. */
export interface ProtobufNumber {
  readonly id: number;
  readonly number: number;
}

/** The length-delimited fields of a message, up to the first byte that does not fit. */
export function* fieldsOf(bytes: Uint8Array): Generator<ProtobufField> {
  for (const field of allFieldsOf(bytes)) if ('content' in field) yield field;
}

/** All fields of a message but those of 64 bits fixed, up to the first byte that does not fit. */
export function* allFieldsOf(bytes: Uint8Array): Generator<ProtobufField | ProtobufNumber> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): number => {
    const [value, next] = readVarint(bytes, at);
    at = next;
    return value;
  };
  while (at < bytes.length) {
    const key = varint();
    const [id, wire] = [Math.floor(key / 8), key % 8];
    if (wire === 0) yield { id, number: varint() };
    else if (wire === 1) at += 8;
    else if (wire === 5) {
      if (at + 4 > bytes.length) return;
      yield { id, number: view.getFloat32(at, true) };
      at += 4;
    } else {
      const length = wire === 2 ? varint() : Infinity;
      if (!(at + length <= bytes.length)) return;
      yield { id, content: bytes.subarray(at, at + length) };
      at += length;
    }
  }
}

/** The numbers of a repeated integer field, packed into one content or one by one. */
export function integersOf(fields: Iterable<ProtobufField | ProtobufNumber>, id: number): number[] {
  const numbers: number[] = [];
  for (const field of fields) {
    if (field.id !== id) continue;
    if ('number' in field) numbers.push(field.number);
    else {
      for (let at = 0; at < field.content.length;) {
        const [value, next] = readVarint(field.content, at);
        numbers.push(value);
        at = next;
      }
    }
  }
  return numbers;
}

/** The texts of a StringStringEntryProto, which ONNX uses for pairs: key 1, value 2. */
export function entryOf(message: Uint8Array): readonly [key: string, value: string] {
  const texts = new Map([...fieldsOf(message)].map(({ id, content }) => [id, textOf(content)] as const));
  return [texts.get(1) ?? '', texts.get(2) ?? ''];
}

/** A text field's content. */
export function textOf(content: Uint8Array): string {
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8');
}

/** A signed integer of up to 64 bits, and the place after it; Infinity where the bytes end before. */
function readVarint(bytes: Uint8Array, start: number): readonly [value: number, next: number] {
  let value = 0;
  let scale = 1;
  for (let at = start; at < bytes.length; scale *= 128) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return [value < 2 ** 63 ? value : negative(bytes.subarray(start, at)), at];
  }
  return [Infinity, bytes.length];
}

/** A negative integer, which has ten bytes. */
function negative(bytes: Uint8Array): number {
  const bits = bytes.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 127), 0n);
  return Number(BigInt.asIntN(64, bits));
}
