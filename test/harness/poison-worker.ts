// A worker process whose model dies of a query that says "poison", as a bad prompt can take llama.cpp down.
import { ScriptedModel } from "@bullpen/llm";
import { connectRedis } from "@bullpen/queue";
import { finalAnswer } from "./action.js";
import { startAgentWorker } from "./agent-house.js";

const redis = await connectRedis({ url: process.env.REDIS_URL ?? "", whenAway: "wait" });
const model = new ScriptedModel({
  slots: 2,
  script: async (request) => {
    if (!request.messages[1]?.content.includes("poison")) return finalAnswer("fine");
    await redis.incr("poisoned");
    process.kill(process.pid, "SIGKILL");
    return finalAnswer("never");
  },
});
await startAgentWorker(redis, model, { lockMs: 1_000, stalledCheckMs: 500 });
