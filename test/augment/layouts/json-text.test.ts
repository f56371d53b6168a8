import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonText, type JsonSpan } from '../../../src/augment/layouts/json-text.js';
import { timeOfDayEdits } from '../../../src/augment/layouts/night-json.js';

function textOf(json: string): JsonText {
  return new JsonText(Buffer.from(json), 'labels.json');
}

/** Rebuilds a value from places alone, down to its leaves. */
function rebuilt(text: JsonText, span: JsonSpan): unknown {
  if (text.isArray(span)) return [...text.elements(span)].map((element) => rebuilt(text, element));
  if (!text.isObject(span)) return text.parse(span);
  return Object.fromEntries([...text.members(span)].map(({ key, value }) => [key, rebuilt(text, value)]));
}

describe('JsonText', () => {
  it('finds every value where JSON.parse finds it', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.array(fc.json()), fc.dictionary(fc.string(), fc.jsonValue())),
        fc.integer(0, 4),
        (value, indent) => {
          const parsed: unknown = Array.isArray(value) ? value.map((json) => JSON.parse(json) as unknown) : value;
          const json = JSON.stringify(parsed, undefined, indent);
          const text = textOf(`\n${json}\t`);
          expect(rebuilt(text, text.root)).toEqual(JSON.parse(json));
        },
      ),
    );
  });

  it('reads brackets and escaped quotes inside strings, and a byte order mark', () => {
    const text = textOf('\uFEFF{"a]}\\"": ["\\\\", "}\\"]"], "é": -1.5e3, "n":null}');
    expect(rebuilt(text, text.root)).toEqual({ 'a]}"': ['\\', '}"]'], é: -1500, n: null });
  });

  it('changes one value and leaves every other byte', () => {
    const json = '{ "keep" : 1.50,\r\n"timeofday":\t"daytime" , "list":[ {"Time of day":"Dawn"} , "timeofday" ] }\n';
    const text = textOf(json);
    const edited = text.edited(timeOfDayEdits(text, text.root)).toString();
    expect(edited).toBe(json.replace('"daytime"', '"night"').replace('"Dawn"', '"Night"'));
  });

  it('leaves a time of day that is night, is no text, or has another name', () => {
    const json = '{"timeofday":"night","time_of_day":null,"timeofdays":"daytime","daynight":"NIGHTTIME"}';
    expect(timeOfDayEdits(textOf(json), textOf(json).root)).toEqual([]);
  });

  it.each(['', '{"a": [1, 2', '[1 2]', '"text"', '{"a" 1}', '{"a": }', '[1, 2]]', '{1: 2}'])('refuses %j', (json) => {
    expect(() => {
      const text = textOf(json);
      rebuilt(text, text.root);
    }).toThrow(/labels\.json is not JSON/);
  });
});
