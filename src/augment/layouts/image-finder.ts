import { posix } from 'node:path';

/** Finds files of a data set by the names that its labels give them. */
export class ImageFinder {
  readonly #byName = new Map<string, string[]>();

  /** @param paths from the root of the set. */
  constructor(paths: Iterable<string>) {
    for (const path of paths) {
      const name = posix.basename(path);
      const known = this.#byName.get(name);
      if (known) known.push(path);
      else this.#byName.set(name, [path]);
    }
  }

  /** All paths that end with a name's last part, in their order. */
  named(name: string): readonly string[] {
    return this.#byName.get(posix.basename(slashed(name))) ?? [];
  }

  /**
   * The file that a label names; undefined where there is none, or where several fit equally. It is the one at that path from the
   * label or the root; else the one with the longest common end; of several, the one whose folders the label's own path names too:
   * `train2017/` for `annotations/instances_train2017.json`.
   * @param label path of the file that names it.
   */
  find(name: string, label: string): string | undefined {
    const wanted = posix.normalize(slashed(name)).replace(/^\/+/, '');
    const candidates = this.named(wanted);
    if (candidates.length === 0) return undefined;
    const beside = posix.join(posix.dirname(label), wanted);
    const exact = candidates.find((path) => path === beside) ?? candidates.find((path) => path === wanted);
    if (exact !== undefined) return exact;
    const nearest = best(candidates, (path) => commonParts(path, wanted));
    const [found, ...others] = nearest.length === 1 ? nearest : best(nearest, (path) => namedFolders(path, label));
    return others.length === 0 ? found : undefined;
  }
}

/** The paths with the highest score. */
function best(paths: readonly string[], scoreOf: (path: string) => number): string[] {
  const scores = paths.map(scoreOf);
  const highest = Math.max(...scores);
  return paths.filter((_, n) => scores[n] === highest);
}

/** How many parts, from the last one on, two paths share. */
function commonParts(a: string, b: string): number {
  const [partsA, partsB] = [a.split('/').reverse(), b.split('/').reverse()];
  const differing = partsA.findIndex((part, n) => part !== partsB[n]);
  return differing < 0 ? partsA.length : differing;
}

/** How many folders of a path are a word in the path of a label. */
function namedFolders(path: string, label: string): number {
  const words = new Set(posix.join(posix.dirname(label), posix.parse(label).name).split(/[/_.\-\s]+/));
  return posix
    .dirname(path)
    .split('/')
    .filter((folder) => words.has(folder)).length;
}

function slashed(name: string): string {
  return name.replaceAll('\\', '/');
}
