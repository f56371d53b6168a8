import { createHash } from 'node:crypto';
import type { Item } from '../dataset.js';
import type { UnitSettings } from './unit-settings.js';

/** Folder of the output root that holds what the run itself writes. */
const OWN = 'nocturne';

/** Where the files of one item in one variant go, from the root of the output. */
export interface OutputPaths {
  /** Its place in the set of the variant. */
  readonly night: string;
  /** Its place in the reject folder. */
  readonly rejected: string;
  readonly lamps: string;
  readonly lightMask: string;
  readonly sceneMask: string;
}

/** Folder of a variant with its slash; empty where there is one variant only. */
export function variantFolder({ variants }: Pick<UnitSettings, 'variants'>, variant: number): string {
  return variants > 1 ? `variant-${variant}/` : '';
}

/** The places of one item's files. What is gained is named for the item's id, which no other item has. */
export function outputPaths(settings: Pick<UnitSettings, 'variants'>, item: Item, variant: number): OutputPaths {
  const folder = variantFolder(settings, variant);
  return {
    night: `${folder}${item.output}`,
    rejected: rejectedPath(settings, variant, item.output),
    lamps: `${OWN}/lamps/${folder}${gainName(item.id, '.json')}`,
    lightMask: `${OWN}/light-masks/${folder}${gainName(item.id, '.png')}`,
    sceneMask: `${OWN}/scenes/${folder}${gainName(item.id, '.png')}`,
  };
}

/** Longest file name that file systems take, bytes of UTF-8; what video units append to it is left room for. */
const MAX_NAME_BYTES = 254;

/** An item's id with one more extension; an id whose last part leaves no room for it is cut, and ends in its hash. */
function gainName(id: string, extension: string): string {
  const at = id.lastIndexOf('/') + 1;
  const name = Buffer.from(id.slice(at));
  if (name.length + extension.length <= MAX_NAME_BYTES) return id + extension;
  const end = `~${createHash('sha256').update(name).digest('hex').slice(0, 16)}${extension}`;
  const kept = new TextDecoder().decode(name.subarray(0, MAX_NAME_BYTES - end.length)).replace(/\uFFFD+$/, '');
  return id.slice(0, at) + kept + end;
}

/** Where a rejected file of a set goes. @param path its place in the set. */
export function rejectedPath(settings: Pick<UnitSettings, 'variants'>, variant: number, path: string): string {
  return `${OWN}/rejected/${variantFolder(settings, variant)}${path}`;
}

/** The surfaces of scene masks by index. */
export const SCENE_CLASSES = `${OWN}/scenes/classes.json`;
