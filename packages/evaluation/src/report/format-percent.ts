/** A share as `62.0 %`; null is a dash. */
export function formatPercent(share: number | null): string {
  return share === null ? "–" : `${(share * 100).toFixed(1)} %`;
}
