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
  const queue = new ViewerQueue({ maxPackets: 10, maxBytes: 10_000 });
  [encoded(0, false), encoded(1, true), encoded(2, false)].forEach((packet) => queue.pushPacket(packet));
  expect(drain(queue)).toEqual(['1', '2']);
  expect(queue.dropped).toBe(0);
});

test('drops all packets up to the next keyframe on overflow, and flags that one', () => {
  const queue = new ViewerQueue({ maxPackets: 3, maxBytes: 10_000 });
  for (let n = 0; n < 6; n++) queue.pushPacket(encoded(n, n === 0));
  expect(queue.isWaitingForKeyframe).toBe(true);
  queue.pushPacket(encoded(6, true));
  queue.pushPacket(encoded(7, false));
  expect(drain(queue)).toEqual(['6 discontinuity', '7']);
  expect(queue.dropped).toBe(6);
});

test('keeps texts and the newest format in order while packets are dropped', () => {
  const queue = new ViewerQueue({ maxPackets: 2, maxBytes: 10_000 });
  queue.pushText('hello', 'hello');
  queue.pushText('format', 'format a');
  queue.pushPacket(encoded(0, true));
  queue.pushText('stats', 'stats 1');
  queue.pushText('format', 'format b');
  queue.pushPacket(encoded(1, true));
  queue.pushText('stats', 'stats 2');
  queue.pushPacket(encoded(2, true));
  expect(drain(queue)).toEqual(['hello', 'stats 2', 'format b', '2 discontinuity']);
});

test('accepts a single packet that exceeds the bound', () => {
  const queue = new ViewerQueue({ maxPackets: 3, maxBytes: 50 });
  queue.pushPacket(encoded(0, true));
  expect(drain(queue)).toEqual(['0']);
});

test('flags the GOP that a viewer joins as backlog', () => {
  const queue = new ViewerQueue({ maxPackets: 3, maxBytes: 10_000 });
  queue.pushBacklog([encoded(4, true), encoded(5, false)]);
  queue.pushPacket(encoded(6, false));
  expect(drain(queue)).toEqual(['4 backlog', '5 backlog', '6']);
});

test('sends or counts every packet, and flags each gap on a keyframe', () => {
  const steps = fc.array(fc.record({ isKeyframe: fc.boolean(), sent: fc.nat({ max: 3 }), size: fc.nat({ max: 400 }) }));
  fc.assert(
    fc.property(steps, (list) => {
      const queue = new ViewerQueue({ maxPackets: 4, maxBytes: 1000 });
      const received: { sequence: number; isKeyframe: boolean; discontinuity: boolean }[] = [];
      const sendOne = (): void => {
        const item = queue.shift();
        if (item?.kind === 'packet') received.push(parsePacket(new Uint8Array(item.bytes).buffer));
      };
      list.forEach(({ isKeyframe, sent, size }, sequence) => {
        queue.pushPacket(encoded(sequence, isKeyframe, size));
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
