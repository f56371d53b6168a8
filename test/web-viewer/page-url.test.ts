import { describe, expect, it } from 'vitest';
import { imageStreamUrl, parsePageUrl, socketUrl } from '../../web-viewer/page-url.js';

describe('readPageAddress', () => {
  it('removes the token from the query and keeps the rest', () => {
    expect(parsePageUrl('http://x:1/?token=a%26b&stream=yard#top')).toEqual({
      stream: 'yard',
      token: 'a&b',
      player: undefined,
      withoutToken: '/?stream=yard#top',
    });
  });

  it('removes the token from the hash', () => {
    expect(parsePageUrl('https://x/live/#token=s3cret')).toEqual({
      stream: undefined,
      token: 's3cret',
      player: undefined,
      withoutToken: '/live/',
    });
  });

  it('parses a URL without token', () => {
    expect(parsePageUrl('http://x/?stream=')).toEqual({
      stream: undefined,
      token: undefined,
      player: undefined,
      withoutToken: '/?stream=',
    });
  });
});

describe('socketAddress', () => {
  it('has the server and folder of the page, and is secure when the page is', () => {
    expect(socketUrl('http://x:8090/?stream=a#b', 'a', undefined, 'mse')).toBe('ws://x:8090/ws/a');
    expect(socketUrl('https://x/night/?q=1', 'a', undefined, 'mse')).toBe('wss://x/night/ws/a');
  });

  it('escapes names and tokens', () => {
    expect(socketUrl('http://x/', 'a/b c', 'p&q', 'webcodecs')).toBe('ws://x/ws/a%2Fb%20c?token=p%26q');
  });

  it('asks for no packets where the player shows images, which are below the same folder', () => {
    const url = socketUrl('https://x/night/', 'a b', 'p&q', 'mjpeg');
    expect(url).toBe('wss://x/night/ws/a%20b?token=p%26q&video=off');
    expect(imageStreamUrl(url)).toBe('https://x/night/streams/a%20b/stream.mjpeg?token=p%26q&fps=30');
  });
});

describe('?player=', () => {
  it.each(['webcodecs', 'mse', 'mjpeg'])('names %s', (player) => {
    expect(parsePageUrl(`http://x/?player=${player}`).player).toBe(player);
  });

  it('is ignored where it names nothing known', () => {
    expect(parsePageUrl('http://x/?player=flash').player).toBeUndefined();
  });
});
