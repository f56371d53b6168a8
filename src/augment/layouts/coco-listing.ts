import { NocturneError } from '../../core/errors.js';
import { extensionOf, isImagePath } from '../../image/image-extensions.js';
import { CocoFile } from './coco-file.js';
import { stemOf } from './dataset-path.js';
import { ImageFinder } from './image-finder.js';
import { JsonText } from './json-text.js';
import type { DatasetTree } from './layout.js';
import { countedNotice } from './counted.js';

/** Place of a frame in a video. */
export interface VideoFrame {
  readonly video: string;
  readonly frame: number;
}

/** What the COCO files of a set say about its other files, by paths. */
export interface CocoListing {
  /** The COCO files. */
  readonly labels: ReadonlySet<string>;
  /** Those that name a time of day other than night. */
  readonly timed: ReadonlySet<string>;
  /** Panoptic masks. */
  readonly masks: ReadonlySet<string>;
  /** Images that a COCO file lists. */
  readonly images: ReadonlySet<string>;
  /** Those of videos. */
  readonly frames: ReadonlyMap<string, VideoFrame>;
  /** Names that are listed, of which the set has no file. */
  readonly missing: readonly string[];
  /** One line each about files that are not JSON, and names that fit several files. */
  readonly notices: readonly string[];
}

/** Paths of the JSON files of a set. */
export function jsonPaths({ files }: DatasetTree): string[] {
  return files.map(({ path }) => path).filter((path) => extensionOf(path) === '.json');
}

/** Finds the images of a set by name. */
export function imageFinderOf({ files }: DatasetTree): ImageFinder {
  return new ImageFinder(files.map(({ path }) => path).filter(isImagePath));
}

/** Reads a JSON file; undefined where it is none of COCO. Throws NocturneError where it cannot be read or is no JSON. */
export async function readCocoFile({ store }: DatasetTree, path: string): Promise<CocoFile | undefined> {
  return CocoFile.of(new JsonText(await store.read(path), path));
}

/** Reads every COCO file of a set, one at a time. A file that is not JSON is named in the notices. */
export async function readCocoListing(tree: DatasetTree): Promise<CocoListing> {
  const listing = new ListingReader(imageFinderOf(tree));
  for (const path of jsonPaths(tree)) {
    try {
      const file = await readCocoFile(tree, path);
      if (file) listing.add(file, path);
    } catch (error) {
      if (!(error instanceof NocturneError) || !error.code.startsWith('INPUT_')) throw error;
      listing.notices.push(`${error.message} It is copied as it is.`);
    }
  }
  return listing.finish();
}

class ListingReader {
  readonly notices: string[] = [];
  readonly #finder: ImageFinder;
  readonly #labels = new Set<string>();
  readonly #timed = new Set<string>();
  readonly #masks = new Set<string>();
  readonly #images = new Set<string>();
  readonly #frames = new Map<string, VideoFrame>();
  readonly #missing = new Set<string>();
  readonly #ambiguous = new Set<string>();

  constructor(finder: ImageFinder) {
    this.#finder = finder;
  }

  add(file: CocoFile, path: string): void {
    this.#labels.add(path);
    for (const { fileName, videoId, frameId, namesDay } of file.images()) {
      if (namesDay) this.#timed.add(path);
      const image = this.#finder.find(fileName, path);
      if (image === undefined) {
        (this.#finder.named(fileName).length === 0 ? this.#missing : this.#ambiguous).add(fileName);
        continue;
      }
      this.#images.add(image);
      if (frameId === undefined || videoId === undefined) continue;
      this.#frames.set(image, { video: `${path}#${JSON.stringify(videoId)}`, frame: frameId });
    }
    for (const name of file.maskNames()) {
      const mask = this.#finder.find(`${stemOf(path)}/${name}`, path);
      if (mask !== undefined) this.#masks.add(mask);
    }
  }

  finish(): CocoListing {
    for (const image of this.#images) this.#masks.delete(image); // a JPEG of the same name is no mask
    const ambiguous = [...this.#ambiguous];
    return {
      labels: this.#labels,
      timed: this.#timed,
      masks: this.#masks,
      images: this.#images,
      frames: this.#frames,
      missing: [...this.#missing],
      notices: [
        ...this.notices,
        ...countedNotice(ambiguous, 'listed name that fits several images', 'listed names that fit several images'),
      ],
    };
  }
}
