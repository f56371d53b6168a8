// The part of Protocol Buffers that reading an ONNX file needs: https://protobuf.dev/programming-guides/encoding/

/** A length-delimited field of a message: text, bytes or another message. */
export interface ProtobufField {
  readonly id: number;
  /** Lends the message's memory. */
  readonly content: Uint8Array;
}

/** A field of any kind. */
export type ProtobufValue =
  | (ProtobufField & { readonly kind: 'bytes' })
  /** A varint: its 64 bits as a signed integer. */
  | { readonly kind: 'integer'; readonly id: number; readonly value: number }
  /** Four or eight bytes. */
  | { readonly kind: 'fixed'; readonly id: number; readonly content: Uint8Array };

/** The length-delimited fields of a message, up to the first byte that does not fit. */
export function* fieldsOf(bytes: Uint8Array): Generator<ProtobufField> {
  for (const value of valuesOf(bytes)) if (value.kind === 'bytes') yield value;
}

/** All fields of a message, up to the first byte that does not fit. */
export function* valuesOf(bytes: Uint8Array): Generator<ProtobufValue> {
  let at = 0;
  const varint = (): number => {
    const { value, end } = varintAt(bytes, at);
    at = end;
    return value;
  };
  while (at < bytes.length) {
    const key = varint();
    const [id, wire] = [Math.floor(key / 8), key % 8];
    if (wire === 0) {
      yield { kind: 'integer', id, value: varint() };
      continue;
    }
    const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? varint() : Infinity;
    if (length < 0 || at + length > bytes.length) return;
    yield { kind: wire === 2 ? 'bytes' : 'fixed', id, content: bytes.subarray(at, at + length) };
    at += length;
  }
}

/** The varints of a packed field. */
export function packedIntegers(bytes: Uint8Array): number[] {
  const values: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const { value, end } = varintAt(bytes, at);
    values.push(value);
    at = end;
  }
  return values;
}

/** A varint as a signed integer of 64 bits; exact up to 2^53. Infinity where it does not end. */
function varintAt(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } {
  let [bits, shift, at] = [0n, 0n, from];
  while (at < bytes.length) {
    const byte = bytes[at++] ?? 0;
    bits |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte < 128) return { value: Number(BigInt.asIntN(64, bits)), end: at };
  }
  return { value: Infinity, end: at };
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
  const texts = new Map([...fieldsOf(message)].map(({ id, content }) => [id, textOf(content)] as const));
  return [texts.get(1) ?? '', texts.get(2) ?? ''];
}

/** A text field's content. */
export function textOf(content: Uint8Array): string {
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8');
}
