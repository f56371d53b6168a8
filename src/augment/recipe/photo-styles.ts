import { resolve } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import { styleLike } from '../../infer/night-like/style-like.js';
import { readNightStyle, type NightStyle } from '../../lighting/night-style.js';

/** Name of the style that all nights have with `--like`. */
const LIKE_STYLE = 'like';
/** The style whose constants photos do not show, where none is named. */
const DEFAULT_STYLE = 'city-led';

/** Options of {@link withPhotoStyles}. */
interface PhotoStylesOptions {
  /** From which the paths of the recipe begin. */
  readonly folder: string;
  readonly style?: string;
  readonly like?: readonly string[];
}

/**
 * Adds to a recipe's `styles` those that its `like` names, read from their photos, and drops the field; with photos as an option, all its
 * nights are like them. The text that results needs no photo. Rejects as `styleLike` does, and with CONFIG_INVALID for a photo of a day.
 */
export async function withPhotoStyles(values: unknown, options: PhotoStylesOptions): Promise<unknown> {
  const { folder, style = DEFAULT_STYLE, like: photos } = options;
  if (!isObject(values)) return values;
  const { like, ...fields } = values;
  if (!isPhotosByName(like) && like !== undefined) return values; // the schema reports it
  const styles: Record<string, unknown> = isObject(fields['styles']) ? { ...fields['styles'] } : {};
  for (const [name, paths] of Object.entries(like ?? {})) {
    if (photos) break; // none of them is drawn
    styles[name] = await styleOf(
      paths.map((path) => resolve(folder, path)),
      style,
    );
  }
  if (photos) {
    styles[LIKE_STYLE] = await styleOf(photos, style);
    return { ...fields, styles, style: { choices: [LIKE_STYLE] } };
  }
  return like === undefined ? values : { ...fields, styles };
}

async function styleOf(photos: readonly string[], base: string): Promise<NightStyle> {
  const { style, notices } = await styleLike({ photos, base: readNightStyle(base) });
  const [notice] = notices;
  if (notice === undefined) return style;
  const message = `${notice.replace(/: it is left out$/, '')}.`;
  const remedy = 'Leave that photo out.';
  throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, remedy });
}

function isPhotosByName(value: unknown): value is Readonly<Record<string, readonly string[]>> {
  return (
    isObject(value) &&
    Object.values(value).every((paths) => Array.isArray(paths) && paths.every((path) => typeof path === 'string'))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
