// Tables as CSV, by the names in their headers.
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "csv-parse/sync";

/** @returns {Record<string, string>[]} */
export function readCsv(path) {
  return parse(readFileSync(path, "utf8"), { columns: true, trim: true, skip_empty_lines: true });
}

/** @param {Record<string, string | number>[]} rows all with the same names. */
export function writeCsv(path, rows) {
  const names = Object.keys(rows[0] ?? {});
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  writeFileSync(path, lines.map((cells) => `${cells.map(quoted).join(",")}\n`).join(""));
}

function quoted(value) {
  const text = String(value ?? "");
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
