import {
  agreementRows,
  type Comparison,
  type EvaluationResult,
  formatPercent,
  type Tally,
} from "@bullpen/evaluation";
import { formatCount, formatSeconds } from "../output/format.js";
import { formatFacts, formatTable } from "../output/table.js";

/** The summary of an evaluation, for a terminal. */
export function describeResult({ run, summary, cases }: EvaluationResult): string {
  const { by_class, failures, cost, wall_ms } = { ...summary, wall_ms: run.wall_ms };
  const classes = Object.entries(by_class);
  const rows = [
    ["class", "cases", "right", "wrong", "failed", "unjudged", "accuracy", "95 % interval"],
    ...(classes.length > 1 ? classes.map(([name, tally]) => rowOf(name, tally)) : []),
    rowOf("all", summary),
  ];
  // Whether agreement of the runs tells which answers to trust.
  const agreement = agreementRows(cases).map(
    ({ name, right, scored }) => `${right} of ${scored} right where ${name}`,
  );
  const codes = Object.entries(failures).map(([code, count]) => `${count} ${code}`);
  const facts: (readonly [string, string | undefined])[] = [
    ["failed", codes.join(", ") || undefined],
    ["turns", `${summary.turns_mean.toFixed(1)} a case, ${formatCount(summary.tool_calls)} tool calls`],
    [
      "errors",
      `${formatCount(summary.tool_errors)} of tools, ${formatCount(summary.guard_events)} guard events, ${formatCount(summary.cut)} answers cut off`,
    ],
    ["tokens", `${formatCount(summary.prompt_tokens)} in, ${formatCount(summary.completion_tokens)} out`],
    ["votes", agreement.join(", ") || undefined],
    ["time", wall_ms === null ? undefined : formatSeconds(wall_ms / 1_000)],
    [
      "cost",
      cost
        ? `${cost.total.toFixed(4)} (${cost.input.toFixed(4)} in, ${cost.output.toFixed(4)} out)`
        : undefined,
    ],
  ];
  return [formatTable(rows), "", ...formatFacts(facts)].join("\n");
}

function rowOf(name: string, tally: Tally): string[] {
  const counts = [tally.total, tally.right, tally.wrong, tally.failed, tally.unjudged].map(formatCount);
  return [name, ...counts, formatPercent(tally.accuracy), interval(tally.interval)];
}

function interval({ low, high }: { readonly low: number; readonly high: number }): string {
  return `${formatPercent(low)} to ${formatPercent(high)}`;
}

/** A p-value below this is called significant, as is usual. */
const SIGNIFICANT = 0.05;
/** Ids that are listed; `--json` has all. */
const MAX_IDS = 10;

/** Two evaluations beside each other, for a terminal. */
export function describeComparison(
  first: EvaluationResult,
  second: EvaluationResult,
  comparison: Comparison,
): string {
  const { paired, difference, p_value, only_first, only_second } = comparison;
  const rows = [
    ["", "dataset", "model", "accuracy", "95 % interval"],
    ...(
      [
        ["A", first],
        ["B", second],
      ] as const
    ).map(([name, { run, summary }]) => [
      name,
      run.dataset,
      run.model,
      formatPercent(summary.accuracy),
      interval(summary.interval),
    ]),
  ];
  const points = (share: number) => `${share >= 0 ? "+" : "−"}${(Math.abs(share) * 100).toFixed(1)}`;
  const facts: (readonly [string, string | undefined])[] = [
    [
      "paired",
      `${formatCount(paired)} cases: ${formatCount(only_second)} only B, ${formatCount(only_first)} only A, ${formatCount(comparison.both_right)} both, ${formatCount(comparison.both_wrong)} neither`,
    ],
    [
      "B - A",
      `${points(difference)} points, 95 % interval ${points(comparison.interval.low)} to ${points(comparison.interval.high)}`,
    ],
    ["p", `${p_value < 0.0001 ? "< 0.0001" : p_value.toFixed(4)} (McNemar, exact): ${verdict(comparison)}`],
    ["won", ids(comparison.won)],
    ["lost", ids(comparison.lost)],
    ["changed", ids(comparison.changed)],
    ["left out", leftOut(comparison)],
  ];
  return [formatTable(rows), "", ...formatFacts(facts)].join("\n");
}

function verdict({ p_value, difference, paired }: Comparison): string {
  if (paired === 0) return "there is nothing to compare";
  if (p_value >= SIGNIFICANT) return "no significant difference";
  return `${difference > 0 ? "B" : "A"} is significantly better`;
}

function leftOut({ unscored, only_in_first, only_in_second }: Comparison): string | undefined {
  const parts = [
    ...(unscored > 0 ? [`${unscored} that one of them did not score`] : []),
    ...(only_in_first > 0 ? [`${only_in_first} that only A has`] : []),
    ...(only_in_second > 0 ? [`${only_in_second} that only B has`] : []),
  ];
  return parts.join(", ") || undefined;
}

function ids(all: readonly string[]): string | undefined {
  if (all.length === 0) return undefined;
  const more = all.length > MAX_IDS ? ` and ${all.length - MAX_IDS} more` : "";
  return `${all.slice(0, MAX_IDS).join(", ")}${more}`;
}
