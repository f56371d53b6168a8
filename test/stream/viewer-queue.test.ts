import fc from 'fast-check';
import { expect, test } from 'vitest';
import { micros } from '../../src/core/time.js';
import { decodePacket, encodePacket } from '../../src/stream/protocol.js';
import { ViewerQueue } from '../../src/stream/viewer-queue.js';

function encoded(sequence: number, isKeyframe: boolean, size = 100) {
  const data = new Uint8Array(size);
  const packet = { data, pts: micros(sequence), duration: micros(1), capturedAt: micros(0), isKeyframe };
  return { bytes: encodePacket(packet, sequence), isKeyframe };
}

function takeAll(queue: ViewerQueue): string[] {
  const taken: string[] = [];
  for (let item = queue.shift(); item; item = queue.shift()) {
    if (item.kind === 'text') taken.push(item.text);
    else {
      const { sequence, discontinuity, backlog } = decodePacket(new Uint8Array(item.bytes).buffer);
      taken.push(`${sequence}${discontinuity ? ' discontinuity' : ''}${backlog ? ' backlog' : ''}`);
    }
  }
  return taken;
}

test('begins at a keyframe and counts nothing before it as dropped', () => {
  const queue = new ViewerQueue({ maxPackets: 10, maxBytes: 10_000 });
  [encoded(0, false), encoded(1, true), encoded(2, false)].forEach((packet) => queue.pushPacket(packet));
  expect(takeAll(queue)).toEqual(['1', '2']);
  expect(queue.dropped).toBe(0);
});

test('drops all up to the next keyframe when it overflows, and says so on that one', () => {
  const queue = new ViewerQueue({ maxPackets: 3, maxBytes: 10_000 });
  for (let n = 0; n < 6; n++) queue.pushPacket(encoded(n, n === 0));
  expect(queue.isWaitingForKeyframe).toBe(true);
  queue.pushPacket(encoded(6, true));
  queue.pushPacket(encoded(7, false));
  expect(takeAll(queue)).toEqual(['6 discontinuity', '7']);
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
  expect(takeAll(queue)).toEqual(['hello', 'stats 2', 'format b', '2 discontinuity']);
});

test('takes one packet that is larger than its bound alone', () => {
  const queue = new ViewerQueue({ maxPackets: 3, maxBytes: 50 });
  queue.pushPacket(encoded(0, true));
  expect(takeAll(queue)).toEqual(['0']);
});

test('flags the GOP a viewer joins into', () => {
  const queue = new ViewerQueue({ maxPackets: 3, maxBytes: 10_000 });
  queue.pushBacklog([encoded(4, true), encoded(5, false)]);
  queue.pushPacket(encoded(6, false));
  expect(takeAll(queue)).toEqual(['4 backlog', '5 backlog', '6']);
});

test('whatever comes, every packet is sent or counted, and each gap is announced by a keyframe', () => {
  const steps = fc.array(
    fc.record({ isKeyframe: fc.boolean(), taken: fc.nat({ max: 3 }), size: fc.nat({ max: 400 }) }),
  );
  fc.assert(
    fc.property(steps, (list) => {
      const queue = new ViewerQueue({ maxPackets: 4, maxBytes: 1000 });
      const seen: { sequence: number; isKeyframe: boolean; discontinuity: boolean }[] = [];
      const take = (): void => {
        const item = queue.shift();
        if (item?.kind === 'packet') seen.push(decodePacket(new Uint8Array(item.bytes).buffer));
      };
      list.forEach(({ isKeyframe, taken, size }, sequence) => {
        queue.pushPacket(encoded(sequence, isKeyframe, size));
        for (let n = 0; n < taken; n++) take();
      });
      while (!queue.isEmpty) take();
      const before = list.findIndex(({ isKeyframe }) => isKeyframe);
      expect(seen.length + queue.dropped).toBe(before < 0 ? 0 : list.length - before);
      seen.forEach((packet, index) => {
        const isGap = index > 0 ? packet.sequence !== (seen[index - 1]?.sequence ?? 0) + 1 : packet.sequence !== before;
        expect(packet.discontinuity).toBe(isGap);
        if (isGap || index === 0) expect(packet.isKeyframe).toBe(true);
      });
    }),
  );
});
