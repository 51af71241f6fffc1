import { styleText } from "node:util";
import { inputText, type QueryView } from "@bullpen/contracts";
import cliProgress from "cli-progress";
import type { Summary } from "./results.js";

const MAX_SHOWN = 400;

const HAS_COLORS = process.stdout.isTTY && process.stdout.hasColors();

/** Colours where standard output is a terminal that shows them (and NO_COLOR is not set). */
function paint(format: Parameters<typeof styleText>[0], text: string): string {
  return HAS_COLORS ? styleText(format, text) : text;
}

/** A progress bar on standard error; without a terminal, a line at each tenth of the way. */
export function createProgress(total: number, unit: string): { advance(): void; stop(): void } {
  if (!process.stderr.isTTY) return linesOfProgress(total, unit);
  const bar = new cliProgress.SingleBar({
    format: `{bar} {percentage}% | {value}/{total} ${unit} | {duration_formatted} | left: {eta_formatted}`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    stream: process.stderr,
  });
  bar.start(total, 0);
  return { advance: () => bar.increment(), stop: () => bar.stop() };
}

function linesOfProgress(total: number, unit: string): { advance(): void; stop(): void } {
  let done = 0;
  return {
    advance: () => {
      done++;
      const isTenth = Math.floor((done * 10) / total) > Math.floor(((done - 1) * 10) / total);
      if (isTenth) process.stderr.write(`${done}/${total} ${unit}\n`);
    },
    stop: () => {},
  };
}

/** A query with the tools that it used and its answer. */
export function printQuery(view: QueryView): void {
  console.log(`${paint("bold", "Q")} ${inline(view.query)}`);
  for (const step of view.steps) {
    console.log(paint("dim", `  ${step.tool_name}: ${inline(inputText(step.input))}`));
    if (step.observation !== null) console.log(paint("dim", `    → ${inline(step.observation)}`));
  }
  if (view.answer !== null) console.log(`${paint(["bold", "green"], "A")} ${view.answer.trim()}`);
  else
    console.log(
      `${paint(["bold", "red"], view.status)} ${view.error ? `${view.error.message} (${view.error.code})` : ""}`,
    );
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

/** Text on one line, cut where it gets long. */
function inline(text: string): string {
  const flat = text.trim().replace(/\s*\n\s*/g, " ⏎ ");
  return flat.length > MAX_SHOWN ? `${flat.slice(0, MAX_SHOWN)}…` : flat;
}
