import { parseArgs } from "node:util";
import { type FaultRunResult, runFaults } from "./run-faults.js";

const { values } = parseArgs({
  options: {
    queries: { type: "string", default: "5000" },
    faults: { type: "string", default: "60" },
    seed: { type: "string" },
  },
});

/** Model calls beyond the ideal that the faults may cost. */
const OVERHEAD_BOUND = 0.03;

const run = {
  queries: Number(values.queries),
  faults: Number(values.faults),
  seed: Number(values.seed ?? Math.floor(Math.random() * 1_000_000)),
};
say(`${run.queries} queries, ${run.faults} faults, seed ${run.seed}`);
const result = await runFaults({ ...run, say });
process.exitCode = report(result) ? 0 : 1;

function say(line: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
}

/** Prints the closing table; `true` when every promise was kept. */
function report({ verdict, faults, lost, seconds }: FaultRunResult): boolean {
  const { numbers, violations } = verdict;
  const overhead = numbers.modelCalls / numbers.idealModelCalls - 1;
  const count = (pattern: RegExp) => violations.filter((one) => pattern.test(one.what)).length;
  const worst = (times: readonly number[]) => {
    const [middle, last] = [times[Math.floor(times.length / 2)] ?? 0, times.at(-1) ?? 0];
    if (times.length === 0) return "none";
    return `${(middle / 1_000).toFixed(1)} s median, ${(last / 1_000).toFixed(1)} s worst, of ${times.length}`;
  };
  const rows: [string, string | number][] = [
    ["seed", run.seed],
    ["time", `${Math.round(seconds)} s`],
    ["faults that occurred", `${faults.length} of ${run.faults}`],
    ["completed", `${numbers.completed} of ${numbers.queries}`],
    ["wrong answers or steps", count(/wrong/)],
    ["ended or listed more than once", count(/was ended|is listed/)],
    ["finished steps run again", count(/again/)],
    [
      "model calls",
      `${numbers.modelCalls} (${(overhead * 100).toFixed(2)} % over ${numbers.idealModelCalls})`,
    ],
    ["tool runs", `${numbers.toolRuns} (ideal ${numbers.idealToolRuns})`],
    ["fresh before resumed", `${numbers.overtaken} of ${numbers.freshStarts}`],
    ["running elsewhere after SIGKILL", worst(numbers.afterKillMs.alone)],
    ["  while another worker had a fault", worst(numbers.afterKillMs.beside)],
    ["running elsewhere after SIGTERM", worst(numbers.afterTermMs.alone)],
    ["  while another worker had a fault", worst(numbers.afterTermMs.beside)],
    ["accepted, then lost with Redis' tail", lost],
    ["violations", violations.length],
  ];
  console.log(rows.map(([name, value]) => `${name.padEnd(38)}${value}`).join("\n"));
  for (const { requirement, what } of violations.slice(0, 30)) console.log(`${requirement}: ${what}`);
  if (overhead > OVERHEAD_BOUND)
    console.log(`Model calls are more than ${OVERHEAD_BOUND * 100} % over the ideal.`);
  return violations.length === 0 && overhead <= OVERHEAD_BOUND && faults.length >= run.faults * 0.9;
}
