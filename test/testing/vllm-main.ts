/**
 * A program that behaves at its start and end as `vllm serve` does, with the wire of `ModelServer`: it says how it
 * loads, starts an engine that ignores SIGTERM, and ends or hangs as `--stand-in` says.
 */
import { spawn } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ModelServer } from "./model-server.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    uds: { type: "string" },
    "served-model-name": { type: "string" },
    "tensor-parallel-size": { type: "string" },
    "max-model-len": { type: "string" },
    "enable-prompt-tokens-details": { type: "boolean" },
    "enable-tokenizer-info-endpoint": { type: "boolean" },
    "disable-uvicorn-access-log": { type: "boolean" },
    /** `dies-at-load`, `ignores-sigterm`, `dies-when:<file>` or `hangs-when:<file>`: once the file exists, which it removes. */
    "stand-in": { type: "string", default: "" },
    /** Where it writes its process ids, a line each. */
    pids: { type: "string" },
  },
});
const behaviour = values["stand-in"];
if (positionals[0] !== "serve" || positionals[1] !== values["served-model-name"])
  throw new Error("bad command");
// The engine of vLLM is a process of its own and holds the GPU.
const engine = spawn("/bin/sh", ["-c", "trap '' TERM; while :; do sleep 1; done"], { stdio: "ignore" });
if (values.pids) writeFileSync(values.pids, `${process.pid}\n${engine.pid}\n`, { flag: "a" });
if (behaviour === "ignores-sigterm") process.on("SIGTERM", () => {});

console.log(`INFO 11-28 06:00:00 [gpu_model_runner.py:2602] Starting to load model ${positionals[1]}...`);
console.log(`INFO tensor_parallel_size=${values["tensor-parallel-size"] ?? 1}`);
for (const percent of [0, 50, 100]) {
  process.stderr.write(`\rLoading safetensors checkpoint shards: ${percent}% Completed | ${percent}/100`);
  await sleep(100);
}
process.stderr.write("\n");
if (behaviour === "dies-at-load") {
  console.error("(EngineCore_DP0 pid=7) ValueError: No available memory for the cache blocks.");
  process.exit(1);
}
const server = new ModelServer("vllm", ({ messages }) => ({
  content: JSON.stringify({
    tool_name: "Final Answer",
    input: `${messages.at(-1)?.content.length ?? 0} characters`,
  }),
}));
await server.start(values.uds);
console.log("INFO:     Application startup complete.");
const [how, file] = behaviour.split("-when:");
while (file !== undefined) {
  if (existsSync(file)) {
    rmSync(file);
    if (how === "hangs") for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    console.error("torch.OutOfMemoryError: CUDA out of memory.");
    process.exit(1);
  }
  await sleep(50);
}
