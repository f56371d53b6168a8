import { expect, it } from 'vitest';
import { micros } from '../../../src/core/time.js';
import { OverloadMeter } from '../../../src/pipeline/worker/overload-meter.js';

const NO_TIME = { wait: 0, thumbnail: 0, look: 0, queue: 0, network: 0, steady: 0, apply: 0, encode: 0 };

/** One second of a stream. */
interface Second {
  readonly behindMs?: number;
  readonly dropped?: number;
  readonly encoded?: number;
  readonly waitMs?: number;
}

/** What the meter reports after each second. */
function sentences(isLive: boolean, seconds: readonly Second[]): string[] {
  const meter = new OverloadMeter(['--generator grade']);
  let [behindMs, dropped, framesEncoded] = [0, 0, 0];
  const totals = { ...NO_TIME };
  return seconds.map((second, i) => {
    behindMs += second.behindMs ?? 0;
    dropped += second.dropped ?? 0;
    framesEncoded += second.encoded ?? 25;
    totals.wait += second.waitMs ?? 100;
    const info = { isLive, frameRate: 25, width: 1280, height: 720 };
    const stats = { behind: micros(1000 * behindMs), dropped };
    const pace = { info, stats, times: { totals: { ...totals } }, framesEncoded };
    return meter.measure(pace, 1000 * i);
  });
}

function repeat(count: number, second: Second): Second[] {
  return Array.from({ length: count }, () => second);
}

it('reports nothing of a stream that keeps its pace', () => {
  expect(sentences(false, repeat(60, {})).join('')).toBe('');
  expect(sentences(true, repeat(60, {})).join('')).toBe('');
});

it('reports a file that falls behind, with its speed and remedies', () => {
  const all = sentences(false, repeat(12, { behindMs: 400, encoded: 15 }));
  expect(all.slice(0, 10).join('')).toBe('');
  expect(all.at(-1)).toMatch(
    /^The stream plays at 60 % of its speed: 15\.0 of 25\.0 frames\/s at 1280x720\. Run fewer streams on .* CPU cores?, serve a smaller video, or use --generator grade\.$/,
  );
});

it('does not blame the CPU for an input that comes slowly', () => {
  const all = sentences(false, repeat(12, { behindMs: 400, encoded: 15, waitMs: 900 }));
  expect(all.at(-1)).toContain('Its input comes or decodes too slowly');
});

it('does not blame the CPU for a live input that comes in bursts', () => {
  const all = sentences(true, repeat(12, { dropped: 3, encoded: 22, waitMs: 800 }));
  expect(all.at(-1)).toContain('comes in bursts');
});

it('reports a file that falls behind in steps of half a second', () => {
  const seconds = Array.from({ length: 20 }, (_, i): Second => ({ behindMs: i % 3 === 0 ? 500 : 0 }));
  expect(sentences(false, seconds).at(-1)).toContain('% of its speed');
});

it('reports a live input that loses frames', () => {
  const all = sentences(true, repeat(12, { dropped: 10, encoded: 15 }));
  expect(all.at(-1)).toContain('loses 40 % of its frames: 15.0 of 25.0 frames/s');
  expect(all.at(-1)).toContain('serve a smaller video');
});

it('takes one pause, or one burst after a reconnect, for no overload', () => {
  const pause = [...repeat(20, {}), { behindMs: 6000, encoded: 0 }, ...repeat(20, {})];
  expect(sentences(false, pause).join('')).toBe('');
  const burst = [...repeat(20, {}), { dropped: 100 }, { dropped: 5 }, ...repeat(20, {})];
  expect(sentences(true, burst).join('')).toBe('');
});

it('ends once the stream keeps its pace', () => {
  const all = sentences(false, [...repeat(20, { behindMs: 400, encoded: 15 }), ...repeat(12, {})]);
  expect(all[20]).not.toBe('');
  expect(all.at(-1)).toBe('');
});
