import type { Estimate } from '../evaluate/bootstrap.js';

/** A row of a table. */
export type Cells = readonly string[];

/** Aligns rows in columns. */
export function alignRows(rows: readonly Cells[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A value and its interval: `0.41 (0.38 to 0.44)`. */
export function withInterval({ mean, ci }: Estimate, digits = 3): string {
  return `${fixed(mean, digits)} (${ci.map((value) => fixed(value, digits)).join(' to ')})`;
}

/** A dash for a value that no image has. */
export function fixed(value: number, digits: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(digits);
}

/** A share: `41 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
