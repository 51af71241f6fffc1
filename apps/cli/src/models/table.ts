const DEFAULT_COLUMNS = 80;

/**
 * A table for the terminal. Where it is too narrow for the rows, each is written as its first cell with the others below
 * it. Elsewhere than on a terminal rows are never broken, so that other programs can read them.
 */
export function table(
  rows: readonly (readonly string[])[],
  { isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number } = process.stdout,
): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const room = columns || DEFAULT_COLUMNS;
  if (!isTTY || lines.every((line) => line.length <= room)) return lines.join("\n");
  const [, ...body] = rows;
  return body.map(([first = "", ...others]) => `${first}\n  ${others.filter(Boolean).join(", ")}`).join("\n");
}
