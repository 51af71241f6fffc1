// A tool-worker process that dies of a call that says "poison", as a tool that fills the memory can take it down.
import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis } from "@bullpen/redis";
import { startToolWorkers } from "./agent-harness.js";

const redis = await connectRedis({ url: process.env.REDIS_URL ?? "", whenAway: "wait" });
await startToolWorkers(
  redis,
  {
    Calculator: async ({ input }) => {
      // Those beside the poison still run when it kills the process.
      await sleep(input === "poison" ? 50 : 300);
      if (input === "poison") {
        await redis.incr("poisoned");
        process.kill(process.pid, "SIGKILL");
      }
      return { observation: `${input} is fine`, is_error: false };
    },
  },
  { lockMs: 1_000, stalledCheckMs: 500 },
);
