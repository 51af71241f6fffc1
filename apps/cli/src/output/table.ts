/** Rows with their columns aligned, a line each. The first row says how many columns there are. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  "));
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** Names with what is known of each; those without a value are left out. */
export function formatFacts(
  facts: readonly (readonly [name: string, value: string | null | undefined])[],
): string[] {
  return facts.flatMap(([name, value]) => (value == null ? [] : [`${name.padEnd(8)}  ${value}`]));
}
