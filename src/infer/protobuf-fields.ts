// The part of Protocol Buffers that reading an ONNX file needs: https://protobuf.dev/programming-guides/encoding/

/** A length-delimited field of a message: text, bytes or another message. */
export interface ProtobufField {
  readonly id: number;
  /** Lends the message's memory. */
  readonly content: Uint8Array;
}

/** The length-delimited fields of a message, up to the first byte that does not fit. */
export function* fieldsOf(bytes: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    return Infinity;
  };
  while (at < bytes.length) {
    const key = varint();
    const wire = key % 8;
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else {
      const length = wire === 2 ? varint() : Infinity;
      if (at + length > bytes.length) return;
      yield { id: Math.floor(key / 8), content: bytes.subarray(at, at + length) };
      at += length;
    }
  }
}

/** What becomes of a field: it stays, goes, or has other content. */
export type FieldChange = 'keep' | 'drop' | Uint8Array;

/**
 * A message with some of its length-delimited fields changed; all other bytes stay as they are. Returns the message itself where nothing
 * changes.
 */
export function rewriteFields(message: Uint8Array, change: (field: ProtobufField) => FieldChange): Uint8Array {
  const parts: Uint8Array[] = [];
  let copied = 0;
  for (const field of fieldsOf(message)) {
    const { id, content } = field;
    const changed = change(field);
    if (changed === 'keep' || changed === content) continue;
    const start = content.byteOffset - message.byteOffset;
    const head = Uint8Array.of(...varintOf(id * 8 + 2), ...varintOf(content.length));
    parts.push(message.subarray(copied, start - head.length)); // writers use the shortest lengths
    if (!startsWith(message, start - head.length, head)) return message;
    if (changed !== 'drop') parts.push(Uint8Array.of(...varintOf(id * 8 + 2), ...varintOf(changed.length)), changed);
    copied = start + content.length;
  }
  return copied === 0 ? message : Buffer.concat([...parts, message.subarray(copied)]);
}

function startsWith(bytes: Uint8Array, at: number, head: Uint8Array): boolean {
  return head.every((byte, i) => bytes[at + i] === byte);
}

function varintOf(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

/** The texts of a StringStringEntryProto, which ONNX uses for pairs: key 1, value 2. */
export function entryOf(message: Uint8Array): readonly [key: string, value: string] {
  const texts = new Map(
    [...fieldsOf(message)].map(({ id, content }) => [id, Buffer.from(content).toString('utf8')] as const),
  );
  return [texts.get(1) ?? '', texts.get(2) ?? ''];
}
