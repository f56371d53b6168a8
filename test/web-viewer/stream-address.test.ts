import { describe, expect, it } from 'vitest';
import { readPageAddress, socketAddress } from '../../web-viewer/stream-address.js';

describe('readPageAddress', () => {
  it('takes the token out of the query and keeps the rest', () => {
    expect(readPageAddress('http://x:1/?token=a%26b&stream=yard#top')).toEqual({
      stream: 'yard',
      token: 'a&b',
      shown: '/?stream=yard#top',
    });
  });

  it('takes the token out of the hash', () => {
    expect(readPageAddress('https://x/live/#token=s3cret')).toEqual({
      stream: undefined,
      token: 's3cret',
      shown: '/live/',
    });
  });

  it('reads a plain address', () => {
    expect(readPageAddress('http://x/?stream=')).toEqual({ stream: undefined, token: undefined, shown: '/?stream=' });
  });
});

describe('socketAddress', () => {
  it('is of the same server, in the same folder, secure when the page is', () => {
    expect(socketAddress('http://x:8090/?stream=a#b', 'a', undefined)).toBe('ws://x:8090/ws/a');
    expect(socketAddress('https://x/night/?q=1', 'a', undefined)).toBe('wss://x/night/ws/a');
  });

  it('escapes names and tokens', () => {
    expect(socketAddress('http://x/', 'a/b c', 'p&q')).toBe('ws://x/ws/a%2Fb%20c?token=p%26q');
  });
});
