import type { ViewerStatus } from './worker-messages.js';

/** What the browser lacks for this page, as a status; undefined when all is there. */
export function missingCapability(): ViewerStatus | undefined {
  const hasDecoder = 'VideoDecoder' in globalThis;
  if (!hasDecoder && !globalThis.isSecureContext) return { kind: 'insecure' };
  const hasCanvas = 'OffscreenCanvas' in globalThis && 'transferControlToOffscreen' in HTMLCanvasElement.prototype;
  return hasDecoder && hasCanvas ? undefined : { kind: 'no-webcodecs' };
}
