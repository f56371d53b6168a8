import { lookup } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import { basename, dirname, join, relative, resolve, isAbsolute } from 'node:path';
import { parseInput, type InputAddress } from '../ingest/input-address.js';
import { AdminRefusal } from '../stream/stream-admin.js';

/** Kinds of inputs that `--api-inputs` names; anything else in it is a folder. */
const KINDS = ['network', 'street', 'camera', 'listen', 'none'] as const;
type Kind = (typeof KINDS)[number];

/** Addresses of the link, where clouds keep the secrets of a machine (169.254.169.254). No camera is there. */
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');
LINK_LOCAL.addAddress('fd00:ec2::254', 'ipv6');

/**
 * What inputs a request may name. Whoever starts nocturne names any; a request opens neither files nor devices nor ports of the machine unless
 * `--api-inputs` says so.
 */
export class InputPolicy {
  readonly #kinds: ReadonlySet<string>;
  readonly #folders: readonly string[];

  /** @param allowed the value of `--api-inputs`. */
  constructor(allowed: string) {
    const items = allowed.split(',').map((item) => item.trim());
    this.#kinds = new Set(items.filter((item) => isKind(item)));
    this.#folders = items.filter((item) => item !== '' && !isKind(item)).map((item) => resolve(item));
  }

  /** Rejects with AdminRefusal, status 403, for an input that a request may not name, 400 for a malformed one. @param listens whether it waits for a sender. */
  async check(input: string, listens: boolean): Promise<void> {
    const address = parse(input);
    switch (address.kind) {
      case 'stdin':
        throw refusal('standard input');
      case 'path':
        await this.#checkPath(address.target);
        return;
      case 'street':
      case 'camera':
        this.#checkKind(address.kind, address.kind === 'camera' ? 'a camera of the machine' : 'the street');
        return;
      case 'network':
        if (listens || waitsForSender(address)) this.#checkKind('listen', 'an address that waits for a sender');
        else this.#checkKind('network', 'an address of the network');
        await checkHost(address);
    }
  }

  #checkKind(kind: Kind, what: string): void {
    if (!this.#kinds.has(kind)) throw refusal(what, kind);
  }

  /** Allows what is inside a folder, links resolved; a pattern of an image sequence by its folder. */
  async #checkPath(path: string): Promise<void> {
    const real = existsSync(path)
      ? await realpath(path)
      : join(await realpath(dirname(path)).catch(() => '/'), basename(path));
    for (const folder of this.#folders) {
      const inside = relative(await realpath(folder).catch(() => folder), real);
      if (inside === '' || (!inside.startsWith('..') && !isAbsolute(inside))) return;
    }
    throw refusal('a file', 'its folder');
  }
}

function isKind(item: string): item is Kind {
  return KINDS.some((kind) => kind === item);
}

function parse(input: string): InputAddress {
  try {
    return parseInput(input);
  } catch (error) {
    throw new AdminRefusal(400, error instanceof Error ? error.message : 'the input is malformed');
  }
}

/** True for an address that binds a port: `udp`, `rtp`, `tcp` with `listen`, `srt` as a listener, any without a host. */
function waitsForSender({ target, scheme }: InputAddress): boolean {
  if (scheme === 'udp' || scheme === 'rtp') return true;
  const host = hostOf(target);
  return host === '' || /[?&](?:listen(?:=|&|$)|mode=(?:listener|rendezvous))/i.test(target);
}

async function checkHost({ target }: InputAddress): Promise<void> {
  const host = hostOf(target);
  if (host === '') return;
  const addresses = isIP(host)
    ? [host]
    : (await lookup(host, { all: true }).catch(() => [])).map(({ address }) => address);
  const isLinkLocal = addresses.some((address) => LINK_LOCAL.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'));
  if (isLinkLocal) throw new AdminRefusal(403, 'input must not be a link-local address: no camera is there');
}

/** The host of an address, without brackets; empty for one without a host. */
function hostOf(target: string): string {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1] ?? '';
  const hostAndPort = authority.slice(authority.lastIndexOf('@') + 1);
  return /^\[([^\]]*)\]/.exec(hostAndPort)?.[1] ?? hostAndPort.replace(/:\d*$/, '');
}

/** @param allow what `--api-inputs` would have to name. */
function refusal(what: string, allow?: string): AdminRefusal {
  const remedy = allow === undefined ? '' : `; the server allows it with --api-inputs and ${allow}`;
  return new AdminRefusal(403, `input must not be ${what}${remedy}`);
}
