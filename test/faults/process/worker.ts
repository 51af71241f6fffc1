import { AgentWorker } from "@bullpen/queue";
import { recordRuns } from "./record-runs.js";
import { runEntry } from "./run-entry.js";

await runEntry("worker", "wait", async (entry) => {
  const { settings, redis, onError } = entry;
  const worker = await AgentWorker.start({
    redis,
    model: settings.model,
    concurrency: settings.slots,
    retentionSeconds: 86_400,
    times: settings.times,
    handle: recordRuns(entry),
    onError,
  });
  return { stop: () => worker.stop(settings.graceMs) };
});
