// How figures are printed: one table for each measurement, the target figures beside or below them.

/** A table to print; cells as they are given, numbers with three digits that say something. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Lines below the table, e.g. what the figures should be. */
  readonly notes?: readonly string[];
}

/** null: not reached. */
export type Cell = string | number | null | undefined;

/** The lines of a table, right-aligned but for the first column. */
export function tableLines({ title, columns, rows, notes = [] }: Table): string[] {
  const cells = [columns, ...rows.map((row) => row.map(cellText))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('   ');
  return ['', title, ...cells.map((row) => `  ${line(row)}`.trimEnd()), ...notes.map((note) => `  ${note}`)];
}

/** Division that stays unknown when one of the two is. */
export function ratio(value: number | null | undefined, base: number | null | undefined): number | null {
  return value == null || base == null ? null : value / base;
}

/** Subtraction that stays unknown when one of the two is. */
export function beyond(value: number | null | undefined, ...less: (number | null | undefined)[]): number | null {
  if (value == null || less.some((part) => part == null)) return null;
  return less.reduce<number>((rest, part) => rest - (part ?? 0), value);
}

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return '-';
  if (typeof cell === 'string') return cell;
  if (Math.abs(cell) >= 100) return cell.toLocaleString('en-US', { maximumFractionDigits: 0 });
  return String(Number(cell.toPrecision(3)));
}
