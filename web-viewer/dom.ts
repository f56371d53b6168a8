/** The page's element of this id and type. Throws TypeError when index.html has none. */
export function requireElement<T extends Element>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new TypeError(`index.html must have a ${type.name} #${id}`);
  return element;
}

/** A new element with class and text. */
export function createElement<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}
