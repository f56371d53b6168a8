// Random WebSocket messages and frames, for the fuzzer.

const MESSAGES = [
  { type: 'controls', controls: { strength: 0.5, exposure: 0, warmth: 0.1, lights: 1, grain: 0.2 } },
  { type: 'controls', controls: { view: 'split', split: 0.3 } },
  { type: 'keyframe' },
  { type: 'ping', clientTime: 123_456.789 },
];
const VALUES = [null, true, -1, 1e308, '', 'x'.repeat(3000), [], {}, [[[[]]]], '\u0000', '\uD800', 0.1, '__proto__'];
const TEXTS = [
  '',
  '{',
  'null',
  '[]',
  '0',
  '"x"',
  '{"type":',
  '{"type":"ping","type":"keyframe"}',
  '{"type":"ping","clientTime":1e999}',
  '['.repeat(4000),
];

/** A text or binary message, drawn from a `Random` of src/core: valid, changed, damaged, too long or no message of the protocol. */
export function randomMessage(random) {
  const kind = random.next();
  if (kind < 0.5) return JSON.stringify(random.pick(MESSAGES));
  if (kind < 0.8) return JSON.stringify(changed(random, JSON.parse(JSON.stringify(random.pick(MESSAGES)))));
  if (kind < 0.9) return damaged(random, JSON.stringify(random.pick(MESSAGES)));
  if (kind < 0.95) return random.pick(TEXTS);
  if (kind < 0.98) return randomBytes(random, random.below(500));
  return 'x'.repeat(random.below(20_000));
}

/** Replaces or adds a field. */
function changed(random, message) {
  const target = message.controls && random.next() < 0.7 ? message.controls : message;
  const names = [...Object.keys(target), '__proto__', 'constructor', 'toString', 'extra', ''];
  Object.defineProperty(target, random.pick(names), {
    value: random.pick(VALUES),
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return message;
}

/** Cuts the text, or changes, doubles or removes some of its characters. */
function damaged(random, text) {
  const at = random.below(text.length);
  const kind = random.next();
  if (kind < 0.25) return text.slice(0, at);
  if (kind < 0.5) return text.slice(0, at) + text.slice(at + 1);
  if (kind < 0.75) return text.slice(0, at) + String.fromCharCode(random.below(0x250)) + text.slice(at + 1);
  return text.slice(0, at) + text.slice(random.below(at));
}

function randomBytes(random, length) {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

/** Bytes that are no valid frame, or a frame that a client may not send. */
export function brokenFrame(random) {
  const mask = [1, 2, 3, 4];
  return random.pick([
    randomBytes(random, 1 + random.below(64)),
    Buffer.from([0x81, 0x02, 0x7b, 0x7d]), // not masked
    Buffer.from([0xf1, 0x80, ...mask]), // reserved bits
    Buffer.from([0x83, 0x80, ...mask]), // reserved opcode
    Buffer.from([0x80, 0x80, ...mask]), // continues nothing
    Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, ...mask]), // 2^63 bytes
    Buffer.from([0x81, 0xfe, 0xff, 0xff, ...mask]), // 64 KiB announced
    Buffer.from([0x89, 0xfe, 0x00, 0x80, ...mask]), // a ping of 128 bytes
    Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]), // no UTF-8
    Buffer.from([0x88, 0x81, ...mask, 0x03]), // a close frame of one byte
    Buffer.from([0x01, 0x80, ...mask, 0x01, 0x80, ...mask]), // two beginnings
    Buffer.from([0x8a, 0x84, 0, 0, 0, 0, 0, 0, 0, 9]), // a pong nobody asked for
  ]);
}
