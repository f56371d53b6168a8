import type { LabelledBox } from '../dataset.js';
import { listOf, recordOf } from './json-record.js';
import type { JsonEdit, JsonSpan, JsonText } from './json-text.js';
import { nightEdit } from './night-json.js';

/** What a label file of BDD100K says of one image. */
export interface BddRecord {
  /** Name of the image, with or without its extension. */
  readonly name: string;
  /** `daytime`, `dawn/dusk`, `night`, `undefined`; undefined where the record has none. */
  readonly timeOfDay: string | undefined;
  readonly boxes: readonly LabelledBox[];
  /** Where its JSON stands. */
  readonly span: JsonSpan;
}

/**
 * A label file of BDD100K: a list with an object an image (`det_20`, `box_track_20`, the older `bdd100k_labels_images_train.json`), such a
 * list as the `frames` of an object (Scalabel), or the object of one image (`100k`). Parses one image at a time.
 */
export class BddFile {
  readonly text: JsonText;
  readonly #list: JsonSpan | undefined;

  private constructor(text: JsonText, list: JsonSpan | undefined) {
    this.text = text;
    this.#list = list;
  }

  /** Undefined where the JSON is not of BDD100K: its first image has a name, and attributes or labels. */
  static of(text: JsonText): BddFile | undefined {
    const frames = text.member(text.root, 'frames');
    const isOneImage = isRecord(text, text.root);
    const list = text.isArray(text.root) ? text.root : frames;
    if (isOneImage) return new BddFile(text, undefined);
    if (!list) return undefined;
    for (const first of text.elements(list)) return isRecord(text, first) ? new BddFile(text, list) : undefined;
    return undefined;
  }

  /** Whether it describes one image alone. */
  get isOfOneImage(): boolean {
    return this.#list === undefined;
  }

  /** Throws NocturneError INPUT_UNSUPPORTED for broken JSON. */
  *records(): Generator<BddRecord, void, undefined> {
    for (const span of this.#list ? this.text.elements(this.#list) : [this.text.root]) {
      const record = recordOf(this.text.parse(span));
      const { timeofday } = recordOf(record['attributes']);
      yield {
        name: String(record['name']),
        timeOfDay: typeof timeofday === 'string' ? timeofday : undefined,
        boxes: boxesOf(record),
        span,
      };
    }
  }

  /** The edit that makes a record's time of day night; undefined where it has none or says so already. */
  nightEdit({ span }: BddRecord): JsonEdit | undefined {
    const attributes = this.text.member(span, 'attributes');
    return nightEdit(this.text, attributes && this.text.member(attributes, 'timeofday'));
  }

  /** The edit that gives a record's image another name; undefined where it has that name. */
  renameEdit({ span, name }: BddRecord, renamed: string): JsonEdit | undefined {
    const place = this.text.member(span, 'name');
    return renamed === name || !place ? undefined : { ...place, text: JSON.stringify(renamed) };
  }
}

function isRecord(text: JsonText, span: JsonSpan): boolean {
  const keys = new Set([...text.members(span)].map(({ key }) => key));
  return keys.has('name') && ['attributes', 'labels', 'frames', 'videoName'].some((key) => keys.has(key));
}

/** The 2D boxes of a record, in either of the two forms. */
function boxesOf(record: Readonly<Record<string, unknown>>): LabelledBox[] {
  const objects = listOf(record['frames']).flatMap((frame) => listOf(recordOf(frame)['objects']));
  return [...listOf(record['labels']), ...objects].flatMap((label) => {
    const { category, box2d, attributes } = recordOf(label);
    const { x1, y1, x2, y2 } = recordOf(box2d);
    if (![x1, y1, x2, y2].every((side) => typeof side === 'number')) return [];
    const [left, top, right, bottom] = [Number(x1), Number(y1), Number(x2), Number(y2)];
    const { crowd, ignored } = recordOf(attributes);
    return [
      {
        category: String(category),
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
        isIgnored: crowd === true || ignored === true,
      },
    ];
  });
}
