import { NocturneError } from '../../core/errors.js';
import { maskUrl } from '../../core/mask-url.js';
import { LocalStore } from './local-store.js';
import type { Store } from './store.js';

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * Opens a tree of files: a folder of this machine, or `s3://bucket/prefix`. Region, endpoint and credentials of S3 are those of the usual
 * `AWS_` variables and files; its client is loaded for such an address only. Rejects with NocturneError CONFIG_INVALID for any other
 * address. Whether the tree exists shows when it is read.
 */
export async function openStore(address: string): Promise<Store> {
  if (/^s3:\/\//i.test(address)) {
    // Its client warns about the Node.js versions that its makers will support next year.
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
    const { S3Store } = await import('./s3-store.js');
    return S3Store.open(address);
  }
  if (!SCHEME.test(address)) return new LocalStore(address);
  throw new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message: `${maskUrl(address)} is neither a folder nor an s3:// address.`,
    remedy: 'Give a path of this machine or s3://bucket/prefix.',
  });
}
