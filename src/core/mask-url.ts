/** Of a network scheme also with too few or too many slashes (`rtsp:/me:password@host`): its secrets are secrets too. */
const ADDRESS = /^((?:https?|rtsps?|rtmp[a-z]*|srt|udp|rtp|tcp):\/*|[a-z][a-z0-9+.-]*:\/\/)(.*)$/is;
/** Parameters whose names tell of a secret: `access_token`, `X-Amz-Signature`, `apikey`, `passphrase`, SRT's `streamid`. */
const SECRET_PARAMETER =
  /([?&;#](?:[^=&;#?\s]*(?:pass|pwd|token|key|secret|auth|sig|credential|session|jwt|hdnts|hdnea|hmac)[^=&;#?\s]*|streamid|pw)=)[^&#\s]*/gi;
/** The same in a path, as cheap cameras have it: `/user=admin_password=secret_channel=1.sdp`. Masked to the end: a password may hold `_`. */
const SECRET_IN_PATH = /(\/(?:[^?#\s]*[/_,])?(?:[a-z]*(?:pass|pwd|token|key|secret)[a-z]*|pw|jwt)=)[^&#\s]*/gi;
/** What follows `#` and is no `name=value`: a key that somebody shares with the address. */
const BARE_FRAGMENT = /#(?![^=&#]+=[^=&])[^&]+/;

/**
 * An address without its secrets, for logs and pages: the password of `user:password@`, parameters such as `passphrase`,
 * `access_token` or `X-Amz-Signature`, in the path too, a bare fragment, and the stream key that ends an RTMP address. Masks
 * more where it cannot tell. What is no address comes back as it was.
 */
export function maskUrl(url: string): string {
  const [, scheme, rest] = ADDRESS.exec(url) ?? [];
  if (scheme === undefined || rest === undefined) return url;
  const isFile = /^file:/i.test(scheme); // a file's name may hold any sign
  // Parameters first: a value may hold an `@`.
  const named = rest.replace(SECRET_PARAMETER, '$1***').replace(SECRET_IN_PATH, '$1***');
  const masked = isFile ? maskUserInfo(named) : maskUserInfo(named).replace(BARE_FRAGMENT, '#***');
  return scheme + (/^rtmp/i.test(scheme) ? maskStreamKey(masked) : masked);
}

/** A password may hold `/`, `?`, `#` and `@` though it should not: all up to the last `@` that can end it is masked. */
function maskUserInfo(rest: string): string {
  const at = userInfoEnd(rest);
  if (at < 0) return rest;
  const userInfo = rest.slice(0, at);
  const colon = userInfo.indexOf(':');
  if (colon >= 0) return `${userInfo.slice(0, colon)}:***${rest.slice(at)}`;
  return /[/?#@]/.test(userInfo) ? `***${rest.slice(at)}` : rest; // a name alone is no secret
}

/** Index of the `@` before the host; -1 where there is none. */
function userInfoEnd(rest: string): number {
  const path = rest.search(/[/?#]/);
  const authority = path < 0 ? rest : rest.slice(0, path);
  // A colon with no `@` before the path: a port, or a password cut by its own `/`. A port is taken for a password then.
  const isWhole = authority.includes('@') || !authority.includes(':') || authority.startsWith('[');
  return (isWhole ? authority : rest).lastIndexOf('@');
}

/** `host/app/KEY?x=1` without the key: the last part of the path, when there is an application before it. */
function maskStreamKey(rest: string): string {
  return rest.replace(/^([^/?#]*\/[^?#]*\/)[^/?#]+/, '$1***');
}
