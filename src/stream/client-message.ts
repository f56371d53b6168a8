import { checkControls } from '../core/controls.js';
import type { ClientMessage } from './protocol.js';

/**
 * Parses a viewer's text message. Throws SyntaxError when it is not a message of this protocol (the connection closes), and
 * TypeError or RangeError when a control's name or value is wrong (the viewer gets an `error` message).
 */
export function parseClientMessage(text: string): ClientMessage {
  const message: unknown = JSON.parse(text);
  if (!isRecord(message)) throw new SyntaxError('a message must be an object');
  switch (message['type']) {
    case 'controls':
      if (!isRecord(message['controls'])) throw new SyntaxError('controls must be an object');
      return { type: 'controls', controls: checkControls(message['controls']) };
    case 'keyframe':
      return { type: 'keyframe' };
    case 'ping': {
      const clientTime = message['clientTime'];
      if (typeof clientTime !== 'number' || !Number.isFinite(clientTime)) {
        throw new SyntaxError('clientTime must be a number');
      }
      return { type: 'ping', clientTime };
    }
    default:
      throw new SyntaxError('type must be controls, keyframe or ping');
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
