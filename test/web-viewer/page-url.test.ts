import { describe, expect, it } from 'vitest';
import { parsePageUrl, socketUrl } from '../../web-viewer/page-url.js';

describe('readPageAddress', () => {
  it('removes the token from the query and keeps the rest', () => {
    expect(parsePageUrl('http://x:1/?token=a%26b&stream=yard#top')).toEqual({
      stream: 'yard',
      token: 'a&b',
      withoutToken: '/?stream=yard#top',
    });
  });

  it('removes the token from the hash', () => {
    expect(parsePageUrl('https://x/live/#token=s3cret')).toEqual({
      stream: undefined,
      token: 's3cret',
      withoutToken: '/live/',
    });
  });

  it('parses a URL without token', () => {
    expect(parsePageUrl('http://x/?stream=')).toEqual({
      stream: undefined,
      token: undefined,
      withoutToken: '/?stream=',
    });
  });
});

describe('socketAddress', () => {
  it('has the server and folder of the page, and is secure when the page is', () => {
    expect(socketUrl('http://x:8090/?stream=a#b', 'a', undefined)).toBe('ws://x:8090/ws/a');
    expect(socketUrl('https://x/night/?q=1', 'a', undefined)).toBe('wss://x/night/ws/a');
  });

  it('escapes names and tokens', () => {
    expect(socketUrl('http://x/', 'a/b c', 'p&q')).toBe('ws://x/ws/a%2Fb%20c?token=p%26q');
  });
});
