import { parseArgs } from "node:util";
import { type FailOverResult, type Form, runFailOvers } from "./run-failovers.js";

const { values } = parseArgs({
  options: {
    queries: { type: "string", default: "1000" },
    form: { type: "string", multiple: true, default: ["sentinel", "cluster"] },
  },
});

/** Everything goes on by itself this long after a new master takes writes. */
const RESUMED_WITHIN_MS = 10_000;

for (const form of values.form) {
  if (form !== "sentinel" && form !== "cluster") throw new Error(`--form ${form}: it is sentinel or cluster`);
  const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${form}: ${line}`);
  const result = await runFailOvers({ form, queries: Number(values.queries), say });
  if (!report(form, result)) process.exitCode = 1;
}

/** Prints the table of a form; `true` when every promise was kept. */
function report(form: Form, { verdict, faults, resumedMs, seconds }: FailOverResult): boolean {
  const { numbers, violations } = verdict;
  const slowest = Math.max(...resumedMs);
  const rows: [string, string | number][] = [
    ["Redis", form],
    ["time", `${Math.round(seconds)} s`],
    ["fail-overs", faults.map(({ kind }) => kind).join(", ")],
    ["completed, each once and right", `${numbers.completed} of ${numbers.queries}`],
    ["model calls", `${numbers.modelCalls} (ideal ${numbers.idealModelCalls})`],
    ["tool runs", `${numbers.toolRuns} (ideal ${numbers.idealToolRuns})`],
    ["work goes on after a new master by", `${(slowest / 1_000).toFixed(1)} s at worst`],
    ["violations", violations.length],
  ];
  console.log(rows.map(([name, value]) => `${name.padEnd(38)}${value}`).join("\n"));
  for (const { requirement, what } of violations.slice(0, 30)) console.log(`${requirement}: ${what}`);
  return violations.length === 0 && numbers.completed === numbers.queries && slowest <= RESUMED_WITHIN_MS;
}
