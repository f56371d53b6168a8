/** The page's element of this id and kind. Throws when index.html has none: a defect, never a user's fault. */
export function pageElement<T extends Element>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new TypeError(`index.html must have a ${kind.name} #${id}`);
  return found;
}

/** A new element with a class and text. */
export function makeElement<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
