const STORAGE_KEY = 'nocturne.token';

/** The viewer's access token, stored for this tab only; where the browser forbids storage, for this page only. */
export class AccessToken {
  #token: string | undefined;

  /** @param fromUrl the token in the page's URL; undefined uses the stored one. */
  constructor(fromUrl: string | undefined) {
    this.#token = fromUrl ?? readStoredToken();
    if (fromUrl !== undefined) this.set(fromUrl);
  }

  get value(): string | undefined {
    return this.#token;
  }

  /** Stores another token; undefined removes it. */
  set(token: string | undefined): void {
    this.#token = token;
    try {
      if (token === undefined) sessionStorage.removeItem(STORAGE_KEY);
      else sessionStorage.setItem(STORAGE_KEY, token);
    } catch (cause) {
      console.info('the browser forbids storage: the token is kept for this page only', cause);
    }
  }
}

function readStoredToken(): string | undefined {
  try {
    return sessionStorage.getItem(STORAGE_KEY) ?? undefined;
  } catch {
    return undefined; // the browser forbids storage
  }
}
