import { describe, expect, it } from 'vitest';
import { parseInput } from '../../src/ingest/input-address.js';
import { planFile, planNetwork } from '../../src/ingest/open-plan.js';
import { options } from './media.js';

describe('planNetwork', () => {
  const plan = (url: string, listen = false): ReturnType<typeof planNetwork> =>
    planNetwork(parseInput(url), options({ listen }));

  it('binds listeners to the loopback unless the address has a host', () => {
    expect(plan('srt://:9000', true).url).toBe('srt://127.0.0.1:9000?mode=listener');
    expect(plan('srt://:9000?mode=listener').url).toBe('srt://127.0.0.1:9000?mode=listener');
    expect(plan('srt://0.0.0.0:9000', true).url).toBe('srt://0.0.0.0:9000?mode=listener');
    expect(plan('rtmp://:1935/live', true).url).toBe('rtmp://127.0.0.1:1935/live');
    expect(plan('udp://:5000')).toMatchObject({ url: 'udp://127.0.0.1:5000', options: { localaddr: '127.0.0.1' } });
    expect(plan('udp://127.0.0.1:5000').options['localaddr']).toBe('127.0.0.1');
    expect(plan('udp://0.0.0.0:5000').options['localaddr']).toBeUndefined();
    expect(plan('udp://239.1.1.1:5000').options['localaddr']).toBeUndefined();
  });

  it('adds a notice that an RTMP listener accepts one publisher', () => {
    expect(plan('rtmp://:1935/live', true).notices.join()).toContain('one publisher');
  });

  it('lets no network address read files, and no local file connect to the network', () => {
    for (const url of [
      'http://a/x.m3u8',
      'rtsp://a/x',
      'rtmp://a/x/y',
      'srt://a:1',
      'udp://:1',
      'rtp://:1',
      'tcp://a:1',
    ]) {
      expect(plan(url).options['protocol_whitelist']?.split(',')).not.toContain('file');
    }
    expect(planFile('/a.m3u8', options(), 'a', true).options['protocol_whitelist']).toBe('file,crypto,data');
  });
});
