/** A connected area of a mask: its bounding box in samples, right and bottom exclusive, and its number of samples. */
export interface Component {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly count: number;
}

/**
 * The connected areas (4 neighbours) of a mask `[height, width]`, in the order of their first samples. Clears the mask.
 * @param largest areas with more samples are left out.
 */
export function takeComponents(mask: Uint8Array, width: number, largest = Infinity): Component[] {
  const found: Component[] = [];
  const stack: number[] = [];
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0) continue;
    let [left, top, right, bottom, count] = [width, Infinity, 0, 0, 0];
    mask[start] = 0;
    stack.push(start);
    while (stack.length > 0) {
      const i = stack.pop() ?? 0;
      const x = i % width;
      const y = (i - x) / width;
      count++;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
      if (x > 0 && mask[i - 1] !== 0) push(i - 1);
      if (x < width - 1 && mask[i + 1] !== 0) push(i + 1);
      if (i >= width && mask[i - width] !== 0) push(i - width);
      if (i + width < mask.length && mask[i + width] !== 0) push(i + width);
    }
    if (count <= largest) found.push({ left, top, right, bottom, count });
  }
  return found;

  function push(i: number): void {
    mask[i] = 0;
    stack.push(i);
  }
}
