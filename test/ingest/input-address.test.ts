import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskUrl, parseInput } from '../../src/ingest/input-address.js';

describe('parseInput', () => {
  it.each([
    ['street', 'street'],
    ['street:rain', 'street'],
    ['-', 'stdin'],
    ['camera:0', 'camera'],
    ['/dev/video2', 'camera'],
    ['RTSP://host/x', 'network'],
    ['srt://:9000', 'network'],
    ['clip.mp4', 'path'],
    ['C:\\clips\\day.mp4', 'path'],
    ['odd:name.mp4', 'path'],
  ])('takes %s for a %s', (input, kind) => {
    expect(parseInput(input).kind).toBe(kind);
  });

  it('makes paths absolute, with and without file:', () => {
    expect(parseInput('a/b.mp4').target).toBe(resolve('a/b.mp4'));
    expect(parseInput('file:a/b.mp4').target).toBe(resolve('a/b.mp4'));
    expect(parseInput('file:///a%20b.mp4').target).toBe(resolve('/a b.mp4'));
  });
});

describe('maskUrl', () => {
  it('never lets a password through', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9!$~._-]{6,20}$/);
    fc.assert(
      fc.property(word, fc.constantFrom('rtsp', 'rtmp', 'http', 'srt'), (password, scheme) => {
        const secret = `Z${password}Z`;
        expect(maskUrl(`${scheme}://me:${secret}@host:1/x?passphrase=${secret}&b=1&token=${secret}`)).not.toContain(
          secret,
        );
        expect(maskUrl(`${scheme}://me:${secret}@x@host/x`)).not.toContain(secret);
      }),
    );
  });

  it('leaves what is no secret', () => {
    expect(maskUrl('rtsp://me@host/x?mode=listener')).toBe('rtsp://me@host/x?mode=listener');
    expect(maskUrl('/home/me:you@work/a.mp4')).toBe('/home/me:you@work/a.mp4');
  });
});
