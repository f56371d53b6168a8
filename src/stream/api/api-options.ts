import type { AccessPolicy } from '../access-policy.js';
import type { ConnectionGuard } from '../connection-guard.js';
import type { TlsIdentity } from '../http-server.js';
import type { HubDirectory } from '../hub-directory.js';
import type { Metrics } from '../metrics.js';
import type { RefusalLog } from '../refusal-log.js';
import type { StreamAdmin } from '../stream-admin.js';
import type { ViewerFile } from '../viewer-files.js';
import type { WrongTokens } from '../wrong-tokens.js';

/** Options of `createApi`. */
export interface ApiOptions {
  readonly policy: AccessPolicy;
  readonly wrongTokens: WrongTokens;
  readonly streams: HubDirectory;
  readonly files: ReadonlyMap<string, ViewerFile>;
  readonly metrics: Metrics;
  /** Bounds the server's connections. */
  readonly guard: ConnectionGuard;
  readonly refusals: RefusalLog;
  readonly canControl: boolean;
  /** Adds and changes streams; undefined: the API cannot. */
  readonly admin?: StreamAdmin | undefined;
  /** Speaks TLS with it; default: plain HTTP. */
  readonly tls?: TlsIdentity | undefined;
}
