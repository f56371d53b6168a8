import { XMLParser } from 'fast-xml-parser';
import { NocturneError } from '../../core/errors.js';
import type { Item, LabelledBox } from '../dataset.js';
import { newName } from './name-list.js';
import { isTimeOfDayKey, nightWordFor } from './night-word.js';

/** Lists, even of one. */
const LISTS = new Set(['object', 'attribute']);
/** Elements that name the image. */
const NAMES = ['filename', 'path'];

const parser = new XMLParser({
  captureMetaData: true,
  alwaysCreateTextNode: true,
  parseTagValue: false,
  isArray: (name) => LISTS.has(name),
});
const PLACE = XMLParser.getMetaDataSymbol() as symbol; // the package's type is the object `Symbol`

/** An element: its children by name, its text, its place in the file. */
type Element = Readonly<Record<string | symbol, unknown>>;

/** New text for the content of an element. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One Pascal VOC annotation: an XML file about one image. */
export class VocXml {
  /** UTF-8; Latin-1 where the bytes are not. */
  readonly #text: string;
  readonly #encoding: 'utf8' | 'latin1';
  readonly #root: Element;

  /** Copies the bytes. @param label the file's name, for errors. Throws NocturneError INPUT_UNSUPPORTED where it is no annotation. */
  constructor(bytes: Uint8Array, label: string) {
    const utf8 = Buffer.from(bytes).toString('utf8');
    this.#encoding = Buffer.compare(Buffer.from(utf8, 'utf8'), bytes) === 0 ? 'utf8' : 'latin1';
    this.#text = this.#encoding === 'utf8' ? utf8 : Buffer.from(bytes).toString('latin1');
    let reason = 'it has no element annotation';
    let root: unknown;
    try {
      root = elementOf(parser.parse(this.#text))['annotation'];
    } catch (error) {
      reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    }
    if (!isElement(root)) {
      const message = `${label} is no Pascal VOC annotation: ${reason}.`;
      throw new NocturneError({ code: 'INPUT_UNSUPPORTED', stage: 'ingest', message, remedy: 'Repair or remove it.' });
    }
    this.#root = root;
  }

  /** Boxes as the file counts them. Difficult objects are ignored ones. */
  get boxes(): LabelledBox[] {
    return elementsOf(this.#root['object']).flatMap((object) => {
      const box = elementOf(object['bndbox']);
      const [left = NaN, top = NaN, right = NaN, bottom = NaN] = ['xmin', 'ymin', 'xmax', 'ymax'].map((side) =>
        Number(textOf(box[side]) || NaN),
      );
      const size = { x: left, y: top, width: right - left, height: bottom - top };
      if (!Object.values(size).every(Number.isFinite)) return [];
      return [{ category: textOf(object['name']), ...size, isIgnored: textOf(object['difficult']) === '1' }];
    });
  }

  /** Whether it names a time of day other than night. */
  get namesDay(): boolean {
    return this.#timeEdits(this.#root).length > 0;
  }

  /**
   * The file for a night: times of day become night, `filename` and `path` of an image whose format changes get its new extension.
   * Every other byte stays. @param item the image, if its output has another name.
   */
  forNight(item: Item | undefined): Uint8Array {
    const edits = this.#timeEdits(this.#root);
    for (const name of item ? NAMES : []) {
      const old = textOf(this.#root[name]);
      const renamed = item ? newName(old, item) : old;
      if (renamed !== old) edits.push(...this.#edit(this.#root[name], renamed));
    }
    let text = this.#text;
    for (const { start, end, text: content } of edits.sort((a, b) => b.start - a.start)) {
      text = text.slice(0, start) + escaped(content) + text.slice(end);
    }
    return Buffer.from(text, this.#encoding);
  }

  /** `<timeofday>day</timeofday>` and, as CVAT writes it, `<attribute><name>timeofday</name><value>day</value></attribute>`. */
  #timeEdits(element: Element): Edit[] {
    const edits: Edit[] = [];
    for (const [name, value] of Object.entries(element)) {
      for (const child of elementsOf(value)) {
        const isPair = name === 'attribute' && isTimeOfDayKey(textOf(child['name']));
        const named = isTimeOfDayKey(name) ? child : isPair ? child['value'] : undefined;
        const old = textOf(named);
        const night = nightWordFor(old);
        if (night !== undefined) edits.push(...this.#edit(named, night));
        else edits.push(...this.#timeEdits(child));
      }
    }
    return edits;
  }

  /** Replaces the content of an element without children. */
  #edit(element: unknown, text: string): Edit[] {
    const place = isElement(element) ? element[PLACE] : undefined;
    if (typeof place !== 'object' || place === null || !('startIndex' in place)) return [];
    const start = this.#text.indexOf('>', Number(place.startIndex)) + 1;
    const end = this.#text.indexOf('</', start);
    return start > 0 && end >= start ? [{ start, end, text }] : [];
  }
}

function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function elementOf(value: unknown): Element {
  return isElement(value) ? value : {};
}

function elementsOf(value: unknown): Element[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter(isElement);
}

function textOf(value: unknown): string {
  const text = elementOf(value)['#text'];
  return typeof text === 'string' ? text : '';
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
