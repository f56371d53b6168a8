import type { LabelledBox } from '../dataset.js';
import { recordOf } from './json-record.js';
import type { JsonSpan, JsonText } from './json-text.js';
import { namesDay } from './night-json.js';

/** An image as a COCO file lists it. */
export interface CocoImage {
  /** A number, or a text where the writer of the file chose so. */
  readonly id: unknown;
  readonly fileName: string;
  /** Where its name stands. */
  readonly fileNameSpan: JsonSpan;
  /** Of frames of a video (CocoVID, YouTube-VIS). */
  readonly videoId: unknown;
  readonly frameId: number | undefined;
  /** Whether it names a time of day other than night. */
  readonly namesDay: boolean;
  /** Where its JSON stands. */
  readonly span: JsonSpan;
}

/** A labelled box, and the id of its image. */
export interface CocoBox extends LabelledBox {
  readonly imageId: unknown;
}

/** One JSON file of COCO: instances, keypoints, captions or panoptic. Parses one image or annotation at a time. */
export class CocoFile {
  readonly text: JsonText;
  readonly #images: JsonSpan;
  readonly #annotations: JsonSpan | undefined;
  readonly #categories: JsonSpan | undefined;

  private constructor(text: JsonText, spans: ReadonlyMap<string, JsonSpan>, images: JsonSpan) {
    this.text = text;
    this.#images = images;
    this.#annotations = spans.get('annotations');
    this.#categories = spans.get('categories');
  }

  /** Undefined where the JSON is not of COCO: an object whose `images` is a list of objects with a `file_name`. */
  static of(text: JsonText): CocoFile | undefined {
    if (!text.isObject(text.root)) return undefined;
    const spans = new Map<string, JsonSpan>();
    for (const { key, value } of text.members(text.root)) spans.set(key, value);
    const images = spans.get('images');
    if (!images) return undefined;
    const file = new CocoFile(text, spans, images);
    for (const first of text.elements(images)) return imageOf(text, first) && file;
    return text.isArray(images) && spans.has('categories') ? file : undefined;
  }

  /** The images, in the file's order. Throws NocturneError INPUT_UNSUPPORTED for broken JSON. */
  *images(): Generator<CocoImage, void, undefined> {
    for (const span of this.text.elements(this.#images)) {
      const image = imageOf(this.text, span);
      if (image) yield image;
    }
  }

  /** Names of the masks of a panoptic file; none for another. */
  *maskNames(): Generator<string, void, undefined> {
    for (const { segments_info: segments, file_name: name } of this.#annotationList()) {
      if (!Array.isArray(segments)) return; // the first annotation shows what all are
      if (typeof name === 'string') yield name;
    }
  }

  /** The labelled boxes, in the file's order; crowds are ignored. */
  *boxes(): Generator<CocoBox, void, undefined> {
    const categories = this.#categoryNames();
    for (const { bbox, image_id: imageId, category_id: category, iscrowd, ignore } of this.#annotationList()) {
      if (!Array.isArray(bbox) || !bbox.every((side) => typeof side === 'number')) continue;
      const [x, y, width, height] = bbox;
      if (x === undefined || y === undefined || width === undefined || height === undefined) continue;
      const name = categories.get(category) ?? String(category);
      yield { imageId, category: name, x, y, width, height, isIgnored: isSet(iscrowd) || isSet(ignore) };
    }
  }

  *#annotationList(): Generator<Readonly<Record<string, unknown>>, void, undefined> {
    if (!this.#annotations) return;
    for (const span of this.text.elements(this.#annotations)) yield recordOf(this.text.parse(span));
  }

  #categoryNames(): Map<unknown, string> {
    const parsed = this.#categories && this.text.parse(this.#categories);
    const categories = Array.isArray(parsed) ? parsed.map(recordOf) : [];
    return new Map(categories.map(({ id, name }) => [id, String(name)]));
  }
}

function imageOf(text: JsonText, span: JsonSpan): CocoImage | undefined {
  const image = recordOf(text.parse(span));
  if (typeof image['file_name'] !== 'string') return undefined;
  const frame = image['frame_id'] ?? image['frame_index'];
  return {
    id: image['id'],
    fileName: image['file_name'],
    get fileNameSpan(): JsonSpan {
      return text.member(span, 'file_name') ?? span;
    },
    videoId: image['video_id'],
    frameId: typeof frame === 'number' ? frame : undefined,
    namesDay: namesDay(image),
    span,
  };
}

function isSet(flag: unknown): boolean {
  return flag === 1 || flag === true;
}
