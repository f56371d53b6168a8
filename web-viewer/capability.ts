import type { ViewerStatus } from './worker-messages.js';

/** The status for what the browser lacks; undefined when it can play the stream. */
export function missingCapability(): ViewerStatus | undefined {
  const hasDecoder = 'VideoDecoder' in globalThis;
  if (!hasDecoder && !globalThis.isSecureContext) return { kind: 'insecure' };
  const hasCanvas = 'OffscreenCanvas' in globalThis && 'transferControlToOffscreen' in HTMLCanvasElement.prototype;
  return hasDecoder && hasCanvas ? undefined : { kind: 'no-webcodecs' };
}
