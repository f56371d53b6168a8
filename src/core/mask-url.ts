/** Matches a URL; for network schemes also one with too few or too many slashes (`rtsp:/me:password@host`). */
const URL_PATTERN = /^((?:https?|rtsps?|rtmp[a-z]*|srt|udp|rtp|tcp):\/*|[a-z][a-z0-9+.-]*:\/\/)(.*)$/is;
/** Query parameters with a secret: `access_token`, `X-Amz-Signature`, `apikey`, `passphrase`, SRT's `streamid`. */
const SECRET_PARAMETER =
  /([?&;#](?:[^=&;#?\s]*(?:pass|pwd|token|key|secret|auth|sig|credential|session|jwt|hdnts|hdnea|hmac)[^=&;#?\s]*|streamid|pw)=)[^&#\s]*/gi;
/** The same in a path, for cheap cameras: `/user=admin_password=secret_channel=1.sdp`. To the end: a password may contain `_`. */
const SECRET_IN_PATH = /(\/(?:[^?#\s]*[/_,])?(?:[a-z]*(?:pass|pwd|token|key|secret)[a-z]*|pw|jwt)=)[^&#\s]*/gi;
/** A fragment that is not `name=value`: a key shared with the URL. */
const BARE_FRAGMENT = /#(?![^=&#]+=[^=&])[^&]+/;

/**
 * Returns a URL without its secrets, for logs and pages. Masks the password of `user:password@`, parameters such as
 * `passphrase`, `access_token` or `X-Amz-Signature` (also in the path), a bare fragment, and the stream key at the end of an
 * RTMP URL. Masks too much rather than too little. Returns any other text unchanged.
 */
export function maskUrl(url: string): string {
  const [, scheme, rest] = URL_PATTERN.exec(url) ?? [];
  if (scheme === undefined || rest === undefined) return url;
  const isFile = /^file:/i.test(scheme); // a file name may contain any character
  // Parameters first: a value may contain an `@`.
  const parametersMasked = rest.replace(SECRET_PARAMETER, '$1***').replace(SECRET_IN_PATH, '$1***');
  const userMasked = maskUserInfo(parametersMasked);
  const masked = isFile ? userMasked : userMasked.replace(BARE_FRAGMENT, '#***');
  return scheme + (/^rtmp/i.test(scheme) ? maskStreamKey(masked) : masked);
}

/** Masks everything up to the last `@` that can end the password: it may contain an unescaped `/`, `?`, `#` or `@`. */
function maskUserInfo(rest: string): string {
  const at = userInfoEnd(rest);
  if (at < 0) return rest;
  const userInfo = rest.slice(0, at);
  const colon = userInfo.indexOf(':');
  if (colon >= 0) return `${userInfo.slice(0, colon)}:***${rest.slice(at)}`;
  return /[/?#@]/.test(userInfo) ? `***${rest.slice(at)}` : rest; // a user name alone is not a secret
}

/** Index of the `@` before the host; -1 without one. */
function userInfoEnd(rest: string): number {
  const path = rest.search(/[/?#]/);
  const authority = path < 0 ? rest : rest.slice(0, path);
  // A colon without `@` before the path: a port, or a password that contains a `/`. Treats both as a password.
  const isWhole = authority.includes('@') || !authority.includes(':') || authority.startsWith('[');
  return (isWhole ? authority : rest).lastIndexOf('@');
}

/** Masks the key of `host/app/KEY?x=1`: the last part of the path, when an application precedes it. */
function maskStreamKey(rest: string): string {
  return rest.replace(/^([^/?#]*\/[^?#]*\/)[^/?#]+/, '$1***');
}
