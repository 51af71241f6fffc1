/**
 * The milliseconds that a `Retry-After` header asks for: seconds or a date (RFC 9110, 10.2.3). 0 for a date that is
 * past, `undefined` without a header or where it is neither.
 */
export function parseRetryAfter(header: string | null | undefined, nowMs = Date.now()): number | undefined {
  if (header === undefined || header === null) return undefined;
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
