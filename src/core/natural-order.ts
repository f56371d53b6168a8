/** A comparison of names for `sort` that puts 2 before 10; names alike but for case or accents keep one order. */
export function naturalOrder(): (a: string, b: string) => number {
  const order = new Intl.Collator('en', { numeric: true });
  return (a, b) => order.compare(a, b) || (a < b ? -1 : 1);
}
