/** Names of the data-set layouts that are read. `images` and `videos`: trees without labels. */
export const LAYOUT_NAMES = [
  ...['images', 'videos', 'kitti', 'coco', 'yolo', 'voc', 'bdd100k', 'masks', 'nuscenes', 'webdataset'],
] as const;

/** One of {@link LAYOUT_NAMES}. `masks`: CamVid and Cityscapes, images beside index or colour masks. */
export type LayoutName =
  'images' | 'videos' | 'kitti' | 'coco' | 'yolo' | 'voc' | 'bdd100k' | 'masks' | 'nuscenes' | 'webdataset';

/** A file of a data set. Plain data. */
export interface DatasetFile {
  /** From the root of the set, with `/` on every system; without `.` and `..`. */
  readonly path: string;
  readonly bytes: number;
}

/** What becomes of a file that is not translated. */
export interface FileCopy {
  /** From the root of the set; the same in the output. */
  readonly path: string;
  /** `label`: annotations. `labelImage`: a mask, depth or flow image. `other`: anything else, such as a licence. */
  readonly role: 'label' | 'labelImage' | 'other';
  /**
   * Set where the file names the time of day, or images whose format changes: it is rewritten by its layout's {@link Layout.rewrite}.
   * Else its bytes stay.
   */
  readonly isRewritten?: true;
}

/** An image or video of a data set that becomes night. Plain data: it travels to workers in JSON. */
export interface Item {
  /** Unique within the set, and stable: the path from its root; in a tar shard `SHARD.tar/NAME`. Draws depend on it. */
  readonly id: string;
  readonly kind: 'image' | 'video';
  /** Path from the root of the input; of an item in a shard, the shard's. */
  readonly source: string;
  /** Path from the root of the output; differs from {@link source} only in its extension, where the format cannot be written. */
  readonly output: string;
  /** Items of one scene share one draw: frames of a sequence, cameras of one rig. Default: the item's own id. */
  readonly scene?: string;
  /** Time in its sequence, seconds from the sequence's first frame. Of frames of a sequence only. */
  readonly timeS?: number;
  /** Label files of this item alone, from the root: they follow it to the reject folder. */
  readonly labels: readonly string[];
}

/**
 * What one job does whole: `images` are single ones, in any order; `sequence` holds the frames of one camera in order of time, which share
 * a steadied look; `video` is one file; `shard` is one tar file, whose members stay in order. Plain data.
 */
export interface Unit {
  /** From 0, in the plan's order, which is the same for the same set. */
  readonly index: number;
  readonly kind: 'images' | 'sequence' | 'video' | 'shard';
  /** At least one. */
  readonly items: readonly Item[];
}

/** What is done with a data set, known before work starts. Plain data. */
export interface DatasetPlan {
  readonly layout: LayoutName;
  /** Why it is this layout, one clause: `training/image_2 beside training/label_2`. */
  readonly evidence: string;
  readonly units: readonly Unit[];
  readonly copies: readonly FileCopy[];
  /** One line each: images without labels, labels without images, names that collide, links out of the tree, files left out. */
  readonly notices: readonly string[];
}

/** A labelled object of an image. */
export interface LabelledBox {
  readonly category: string;
  /** Top left corner and size, pixels of the image. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** True for a crowd, an ignored region or a difficult object, which counts neither as found nor as missed. */
  readonly isIgnored: boolean;
}
