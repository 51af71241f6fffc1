import { parseArgs } from "node:util";
import { runCallerToolsUnderFaults } from "./caller-tools-under-faults.js";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "1000" },
    kills: { type: "string", default: "10" },
  },
});

const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
const result = await runCallerToolsUnderFaults({
  lines: Number(values.lines),
  kills: Number(values.kills),
  say,
});
const killed = Object.entries(result.killed).map(([what, times]) => `${what} ${times}`);
console.log(`
lines                ${values.lines}, each with two calls
waited at once       ${result.waiting}, in ${result.peakTurns} slots at most
kills                ${killed.join(", ")}
calls run again      ${result.repeatedRuns}, each interrupted by a kill
time                 ${result.seconds.toFixed(0)} s
Each line is there once with the results of its own calls; no call was handed out after its result.`);
