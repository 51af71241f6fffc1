import { AgentQueues, AgentWorker, QuerySweep } from "@bullpen/queue";
import { recordRuns } from "./record-runs.js";
import { runEntry } from "./run-entry.js";

const RETENTION_SECONDS = 86_400;

await runEntry("worker", "wait", async (entry) => {
  const { settings, redis, onError } = entry;
  const worker = await AgentWorker.start({
    redis,
    model: settings.model,
    concurrency: settings.slots,
    retentionSeconds: RETENTION_SECONDS,
    times: settings.times,
    handle: recordRuns(entry),
    onError,
  });
  const queues = new AgentQueues({ redis, retentionSeconds: RETENTION_SECONDS });
  const sweep = new QuerySweep({ queues, onError });
  return {
    stop: async () => {
      await worker.stop(settings.graceMs);
      await sweep.stop();
      await queues.close();
    },
  };
});
