const ADDRESS = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/is;
/** Parameters whose names tell of a secret: `access_token`, `X-Amz-Signature`, `apikey`, `passphrase`, SRT's `streamid`. */
const SECRET_PARAMETER =
  /([?&;#](?:[^=&;#?\s]*(?:pass|pwd|token|key|secret|auth|sig|credential|session)[^=&;#?\s]*|streamid)=)[^&#\s]*/gi;

/**
 * An address without its secrets, for logs and pages: the password of `user:password@`, parameters such as `passphrase`,
 * `access_token` or `X-Amz-Signature`, and the stream key that ends an RTMP address. Masks more where it cannot tell. What
 * is no address comes back as it was.
 */
export function maskUrl(url: string): string {
  const [, scheme, rest] = ADDRESS.exec(url) ?? [];
  if (scheme === undefined || rest === undefined) return url;
  const masked = maskUserInfo(rest.replace(SECRET_PARAMETER, '$1***')); // first: a value may hold an `@`
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
