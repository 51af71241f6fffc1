import { type BullpenOptions, openBullpen } from "../harness/bullpen.js";
import { ANSWER, agentJob, callToolOnce, MODEL } from "../harness/workload.js";
import type { Contender } from "./contender.js";

/** The product, with all that it does for a query: transcript, priorities, end, announcement, retention. */
export const bullpenContender = openBullpenContender({ script: callToolOnce });

/** The product with a script for its model. Answers are checked where the script is the workload's. */
export function openBullpenContender(options: Pick<BullpenOptions, "script" | "tracing">): Contender {
  return {
    name: "bullpen",
    open: (redis, concurrency) => {
      let answered = 0;
      const bullpen = openBullpen({
        redis,
        concurrency,
        ...options,
        onEnding: () => {
          answered++;
        },
      });
      const { queues } = bullpen;
      return {
        submit: (count) => bullpen.submit(Array.from({ length: count }, (_, i) => agentJob(i))),
        startWorkers: () => bullpen.startWorkers(),
        answered: () => answered,
        completed: async () => (await queues.counts(MODEL)).completed,
        check: async () => {
          if (options.script !== callToolOnce) return;
          for (const { id, record } of await queues.list("default", undefined, 100)) {
            const outcome = record?.outcome;
            if (outcome?.status === "completed" && outcome.answer === ANSWER) continue;
            throw new Error(`Query ${id} ended as ${JSON.stringify(outcome)}.`);
          }
        },
        close: () => queues.close(),
      };
    },
  };
}
