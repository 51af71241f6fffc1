import { styleText } from "node:util";
import { visibleText } from "@bullpen/base";
import { inputText } from "@bullpen/contracts";
import type { QueryView } from "@bullpen/protocol";
import { describeVotes } from "./describe-votes.js";
import { formatSeconds } from "./format.js";
import { Progress } from "./progress.js";
import type { Summary } from "./query-results.js";

const MAX_SHOWN = 400;

const HAS_COLORS = process.stdout.isTTY && process.stdout.hasColors();

/** Colours where standard output is a terminal that shows them (and NO_COLOR is not set). */
function paint(format: Parameters<typeof styleText>[0], text: string): string {
  return HAS_COLORS ? styleText(format, text) : text;
}

/** Progress of a known number of queries, on standard error. */
export function createProgress(total: number): { advance(): void; stop(): void } {
  const progress = new Progress();
  const startedAt = performance.now();
  let done = 0;
  const show = () => {
    const seconds = (performance.now() - startedAt) / 1_000;
    const left = done === 0 ? "" : `, ${formatSeconds((seconds / done) * (total - done))} left`;
    progress.show({ fraction: done / total, text: `${done}/${total} queries${left}` });
  };
  show();
  return {
    advance: () => {
      done++;
      show();
    },
    stop: () => progress.clear(),
  };
}

/** A query with the tools that it used and its answer. */
export function printQuery(view: QueryView): void {
  console.log(`${paint("bold", "Q")} ${inline(view.query)}`);
  for (const step of view.steps) {
    console.log(paint("dim", `  ${visibleText(step.tool_name)}: ${inline(inputText(step.input))}`));
    if (step.observation !== null) console.log(paint("dim", `    → ${inline(step.observation)}`));
  }
  if (view.answer !== null)
    console.log(`${paint(["bold", "green"], "A")} ${visibleText(view.answer.trim())}`);
  else
    console.log(
      `${paint(["bold", "red"], view.status)} ${view.error ? `${visibleText(view.error.message)} (${view.error.code})` : ""}`,
    );
  if (view.votes) console.log(paint("dim", `  ${describeVotes(view.votes)}`));
  console.log();
}

export function printSummary(summary: Summary): void {
  const rate = (count: number) => (count / Math.max(summary.seconds, 0.001)).toFixed(1);
  const queries = summary.completed + summary.notCompleted;
  const rows = [
    ["answered", String(summary.completed)],
    ["failed", String(summary.notCompleted)],
    ["wall time", `${summary.seconds.toFixed(1)} s (${rate(queries)} queries/s)`],
    ["turns", `${summary.turns}, tool calls ${summary.toolCalls}`],
    ["tokens", `${summary.completionTokens} generated, ${rate(summary.completionTokens)} tokens/s`],
  ];
  for (const [name, value] of rows) console.log(`${paint("bold", (name ?? "").padEnd(10))} ${value}`);
}

/** Text on one line, its control characters visible, cut where it gets long. */
function inline(text: string): string {
  const lines = visibleText(text)
    .split("\n")
    .map((line) => line.trim());
  const flat = lines.filter((line) => line !== "").join(" ⏎ ");
  return flat.length > MAX_SHOWN ? `${flat.slice(0, MAX_SHOWN)}…` : flat;
}
