// A worker process whose model dies of a query that says "poison", as a bad prompt can take llama.cpp down.
import { setTimeout as sleep } from "node:timers/promises";
import { ScriptedModel } from "@bullpen/llm/testing";
import { connectRedis } from "@bullpen/redis";
import { finalAnswer } from "./action.js";
import { startAgentWorker } from "./agent-harness.js";

const redis = await connectRedis({ url: process.env.REDIS_URL ?? "", whenAway: "wait" });
const model = new ScriptedModel({
  slots: 4,
  script: async (request) => {
    // Those beside the poison are still at it when it strikes.
    await sleep(request.messages[1]?.content.includes("poison") ? 50 : 300);
    if (!request.messages[1]?.content.includes("poison")) return finalAnswer("fine");
    await redis.incr("poisoned");
    process.kill(process.pid, "SIGKILL");
    return finalAnswer("never");
  },
});
await startAgentWorker(redis, model, { lockMs: 1_000, stalledCheckMs: 500 });
