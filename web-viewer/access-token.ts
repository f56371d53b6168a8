const KEY = 'nocturne.token';

/** The viewer's token, kept for this tab only. A browser that forbids storage keeps it until the page is left. */
export class AccessToken {
  #token: string | undefined;

  /** @param fromAddress the token in the page's address; else the one this tab had before. */
  constructor(fromAddress: string | undefined) {
    this.#token = fromAddress ?? stored();
    if (fromAddress !== undefined) this.set(fromAddress);
  }

  get value(): string | undefined {
    return this.#token;
  }

  set(token: string): void {
    this.#token = token;
    try {
      sessionStorage.setItem(KEY, token);
    } catch (cause) {
      console.info('the token lasts for this page only: storage is forbidden', cause);
    }
  }
}

function stored(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined; // storage is forbidden: as if there were none
  }
}
