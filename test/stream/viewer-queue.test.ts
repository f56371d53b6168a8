import fc from 'fast-check';
import { expect, test } from 'vitest';
import { micros } from '../../src/core/time.js';
import { parsePacket, serializePacket } from '../../src/stream/protocol.js';
import { ViewerQueue } from '../../src/stream/viewer-queue.js';

function encoded(sequence: number, isKeyframe: boolean, size = 100) {
  const data = new Uint8Array(size);
  const packet = { data, pts: micros(sequence), duration: micros(1), capturedAt: micros(0), isKeyframe };
  return { bytes: serializePacket(packet, sequence), isKeyframe };
}

const BOUNDS = { maxPackets: 10, maxBytes: 10_000, maxDelayMs: 1500 };
/** The way of a packet of any size takes no time. */
const noWay = (): number => 0;

function drain(queue: ViewerQueue): string[] {
  const items: string[] = [];
  for (let item = queue.shift(); item; item = queue.shift()) {
    if (item.kind === 'text') items.push(item.text);
    else {
      const { sequence, discontinuity, backlog } = parsePacket(new Uint8Array(item.bytes).buffer);
      items.push(`${sequence}${discontinuity ? ' discontinuity' : ''}${backlog ? ' backlog' : ''}`);
    }
  }
  return items;
}

test('starts at a keyframe and counts no packet before it as dropped', () => {
  const queue = new ViewerQueue(BOUNDS);
  [encoded(0, false), encoded(1, true), encoded(2, false)].forEach((packet) => queue.pushPacket(packet, 0));
  expect(drain(queue)).toEqual(['1', '2']);
  expect(queue.dropped).toBe(0);
});

test('drops all packets up to the next keyframe on overflow, and flags that one', () => {
  const queue = new ViewerQueue({ ...BOUNDS, maxPackets: 3, maxBytes: 10_000 });
  for (let n = 0; n < 6; n++) queue.pushPacket(encoded(n, n === 0), 0);
  expect(queue.isWaitingForKeyframe).toBe(true);
  queue.pushPacket(encoded(6, true), 0);
  queue.pushPacket(encoded(7, false), 0);
  expect(drain(queue)).toEqual(['6 discontinuity', '7']);
  expect(queue.dropped).toBe(6);
});

test('keeps texts and the newest format in order while packets are dropped', () => {
  const queue = new ViewerQueue({ ...BOUNDS, maxPackets: 2, maxBytes: 10_000 });
  queue.pushText('hello', 'hello');
  queue.pushText('format', 'format a');
  queue.pushPacket(encoded(0, true), 0);
  queue.pushText('stats', 'stats 1');
  queue.pushText('format', 'format b');
  queue.pushPacket(encoded(1, true), 0);
  queue.pushText('stats', 'stats 2');
  queue.pushPacket(encoded(2, true), 0);
  expect(drain(queue)).toEqual(['hello', 'stats 2', 'format b', '2 discontinuity']);
});

test('skips to the newest keyframe it holds when a packet has waited too long', () => {
  const queue = new ViewerQueue(BOUNDS);
  queue.pushText('format', 'format a');
  for (let n = 0; n < 8; n++) {
    if (n === 3) queue.pushText('format', 'format b');
    queue.pushPacket(encoded(n, n % 3 === 0), n * 200);
  }
  queue.skipLate(1000, noWay);
  expect(queue.dropped).toBe(0);
  queue.skipLate(1001, noWay);
  expect(queue.isWaitingForKeyframe).toBe(false);
  expect(drain(queue)).toEqual(['format b', '6 discontinuity', '7']);
  expect([queue.dropped, queue.skips]).toEqual([6, 1]);
});

