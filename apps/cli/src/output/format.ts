/** A length of time in its two largest units: `8 s`, `3 min 12 s`, `5 h 4 min`, `2 d 3 h`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(Math.round(seconds), 0);
  const [minutes, hours, days] = [60, 3_600, 86_400].map((unit) => Math.floor(whole / unit)) as [
    number,
    number,
    number, // three units give three numbers
  ];
  if (days > 0) return join(`${days} d`, hours % 24, "h");
  if (hours > 0) return join(`${hours} h`, minutes % 60, "min");
  if (minutes > 0) return join(`${minutes} min`, whole % 60, "s");
  return `${whole} s`;
}

function join(first: string, rest: number, unit: string): string {
  return rest === 0 ? first : `${first} ${rest} ${unit}`;
}

/** `12,345` */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 line`, `12,345 lines` */
export function formatLines(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "line" : "lines"}`;
}

/** Small rates with a digit after the point: `0.4`, `9.5`, `1,250`. */
export function formatRate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : formatCount(Math.round(perSecond));
}

/** A short time: `85 ms`, `1.2 s`, then as {@link formatSeconds}. */
export function formatMilliseconds(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : formatSeconds(ms / 1_000);
}

/** `0.1234 USD`; `null` where the server has no prices. */
export function formatCost(
  cost: { readonly amount: number; readonly currency: string } | null,
): string | null {
  return cost && `${cost.amount.toFixed(4)} ${cost.currency}`;
}
