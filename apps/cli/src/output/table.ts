import { visibleText } from "@bullpen/base";

/** A text on one line, its control characters visible: no text of a stranger's controls a terminal, or adds a line. */
export function flatText(text: string): string {
  return visibleText(text).replace(/[\n\r\t]+/g, " ");
}

/** Rows with their columns aligned, a line each. The first row says how many columns there are. */
export function formatTable(given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(flatText));
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  "));
  return lines.map((line) => line.trimEnd()).join("\n");
}

const DEFAULT_COLUMNS = 80;

/**
 * A table for the terminal. Where it is too narrow for the rows, each is written as its first cell with the others below
 * it. Elsewhere than on a terminal rows are never broken, so that other programs can read them.
 */
export function fitTable(
  rows: readonly (readonly string[])[],
  { isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number } = process.stdout,
): string {
  const table = formatTable(rows);
  const room = columns || DEFAULT_COLUMNS; // some terminals report 0
  if (!isTTY || table.split("\n").every((line) => line.length <= room)) return table;
  const [, ...body] = rows;
  return body
    .map((row) => row.map(flatText))
    .map(([first = "", ...others]) => `${first}\n  ${others.filter(Boolean).join(", ")}`)
    .join("\n");
}

/** Names with what is known of each; those without a value are left out. */
export function formatFacts(
  facts: readonly (readonly [name: string, value: string | null | undefined])[],
): string[] {
  return facts.flatMap(([name, value]) => (value == null ? [] : [`${name.padEnd(8)}  ${flatText(value)}`]));
}