test('drops everything that has waited too long where no newer keyframe is queued, and waits for one', () => {
  const queue = new ViewerQueue(BOUNDS);
  for (let n = 0; n < 4; n++) queue.pushPacket(encoded(n, n === 0), n * 100);
  queue.skipLate(1001, noWay);
  expect([queue.isSkipping, queue.isEmpty, queue.dropped]).toEqual([true, true, 4]);
  queue.pushPacket(encoded(4, false), 1100);
  queue.pushPacket(encoded(5, true), 1200);
  expect(drain(queue)).toEqual(['5 discontinuity']);
  expect([queue.isSkipping, queue.dropped, queue.skips]).toEqual([false, 5, 1]);
});

test('lets a packet with a long way wait less, but a third of the delay always', () => {
  const wayMs = (bytes: number): number => bytes;
  for (const [size, waitMs] of [
    [100, 1000], // two thirds of 1500
    [772, 700], // 28 bytes of header
    [5000, 500], // one third
  ] as const) {
    const queue = new ViewerQueue(BOUNDS);
    queue.pushPacket(encoded(0, true, size), 0);
    queue.skipLate(waitMs, wayMs);
    expect(queue.isSkipping, `${size} bytes, ${waitMs} ms`).toBe(false);
    queue.skipLate(waitMs + 1, wayMs);
    expect(queue.isSkipping, `${size} bytes, ${waitMs + 1} ms`).toBe(true);
  }
});

test('keeps one format without packets after it, however often the format changes', () => {
  const queue = new ViewerQueue(BOUNDS);
  queue.pushText('format', 'format a');
  queue.pushPacket(encoded(0, true), 0);
  for (let n = 0; n < 100; n++) queue.pushText('format', `format ${n}`);
  expect(drain(queue)).toEqual(['format a', '0', 'format 99']);
});

test('accepts a single packet that exceeds the bound', () => {
  const queue = new ViewerQueue({ ...BOUNDS, maxPackets: 3, maxBytes: 50 });
  queue.pushPacket(encoded(0, true), 0);
  expect(drain(queue)).toEqual(['0']);
});

test('flags the GOP that a viewer joins as backlog', () => {
  const queue = new ViewerQueue({ ...BOUNDS, maxPackets: 3, maxBytes: 10_000 });
  queue.pushBacklog([encoded(4, true), encoded(5, false)], 0);
  queue.pushPacket(encoded(6, false), 0);
  expect(drain(queue)).toEqual(['4 backlog', '5 backlog', '6']);
});

test('sends or counts every packet, and flags each gap on a keyframe', () => {
  const step = { isKeyframe: fc.boolean(), sent: fc.nat({ max: 3 }), size: fc.nat({ max: 400 }), passed: fc.nat(900) };
  const steps = fc.array(fc.record(step));
  fc.assert(
    fc.property(steps, (list) => {
      const queue = new ViewerQueue({ ...BOUNDS, maxPackets: 4, maxBytes: 1000 });
      const received: { sequence: number; isKeyframe: boolean; discontinuity: boolean }[] = [];
      const sendOne = (): void => {
        const item = queue.shift();
        if (item?.kind === 'packet') received.push(parsePacket(new Uint8Array(item.bytes).buffer));
      };
      let nowMs = 0;
      list.forEach(({ isKeyframe, sent, size, passed }, sequence) => {
        nowMs += passed;
        queue.pushPacket(encoded(sequence, isKeyframe, size), nowMs);
        queue.skipLate(nowMs, (bytes) => bytes);
        for (let n = 0; n < sent; n++) sendOne();
      });
      while (!queue.isEmpty) sendOne();
      const before = list.findIndex(({ isKeyframe }) => isKeyframe);
      expect(received.length + queue.dropped).toBe(before < 0 ? 0 : list.length - before);
      received.forEach((packet, index) => {
        const isGap =
          index > 0 ? packet.sequence !== (received[index - 1]?.sequence ?? 0) + 1 : packet.sequence !== before;
        expect(packet.discontinuity).toBe(isGap);
        if (isGap || index === 0) expect(packet.isKeyframe).toBe(true);
      });
    }),
  );
});
