import { parseArgs } from "node:util";
import { runBatchUnderFaults } from "./batch-under-faults.js";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "10000" },
    kills: { type: "string", default: "30" },
  },
});

const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
const result = await runBatchUnderFaults({
  lines: Number(values.lines),
  kills: Number(values.kills),
  wipeAt: 0.5,
  say,
});
const held = (how: string) => result.held.filter((other) => other === how).length;
const count = (app: string) => result.kills.filter((killed) => killed === app).length;
console.log(`
lines                ${values.lines}
completed, failed    ${result.completed}, ${result.failed}
right sums           ${result.right} of ${result.completed}
kills                batcher ${count("batcher")}, worker ${count("worker")}, tool-worker ${count("tool-worker")}, api ${count("api")}
held                 paused ${held("paused")}, out of budget ${held("out of budget")}
Redis wiped          ${result.wiped ? "once" : "never"}
time                 ${result.seconds.toFixed(0)} s
Each line is there once, in input order; counts, files and followed results agree.`);
