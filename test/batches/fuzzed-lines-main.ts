import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { STACK_APPS } from "@bullpen/cli/stack/start-stack";
import { BullpenClient } from "@bullpen/client";
import { ModelServer } from "../testing/model-server.js";
import { SERVED } from "../testing/model-server-flavours.js";
import { startTestStack } from "../testing/stack.js";
import { fuzzedLines } from "./fuzzed-lines.js";
import { runFuzzedBatch } from "./run-fuzzed-batch.js";

const { values } = parseArgs({
  options: { lines: { type: "string", default: "3000" }, seed: { type: "string", default: "1" } },
});

/** The most memory that a process has had, in MiB. */
async function peakMemory(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) / 1_024);
}

const server = new ModelServer("vllm", () => ({
  content: JSON.stringify({ tool_name: "Final Answer", input: "fine" }),
}));
const stack = await startTestStack({ LLM_BASE_URL: await server.start(), LLM_MODEL: SERVED });
try {
  const peaks = () =>
    Promise.all(STACK_APPS.map(async (app) => `${app} ${await peakMemory(stack.process(app).pid)} MiB`));
  console.log(`memory before        ${(await peaks()).join(", ")}`);
  const client = new BullpenClient({ url: stack.apiUrl });
  const started = Date.now();
  const batch = await runFuzzedBatch(client, fuzzedLines(Number(values.lines), Number(values.seed)));
  console.log(`lines                ${batch.request_counts?.total}
completed, failed    ${batch.request_counts?.completed}, ${batch.request_counts?.failed}
time                 ${((Date.now() - started) / 1_000).toFixed(0)} s
most memory          ${(await peaks()).join(", ")}
Each line has ended once, in input order, and each refused one names its field.`);
} finally {
  await stack.stop();
  await server.stop();
}
