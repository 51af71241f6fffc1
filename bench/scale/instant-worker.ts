import { setTimeout as sleep } from "node:timers/promises";
import { renderActionContinuation } from "@bullpen/contracts";
import { ScriptedModel } from "@bullpen/llm/testing";
import { AgentWorker, ModelRegistry, ToolRegistry } from "@bullpen/queue";
import { connectRedis } from "@bullpen/redis";
import { createMetrics } from "@bullpen/runtime";
import { createQueryHandler } from "@bullpen/worker/handle-query";
import { createWorkerMetrics } from "@bullpen/worker/worker-metrics";
import { ANSWER, MODEL } from "../harness/workload.js";

/**
 * A worker process whose model answers at once, or after a fixed time a turn: what is left is Bullpen's own
 * work.
 */
const [, , url = "", slots = "64", turnMs = "0"] = process.argv;
const redis = await connectRedis({ url, whenAway: "wait" });
const text = renderActionContinuation({ tool_name: "Final Answer", input: ANSWER });
const answer = async () => {
  if (turnMs !== "0") await sleep(Number(turnMs));
  return text;
};
const model = new ScriptedModel({ name: MODEL, slots: Number(slots), script: answer });
await new ModelRegistry(redis).keepRegistered({ name: MODEL, context_tokens: 4_096 });
await AgentWorker.start({
  redis,
  model: MODEL,
  concurrency: model.slots,
  retentionSeconds: 600,
  handle: createQueryHandler({
    model,
    metrics: createWorkerMetrics(createMetrics("worker"), model),
    tools: new ToolRegistry({ redis }),
  }),
});
process.on("disconnect", () => process.exit(0));
process.send?.({ type: "ready", url: "" });
