const UNITS = ["kB", "MB", "GB", "TB"];

/** Bytes in the unit that reads best: `980 B`, `1.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const exponent = Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length);
  const value = bytes / 1_000 ** exponent;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${UNITS[exponent - 1]}`;
}
