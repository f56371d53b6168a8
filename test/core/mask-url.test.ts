import fc from 'fast-check';
import { expect, it } from 'vitest';
import { maskUrl } from '../../src/core/mask-url.js';

const SCHEMES = fc.constantFrom('rtsp', 'rtmp', 'http', 'https', 'srt');

it('masks a password with any characters', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9!$~._:@/?#&=-]{6,20}$/);
  fc.assert(
    fc.property(word, SCHEMES, fc.constantFrom('host', 'host:1', '[::1]:1'), (password, scheme, host) => {
      const secret = `Z${password}Z`;
      expect(maskUrl(`${scheme}://me:${secret}@${host}/x`)).not.toContain(secret);
    }),
  );
});

it.each([
  ['rtsp://me:a@b@c/live', 'rtsp://me:***@c/live'],
  ['http://me:a/b@c/live', 'http://me:***@c/live'],
  ['http://me:a#b?@c/live', 'http://me:***@c/live'],
  ['http://me:12/x@c/live', 'http://me:***@c/live'], // perhaps a host and a port: masked anyway
  ['HTTPS://:hidden@c', 'HTTPS://:***@c'],
])('masks the password of %s', (url, masked) => {
  expect(maskUrl(url)).toBe(masked);
});

it.each([
  ...['passphrase', 'password', 'pwd', 'token', 'access_token', 'auth', 'api_key', 'apikey', 'apiKey', 'key', 'sig'],
  ...['client_secret', 'X-Amz-Signature', 'X-Amz-Security-Token', 'X-Amz-Credential', 'X-Goog-Signature', 'streamid'],
  ...['Signature', 'Key-Pair-Id', 'hdnea_token', 'sessionid'],
  ...['jwt', 'hdnts', 'hdnea', 'hmac', 'pw'],
])('masks the parameter %s', (name) => {
  const word = fc.stringMatching(/^[A-Za-z0-9!$~._:@/=%+-]{6,20}$/);
  fc.assert(
    fc.property(word, SCHEMES, (value, scheme) => {
      const secret = `Z${value}Z`;
      for (const before of ['?', '?b=1&', '?b=1;', '#']) {
        const masked = maskUrl(`${scheme}://host:1/x${before}${name}=${secret}&c=2`);
        expect(masked).not.toContain(secret);
        expect(masked).toContain('c=2');
      }
    }),
  );
});

it.each([
  ['rtsp://host/user=admin_password=hunter2_channel=1_stream=0.sdp', 'rtsp://host/user=admin_password=***'],
  ['rtsp://host:554/user=admin&password=hunter2&channel=1', 'rtsp://host:554/user=admin&password=***&channel=1'],
  ['rtsp://host/live/passwd=hunter2/ch1', 'rtsp://host/live/passwd=***'],
])('masks the parameter in the path of %s', (url, masked) => {
  expect(maskUrl(url)).toBe(masked);
});

it.each([
  ['rtsp:/admin:hunter2@host', 'rtsp:/admin:***@host'],
  ['http:/host/x?token=hunter2', 'http:/host/x?token=***'],
  ['rtmp:/host/live/hunter2', 'rtmp:/host/live/***'],
  ['rtsp:admin:hunter2@host/x', 'rtsp:admin:***@host/x'],
])('masks %s, a URL with a missing slash', (url, masked) => {
  expect(maskUrl(url)).toBe(masked);
});

it.each([
  ['https://host/x#hunter2', 'https://host/x#***'],
  ['https://host/x?a=1#hunter2', 'https://host/x?a=1#***'],
  ['https://host/x#t=12', 'https://host/x#t=12'],
  ['https://host/x#', 'https://host/x#'],
])('masks a bare fragment: %s', (url, masked) => {
  expect(maskUrl(url)).toBe(masked);
});

it.each([
  ['rtmp://host/live/cd-street-9', 'rtmp://host/live/***'],
  ['rtmps://me:hidden@host:443/app/deep/key?x=1', 'rtmps://me:***@host:443/app/deep/***?x=1'],
  ['rtmp://host/live', 'rtmp://host/live'],
])('masks the stream key of %s', (url, masked) => {
  expect(maskUrl(url)).toBe(masked);
});

it.each([
  'rtsp://me@host/x?mode=listener',
  'http://host/@channel/a.m3u8?quality=high',
  'http://[::1]:80/a@b.mp4',
  'https://host/path/file.mp4',
  '/home/me:you@work/a.mp4',
  'odd:name.mp4',
  'file:///home/me/a#b.mp4',
  'https://host/user=me/monkey_1.mp4',
])('leaves %s unchanged, which has no secret', (url) => {
  expect(maskUrl(url)).toBe(url);
});
