import { printable } from './printable.ts';

/** Rows under headings, columns as wide as their widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [
    line(headings.map((heading) => heading.toUpperCase())),
    ...rows.map((row) => line(row.map(printable))),
  ];
}

/** Names and values below each other; what is not known is left out. */
export function fields(rows: readonly (readonly [string, string | undefined])[]): string[] {
  const known = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  return table(['', ''], known).slice(1);
}
