import { describe, expect, it } from 'vitest';
import { decodeText, parseJson } from '../../src/core/decode-text.js';

const json = '{\r\n  "night": "Straße",\r\n  "strength": 0.5\r\n}\r\n';
const value = { night: 'Straße', strength: 0.5 };

describe('JSON that people write', () => {
  const encodings: readonly (readonly [name: string, bytes: Buffer])[] = [
    ['UTF-8', Buffer.from(json)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${json}`)],
    ['UTF-16 of Windows', Buffer.from(`\ufeff${json}`, 'utf16le')],
    ['UTF-16 of other machines', Buffer.from(`\ufeff${json}`, 'utf16le').swap16()],
  ];
  it.each(encodings)('is read in %s', (_, bytes) => {
    expect(parseJson(bytes)).toEqual(value);
  });

  it('is refused in an encoding that nothing states', () => {
    for (const bytes of [Buffer.from(json, 'latin1'), Buffer.from(json, 'utf16le')]) {
      expect(() => decodeText(bytes)).toThrow('it is not UTF-8 text: save it as UTF-8');
    }
  });
});
