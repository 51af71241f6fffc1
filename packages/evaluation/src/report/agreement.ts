import { type Html, html } from "@bullpen/base";
import type { ScoredCase } from "../result/result-schema.js";
import { wilsonInterval } from "../statistics/wilson-interval.js";
import { formatPercent } from "./format-percent.js";

/** Cases whose runs agreed to about the same extent. */
export interface AgreementRow {
  readonly name: string;
  readonly cases: number;
  readonly right: number;
  /** Those of the cases that were scored. */
  readonly scored: number;
}

/** From the strongest agreement to the weakest; a case belongs to the first that its share reaches. */
const LEVELS: readonly (readonly [name: string, least: number])[] = [
  ["all runs agree", 1],
  ["three quarters agree", 0.75],
  ["half agree", 0.5],
  ["fewer agree", 0],
];

/** How often answers are right, by the share of runs that agreed on them. Empty where nothing was voted on. */
export function agreementRows(cases: readonly ScoredCase[]): AgreementRow[] {
  const rows = LEVELS.map(([name]) => ({ name, cases: 0, right: 0, scored: 0 }));
  for (const { outcome, generation } of cases) {
    const share = generation.votes?.share;
    const row = share == null ? undefined : rows[LEVELS.findIndex(([, least]) => share >= least)];
    if (!row) continue;
    row.cases++;
    if (outcome === "right") row.right++;
    if (outcome === "right" || outcome === "wrong") row.scored++;
  }
  return rows.filter((row) => row.cases > 0);
}

/** The rows as a table: whether agreement tells which answers to trust. */
export function agreementTable(rows: readonly AgreementRow[]): Html {
  const body = rows.map(({ name, cases, right, scored }) => {
    const { low, high } = wilsonInterval(right, scored);
    const accuracy = formatPercent(scored === 0 ? null : right / scored);
    return html`<tr><th scope="row">${name}</th><td>${cases}</td><td>${right}</td><td>${accuracy}</td><td>${formatPercent(low)} to ${formatPercent(high)}</td></tr>`;
  });
  return html`<table><thead><tr><th scope="col">agreement</th><th scope="col">cases</th><th scope="col">right</th><th scope="col">accuracy</th><th scope="col">95 % interval</th></tr></thead><tbody>${body}</tbody></table>`;
}
