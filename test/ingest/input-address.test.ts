import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseInput } from '../../src/ingest/input-address.js';

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
  ])('parses %s as %s', (input, kind) => {
    expect(parseInput(input).kind).toBe(kind);
  });

  it('makes paths absolute, with and without file:', () => {
    expect(parseInput('a/b.mp4').target).toBe(resolve('a/b.mp4'));
    expect(parseInput('file:a/b.mp4').target).toBe(resolve('a/b.mp4'));
    expect(parseInput('file:///a%20b.mp4').target).toBe(resolve('/a b.mp4'));
  });

  it('masks secrets in the label', () => {
    expect(parseInput('rtmp://host/live/street-key').label).toBe('rtmp://host/live/***');
    expect(parseInput('rtsp://me:hidden@host/x').label).toBe('rtsp://me:***@host/x');
  });
});
