import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Who sent a request, and to which address. */
export interface Client {
  /** IP address; undefined where the connection is gone. */
  readonly address: string | undefined;
  /** Name and port that the client asked for. */
  readonly host: string | undefined;
  readonly scheme: 'http' | 'https';
}

/**
 * The reverse proxies whose `X-Forwarded-For`, `-Host` and `-Proto` count. Anybody can send these headers: from other addresses they are
 * ignored.
 */
export class TrustedProxies {
  readonly #list = new BlockList();
  readonly #isTls: boolean;

  /** Throws TypeError for anything but IP addresses and networks such as `10.0.0.0/8`. @param isTls this server itself speaks TLS. */
  constructor(addresses: readonly string[], isTls: boolean) {
    this.#isTls = isTls;
    for (const text of addresses) this.#add(text);
  }

  /** Who sent the request, as the nearest trusted proxies say. */
  clientOf(request: IncomingMessage): Client {
    const { headers, socket } = request;
    const direct: Client = {
      address: socket.remoteAddress,
      host: headers.host,
      scheme: this.#isTls ? 'https' : 'http',
    };
    if (!this.#isTrusted(direct.address)) return direct;
    const scheme = lastOf(headers['x-forwarded-proto'])?.toLowerCase();
    return {
      address: this.#addressBehind(headers['x-forwarded-for']) ?? direct.address,
      host: lastOf(headers['x-forwarded-host']) ?? direct.host,
      scheme: scheme === 'https' || scheme === 'http' ? scheme : direct.scheme,
    };
  }

  /** The nearest address that is no trusted proxy: each proxy appends whom it heard from, and those before may be invented. */
  #addressBehind(header: string | string[] | undefined): string | undefined {
    const addresses = [header ?? []].flat().join(',').split(',').map(withoutPort);
    const nearest = addresses.findLast((address) => !this.#isTrusted(address)) ?? addresses[0];
    return nearest !== undefined && isIP(nearest) !== 0 ? nearest : undefined;
  }

  #isTrusted(address: string | undefined): boolean {
    if (address === undefined) return false;
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, ''); // an IPv4 client of an IPv6 socket
    const family = isIP(plain);
    return family !== 0 && this.#list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
  }

  #add(text: string): void {
    const [address = '', bits, ...rest] = text.split('/');
    const family = isIP(address);
    const length = bits === undefined ? undefined : Number(bits);
    const isLength = length === undefined || (/^\d{1,3}$/.test(bits ?? '') && length <= (family === 4 ? 32 : 128));
    if (family === 0 || !isLength || rest.length > 0) {
      throw new TypeError(
        `a trusted proxy must be an IP address or a network such as 10.0.0.0/8, got ${JSON.stringify(text)}`,
      );
    }
    const name = family === 4 ? 'ipv4' : 'ipv6';
    if (length === undefined) this.#list.addAddress(address, name);
    else this.#list.addSubnet(address, length, name);
  }
}

/** Last of a header's comma-separated values; undefined where it is absent or empty. */
function lastOf(header: string | string[] | undefined): string | undefined {
  const last = [header ?? []].flat().join(',').split(',').at(-1)?.trim();
  return last === '' ? undefined : last;
}

/** An address of `X-Forwarded-For` without brackets and port, which some proxies add. */
function withoutPort(text: string): string {
  const address = text.trim();
  return /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address)?.[1] ?? address;
}
